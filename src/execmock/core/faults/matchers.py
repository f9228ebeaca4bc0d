"""Which requests a fault strikes. Each kind of matcher is a class that registers itself under its word.

The word is the property of a fault that the matcher is written as, so a new kind is a class here and that
property in `fault_source.FaultSource`: what compiles and tries faults asks the kinds, and names none of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from execmock.core.faults.request import AskedExecution, AskedRequest
from execmock.core.faults.words import FaultWords
from execmock.core.scenario.bind import bound_data
from execmock.core.scenario.conditions import Condition, conditions_of
from execmock.core.schema.patterns import matcher
from execmock.errors import closest, listed, nearest, quoted

__all__ = ["MATCHERS", "Matcher", "While"]

MATCHERS: dict[str, type[Matcher]] = {}
"""Every kind of matcher by its word, in the order in which they are tried."""


class Matcher:
    """A test of requests."""

    __slots__ = ()

    word: ClassVar[str]
    about_execution: ClassVar[bool] = False
    """Whether it asks for the execution that a request is about."""

    def __init_subclass__(cls) -> None:
        if hasattr(cls, "word"):
            MATCHERS[cls.word] = cls

    @classmethod
    def compiled(cls, value: Any) -> Matcher:
        """Return the matcher for the value of its property in a fault."""
        raise NotImplementedError

    def fits(self, request: AskedRequest) -> bool:
        """Whether a request is meant."""
        raise NotImplementedError

    def wrong(self, words: FaultWords) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Yield what it names that does not exist: where inside its property, and a sentence."""
        return iter(())


@dataclass(frozen=True, slots=True)
class _Named(Matcher):
    """A text of the request is one of these."""

    names: tuple[str, ...]

    @classmethod
    def compiled(cls, value: Any) -> Matcher:
        """Return the matcher for a text or a list of texts."""
        return cls((value,) if isinstance(value, str) else tuple(value))

    def fits(self, request: AskedRequest) -> bool:
        """Whether the text is one of them."""
        return self.text(request) in self.names

    def text(self, request: AskedRequest) -> str:
        """Return the text of a request that is compared."""
        raise NotImplementedError

    def unknown(self, what: str, known: Sequence[str]) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Yield a sentence for each name that is not known."""
        for name in self.names:
            if name not in known:
                near = nearest(name, known) or f" Expected one of {listed(known)}"
                yield (), f"there is no {what} {quoted(name)}.{near}"


class Operation(_Named):
    """The operation of the contract."""

    word = "operation"

    def text(self, request: AskedRequest) -> str:
        """Return the operation's id."""
        return request.operation

    def wrong(self, words: FaultWords) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Yield each that the contract does not have."""
        return self.unknown("operation", list(words.operations))


class Method(_Named):
    """The method."""

    word = "method"

    @classmethod
    def compiled(cls, value: Any) -> Matcher:
        """Return the matcher; methods are written in any case."""
        return cls(tuple(name.upper() for name in ([value] if isinstance(value, str) else value)))

    def text(self, request: AskedRequest) -> str:
        """Return the method."""
        return request.method

    def wrong(self, words: FaultWords) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Yield each that no operation has."""
        known = sorted({*(operation.method for operation in words.operations.values()), "HEAD"})
        return self.unknown("method", known)


