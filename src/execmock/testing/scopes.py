"""Which tests ran when: what tells whose client sent a request that names no sandbox."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

__all__ = ["Scope", "Scopes"]


@dataclass(eq=False, slots=True)
class Scope:
    """The life of a sandbox whose client is judged, between two numbers of changes."""

    began: int
    ended: int | None = None
    thread: int = field(default_factory=threading.get_ident)

    def covers(self, number: int) -> bool:
        """Whether something with that number happened in it."""
        return self.began < number and (self.ended is None or number <= self.ended)


class Scopes:
    """The scopes of one server that are open, and those that ended while one was."""

    def __init__(self) -> None:
        self._scopes: list[Scope] = []
        self._lock = threading.Lock()

    def open(self, number: int) -> Scope:
        """Begin a scope after that number."""
        scope = Scope(number)
        with self._lock:
            self._scopes.append(scope)
        return scope

    def close(self, scope: Scope, number: int) -> None:
        """End a scope with that number. Closing it again changes nothing."""
        with self._lock:
            scope.ended = number if scope.ended is None else scope.ended
            first = min((one.began for one in self._scopes if one.ended is None), default=number)
            self._scopes = [one for one in self._scopes if one.ended is None or one.ended > first]

    def shared(self, scope: Scope, number: int) -> bool:
        """Whether another thread had a scope then too. Scopes of one thread are of one test."""
        with self._lock:
            return any(one.thread != scope.thread and one.covers(number) for one in self._scopes)
