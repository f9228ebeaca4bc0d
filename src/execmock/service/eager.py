"""Coroutines that are begun without a task: where nothing has to be waited for, none is needed.

A store in a file answers at once; one behind a connection answers later. Both are asked by the same code.
"""

from __future__ import annotations

from collections.abc import Coroutine, Generator, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

__all__ = ["Rest", "together"]

T = TypeVar("T")


class Rest(Generic[T]):
    """The rest of a coroutine that was begun by `send(None)` and waits for what that returned."""

    __slots__ = ("_coroutine", "_waits_for")

    def __init__(self, coroutine: Coroutine[Any, Any, T], waits_for: Any) -> None:
        self._coroutine = coroutine
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, T]:
        """Return what the coroutine returns; a cancellation reaches it."""
        waits_for = self._waits_for
        while True:
            try:
                came = yield waits_for
            except BaseException as error:
                step = partial(self._coroutine.throw, error)
            else:
                step = partial(self._coroutine.send, came)
            try:
                waits_for = step()
            except StopIteration as done:
                result: T = done.value
                return result


async def together(*coroutines: Coroutine[Any, Any, T]) -> Sequence[T]:
    """Begin all of them, and return what they return, in order; raise the first exception among these."""
    begun = [_begun(coroutine) for coroutine in coroutines]
    results: list[T] = []
    errors: list[Exception] = []
    for one in begun:
        try:
            results.append(await one if isinstance(one, Rest) else one())
        except Exception as error:
            errors.append(error)
    if errors:
        raise errors[0]
    return results


def _begun(coroutine: Coroutine[Any, Any, T]) -> Rest[T] | partial[T]:
    """Return the rest of a coroutine, or what gives its result where there is no rest."""
    try:
        return Rest(coroutine, coroutine.send(None))
    except StopIteration as done:
        return partial(_same, done.value)
    except Exception as error:
        return partial(_raise, error)


def _same(value: Any) -> Any:
    return value


def _raise(error: Exception) -> Any:
    raise error
