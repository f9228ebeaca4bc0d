"""Faults that can be read and will never strike: what they ask for excludes itself, or others come first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from execmock.core.contract import Operation
from execmock.core.faults.matchers import Matcher, Path
from execmock.core.faults.model import Fault
from execmock.core.faults.timing import Window
from execmock.core.faults.words import ABOUT_EXECUTION, CREATING, FaultWords
from execmock.core.findings import DataPath, Finding
from execmock.errors import listed, quoted

__all__ = ["never_striking", "never_striking_steps"]


def never_striking(
    faults: Sequence[Fault], words: FaultWords, path: DataPath = ("faults",), sandbox: str | None = None
) -> Iterator[Finding]:
    """Yield each fault that can never strike, by its place in the list at `path`, and why.

    The operations of `words` are those that any request is to; `sandbox` is the one that has the faults, None
    where that is not known.
    """
    for number, fault in enumerate(faults):
        found = _excluded(fault, words, sandbox) or _covered(fault, faults[:number])
        if found:
            word, message = found
            place = (*path, number, word) if word else (*path, number)
            yield Finding(place, f"this never strikes: {message}")


def never_striking_steps(
    steps: Sequence[Sequence[Fault]], operations: Mapping[str, Operation]
) -> Iterator[Finding]:
    """Yield each fault of a scenario's steps that can never strike: they are for reads by id alone."""
    reads = {name: one for name, one in operations.items() if name in ABOUT_EXECUTION}
    words = FaultWords(reads, (), ())
    for number, faults in enumerate(steps):
        yield from never_striking(faults, words, ("steps", number, "faults"))


_Why = tuple[str, str] | None
"""The property that excludes every request, and why; None where nothing is excluded."""


def _excluded(fault: Fault, words: FaultWords, sandbox: str | None) -> _Why:
    asked = {matcher.word: matcher for matcher in fault.matchers}
    left = list(words.operations.values())
    for narrowed in (_by_operation, _by_effect, _by_method, _by_path):
        before, left = left, narrowed(fault, asked, left)
        if not left:
            return _WHY[narrowed](fault, asked, before)
    return _without_execution(fault, asked, left) or _without_part(asked, left) or _elsewhere(asked, sandbox)


_Asked = Mapping[str, Matcher]
_Left = Sequence[Operation]


def _by_operation(fault: Fault, asked: _Asked, left: _Left) -> list[Operation]:
    found = asked.get("operation")
    return [one for one in left if found is None or one.id in getattr(found, "names", ())]


def _by_effect(fault: Fault, asked: _Asked, left: _Left) -> list[Operation]:
    changed = () if fault.effect is None else fault.effect.operations
    return [one for one in left if not changed or one.id in changed]


def _by_method(fault: Fault, asked: _Asked, left: _Left) -> list[Operation]:
    found = asked.get("method")
    with_head = {"GET": ("GET", "HEAD")}
    return [
        one
        for one in left
        if found is None or {*with_head.get(one.method, (one.method,))} & {*getattr(found, "names", ())}
    ]


def _by_path(fault: Fault, asked: _Asked, left: _Left) -> list[Operation]:
    found = asked.get("path")
    return [one for one in left if not isinstance(found, Path) or found.meets(one.path)]


def _no_operation(fault: Fault, asked: _Asked, before: _Left) -> _Why:
    known = listed(one.id for one in before)
    return "operation", f"there are requests to {known} alone"


def _no_effect(fault: Fault, asked: _Asked, before: _Left) -> _Why:
    if fault.effect is None:
        return None
    said, expected = fault.effect.said, listed(fault.effect.operations)
    word = "operation" if "operation" in asked else fault.effect.word
    return word, f"no answer to {_named(before)} can be {said}; expected {expected}"


def _no_method(fault: Fault, asked: _Asked, before: _Left) -> _Why:
    methods = listed(getattr(asked["method"], "names", ()))
    return "method", f"no request to {_named(before)} has the method {methods}"


def _no_path(fault: Fault, asked: _Asked, before: _Left) -> _Why:
    patterns = listed(map(quoted, getattr(asked["path"], "patterns", ())))
    paths = dict.fromkeys(one.path for one in before)
    return "path", f"{patterns} fits no path of {listed(paths)}"


_WHY: Mapping[Any, Callable[[Fault, _Asked, _Left], _Why]] = {
    _by_operation: _no_operation,
    _by_effect: _no_effect,
    _by_method: _no_method,
    _by_path: _no_path,
}
_UNMADE = {"status": "status", "step": "step", "execution": "id"}


def _without_execution(fault: Fault, asked: _Asked, left: _Left) -> _Why:
    """Return a test of an execution that no request meets: it is about none, or makes the one it is about."""
    if not any(one.id in (*ABOUT_EXECUTION, *CREATING) for one in left):
        for word in ("execution", "workflow", "scenario", "status", "step"):
            if word in asked:
                told = "`while` asks for any execution of the sandbox"
                return word, f"a request to {_named(left)} is about no execution; {told}"
    if all(one.id in CREATING for one in left):
        for word, name in _UNMADE.items():
            if word in asked:
                known = "`workflow` and `scenario` are known"
                return word, f"an execution has no {name} before it is created; {known}"
    return None


def _without_part(asked: _Asked, left: _Left) -> _Why:
    """Return which part of requests is tested that none of them has."""
    if "query" in asked and all(one.method == "POST" and not _has_query(one) for one in left):
        return "query", f"{_named(left)} takes no query"
    if "body" in asked and all(one.body is None for one in left):
        return "body", f"{_named(left)} takes no body"
    return None


def _elsewhere(asked: _Asked, sandbox: str | None) -> _Why:
    found = asked.get("sandbox")
    if found is None or sandbox is None or sandbox in getattr(found, "names", ()):
        return None
    return "sandbox", f"requests to another sandbox do not meet the faults of {quoted(sandbox)}"


def _named(operations: _Left) -> str:
    return listed(one.id for one in operations)


def _has_query(operation: Operation) -> bool:
    return any(one.location == "query" for one in operation.parameters)


def _covered(fault: Fault, before: Sequence[Fault]) -> tuple[str, str] | None:
    """Return why a fault comes too late: one before it strikes every request that it is meant for."""
    if fault.effect is None:
        return None
    for other in before:
        always = other.effect is not None and other.counting.forever and other.window == Window()
        if always and all(_asked_too(matcher, fault.matchers) for matcher in other.matchers):
            return "", f"{quoted(other.name)} stands before it and strikes every request that it is meant for"
    return None


def _asked_too(matcher: Matcher, matchers: Sequence[Matcher]) -> bool:
    """Whether what a matcher asks for is asked for by others at least as narrowly."""
    for other in matchers:
        if other == matcher:
            return True
        names, wider = getattr(other, "names", None), getattr(matcher, "names", None)
        if type(other) is type(matcher) and names and wider and {*names} <= {*wider}:
            return True
    return False
