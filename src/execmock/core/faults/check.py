"""Faults that can be read and will never strike: what they ask for excludes itself, or others come first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from execmock.core.faults.matchers import Matcher, Method, Operation, Path, Query, Status
from execmock.core.faults.model import Fault
from execmock.core.faults.timing import Window
from execmock.core.faults.words import CREATING, FaultWords
from execmock.core.findings import Finding
from execmock.errors import listed, quoted

__all__ = ["never_striking"]


def never_striking(faults: Sequence[Fault], words: FaultWords) -> Iterator[Finding]:
    """Yield each fault that can never strike, by its place among `faults`, and why."""
    for number, fault in enumerate(faults):
        found = _excluded(fault, words) or _covered(fault, faults[:number])
        if found:
            word, message = found
            path = ("faults", number, word) if word else ("faults", number)
            yield Finding(path, f"this never strikes: {message}")


def _excluded(fault: Fault, words: FaultWords) -> tuple[str, str] | None:
    """Return the property that excludes every request, and why."""
    asked = {type(matcher): matcher for matcher in fault.matchers}
    operation, method, path = asked.get(Operation), asked.get(Method), asked.get(Path)
    named = operation.names if isinstance(operation, Operation) else tuple(words.operations)
    left = [words.operations[name] for name in named]
    changed = () if fault.effect is None else fault.effect.operations
    if changed and fault.effect is not None:
        left = [one for one in left if one.id in changed]
        if not left:
            said = f"no answer to {listed(named)} can be {fault.effect.said}; expected {listed(changed)}"
            return "operation", said
        named = tuple(one.id for one in left)
    if isinstance(method, Method):
        with_head = {"GET": ("GET", "HEAD")}
        left = [one for one in left if {*with_head.get(one.method, (one.method,))} & {*method.names}]
        if not left:
            return "method", f"no request to {listed(named)} has the method {listed(method.names)}"
    if isinstance(path, Path):
        before, left = left, [one for one in left if path.meets(one.path)]
        if not left:
            paths = list(dict.fromkeys(one.path for one in before))
            return "path", f"{listed(map(quoted, path.patterns))} fits no path of {listed(paths)}"
    if isinstance(asked.get(Status), Status) and all(one.id in CREATING for one in left):
        return (
            "status",
            "an execution has no status before it is created; `workflow` and `scenario` are known",
        )
    if isinstance(asked.get(Query), Query) and all(
        one.method == "POST" and not _has_query(one) for one in left
    ):
        return "query", f"{listed(one.id for one in left)} takes no query"
    return None


def _has_query(operation: object) -> bool:
    return any(one.location == "query" for one in getattr(operation, "parameters", ()))


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