@dataclass(frozen=True, slots=True)
class Path(Matcher):
    """The path, by patterns in which `*` stands for a part and `**` for any number of parts."""

    word = "path"

    patterns: tuple[str, ...]
    _found: tuple[Callable[[str], bool] | None, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_found", tuple(map(_pattern, self.patterns)))

    @classmethod
    def compiled(cls, value: Any) -> Matcher:
        """Return the matcher for a pattern or a list of patterns."""
        return cls((value,) if isinstance(value, str) else tuple(value))

    def fits(self, request: AskedRequest) -> bool:
        """Whether a pattern fits the whole path."""
        return any(found is not None and found(request.path) for found in self._found)

    def wrong(self, words: FaultWords) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Yield each that begins without a slash, or is too long."""
        for pattern, found in zip(self.patterns, self._found, strict=True):
            if found is None:
                yield (), f"{quoted(pattern)} has too many stars, or characters that no path has"
            elif not pattern.startswith(("/", "*")):
                yield (), f"{quoted(pattern)} is no path; expected one that begins with /, such as /{pattern}"

    def meets(self, path: str) -> bool:
        """Whether a path of the contract, with its parameters in braces, may be meant."""
        return any(_may_meet(pattern.split("/"), path.split("/")) for pattern in self.patterns)


def _pattern(text: str) -> Callable[[str], bool] | None:
    # Matched in time linear in the path's length, however many stars there are.
    return matcher(f"^{''.join(map(_expression, re.split(_STARS, text)))}$")


_STARS = re.compile(r"(\*\*|\*)")
_KINDS = {"*": "[^/]*", "**": ".*"}


def _expression(part: str) -> str:
    return _KINDS.get(part) or re.sub(r"([^\w/])", r"\\\1", part)


def _may_meet(pattern: Sequence[str], path: Sequence[str]) -> bool:
    if any("**" in part for part in pattern):
        return True
    return len(pattern) == len(path) and all(
        given == known or "*" in given or known.startswith("{")
        for given, known in zip(pattern, path, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Placed(Matcher):
    """Values at places of the request meet tests."""

    conditions: tuple[Condition, ...]

    @classmethod
    def compiled(cls, value: Any) -> Matcher:
        """Return the matcher for tests by their places."""
        return cls(conditions_of(bound_data(value)))

    def fits(self, request: AskedRequest) -> bool:
        """Whether all tests hold."""
        values = self.values(request)
        return all(condition.fits(values) for condition in self.conditions)

    def values(self, request: AskedRequest) -> Mapping[str, Any]:
        """Return the part of a request that is tested."""
        raise NotImplementedError


class Query(_Placed):
    """Parameters of the query."""

    word = "query"

    @classmethod
    def compiled(cls, value: Any) -> Matcher:
        """Return the matcher; a name with a dot in it is one name."""
        return cls(_flat(bound_data(value)))

    def values(self, request: AskedRequest) -> Mapping[str, Any]:
        """Return the parameters by name."""
        return request.query


class Header(_Placed):
    """Headers."""

    word = "header"

    @classmethod
    def compiled(cls, value: Any) -> Matcher:
        """Return the matcher; the case of names does not matter."""
        return cls(_flat({name.lower(): test for name, test in bound_data(value).items()}))

    def values(self, request: AskedRequest) -> Mapping[str, Any]:
        """Return the headers by name."""
        return request.headers


def _flat(bind: Mapping[str, Any]) -> tuple[Condition, ...]:
    """Return conditions on texts. What came is text, so a number is compared as it is written."""
    texts = {name: _as_text(value) for name, value in bind.items()}
    return tuple(
        Condition((name,), condition.test)
        for name, value in texts.items()
        for condition in conditions_of({"value": value})
    )


def _as_text(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


class Body(_Placed):
    """Places in the JSON body."""

    word = "body"

    def values(self, request: AskedRequest) -> Mapping[str, Any]:
        """Return the body, nothing where it is no object."""
        return request.body if isinstance(request.body, Mapping) else {}


class Key(_Named):
    """The bearer key."""

    word = "key"

    def text(self, request: AskedRequest) -> str:
        """Return the key."""
        return request.key


class Sandbox(_Named):
    """The sandbox that the request reaches."""

    word = "sandbox"

    def text(self, request: AskedRequest) -> str:
        """Return the sandbox's name."""
        return request.sandbox


class _OfExecution(_Named):
    """A text of the execution that the request is about is one of these."""

    about_execution = True

    def text(self, request: AskedRequest) -> str:
        """Return the text; empty where the request is about no execution."""
        return "" if request.execution is None else self.of(request.execution)

    def of(self, execution: AskedExecution) -> str:
        """Return the text of an execution that is compared."""
        raise NotImplementedError


class Execution(_OfExecution):
    """The execution's id."""

    word = "execution"

    def of(self, execution: AskedExecution) -> str:
        """Return the id."""
        return execution.id


class Workflow(_OfExecution):
    """The workflow's id."""

    word = "workflow"

    def of(self, execution: AskedExecution) -> str:
        """Return the workflow's id."""
        return execution.workflow


class Scenario(_OfExecution):
    """The scenario that the execution follows."""

    word = "scenario"

    def of(self, execution: AskedExecution) -> str:
        """Return the scenario's name."""
        return execution.scenario

    def wrong(self, words: FaultWords) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Yield each name that is nearly a scenario's; others may be put later."""
        for name in self.names:
            if name not in words.scenarios and closest(name, words.scenarios):
                yield (), f"there is no scenario {quoted(name)}.{nearest(name, words.scenarios)}"


class Status(_OfExecution):
    """The execution's status."""

    word = "status"

    def of(self, execution: AskedExecution) -> str:
        """Return the status."""
        return execution.status

    def wrong(self, words: FaultWords) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Yield each that the contract does not have."""
        return self.unknown("status", list(words.statuses))


class Step(_OfExecution):
    """The step that the execution is in."""

    word = "step"

    def of(self, execution: AskedExecution) -> str:
        """Return the step's name."""
        return execution.step


@dataclass(frozen=True, slots=True)
class While(Matcher):
    """An execution is like this: the one that the request is about, or one of the latest."""

    word = "while"
    about_execution = True

    tests: tuple[Matcher, ...]

    @classmethod
    def compiled(cls, value: Any) -> Matcher:
        """Return the matcher for tests of an execution by their words."""
        return cls(tuple(MATCHERS[word].compiled(inner) for word, inner in value.items()))

    def fits(self, request: AskedRequest) -> bool:
        """Whether there is such an execution."""
        if request.execution is not None and request.execution.id:
            candidates: Sequence[AskedExecution] = (request.execution,)
        else:
            candidates = request.others
        return any(
            all(test.of(one) in test.names for test in self.tests if isinstance(test, _OfExecution))
            for one in candidates
        )

    def wrong(self, words: FaultWords) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Yield what its tests name that does not exist."""
        for test in self.tests:
            for path, message in test.wrong(words):
                yield (test.word, *path), message
