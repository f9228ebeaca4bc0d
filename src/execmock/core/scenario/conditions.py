"""What `bind` asks of a request: places in it, and a test of what stands at each.

A test registers itself under its `word`, the property of `bind` that it is written as, like a kind of
trigger. Besides deciding, it tells what it can hold for, so that scenarios that fit one request are found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, ClassVar

from execmock.core.schema.patterns import matcher

__all__ = [
    "TESTS",
    "WORKFLOW",
    "Condition",
    "Test",
    "compile_test",
    "conditions_of",
    "found_by",
    "may_meet",
    "numbers_near",
    "values_at",
]

TESTS: dict[str, type[Test]] = {}
"""Every kind of test by its word, in the order in which messages name them."""

WORKFLOW = frozenset({"id", "hashid", "key"})
"""What an embed scenario binds to make the workflow that can be executed; each of them finds it."""

_NOTHING = "nothing"
_KINDS = frozenset({"text", "number", "truth value", "object", "list"})
_ANY = _KINDS | {_NOTHING}
_MOST_DIGITS = 9


class Test:
    """A test of the values at one place of a request: none, one, or several where the place has a `*`."""

    __slots__ = ()

    word: ClassVar[str]

    kinds: frozenset[str] = _ANY
    """The kinds of JSON values it can hold for; "nothing" is a place without a value."""
    values: tuple[Any, ...] | None = None
    """The only values it holds for; None if they cannot be listed."""
    marks: tuple[float, ...] = ()
    """Numbers at which its answer may change."""

    def __init_subclass__(cls) -> None:
        if hasattr(cls, "word"):
            TESTS[cls.word] = cls

    def holds(self, found: Sequence[Any]) -> bool:
        """Whether it holds for the values at its place."""
        return any(map(self.fits, found))

    def fits(self, value: Any) -> bool:
        """Whether it holds for one value."""
        raise NotImplementedError


@dataclass(frozen=True)
class OneOf(Test):
    """The value is one of these; true and false equal no number."""

    word = "oneOf"
    values: tuple[Any, ...]
    kinds = _KINDS
    _known: frozenset[tuple[bool, Any]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_known", frozenset((type(one) is bool, one) for one in self.values))

    def fits(self, value: Any) -> bool:
        """Whether the value is one of them."""
        return isinstance(value, str | int | float) and (type(value) is bool, value) in self._known


class Equals(OneOf):
    """The value is this one."""

    word = "equals"

    def __init__(self, value: Any) -> None:
        super().__init__((value,))


@dataclass(frozen=True)
class Matches(Test):
    """The value is a text in which a regular expression of JSON Schema is found."""

    word = "matches"
    pattern: str
    kinds = frozenset({"text"})
    _found: Callable[[str], bool] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_found", matcher(self.pattern))

    def fits(self, value: Any) -> bool:
        """Whether the expression is found in it."""
        return isinstance(value, str) and self._found is not None and self._found(value)


@dataclass(frozen=True)
class Bound(Test):
    """The value is a number on one side of another."""

    than: float
    kinds = frozenset({"number"})

    @property
    def marks(self) -> tuple[float, ...]:  # type: ignore[override]
        """The bound."""
        return (self.than,)

    def fits(self, value: Any) -> bool:
        """Whether it is a number on that side."""
        return isinstance(value, int | float) and type(value) is not bool and self.beyond(value)

    def beyond(self, value: float) -> bool:
        """Whether a number lies on that side."""
        raise NotImplementedError


class Greater(Bound):
    """The value is a greater number."""

    word = "greater"

    def beyond(self, value: float) -> bool:
        """Whether it is greater."""
        return value > self.than


class AtLeast(Bound):
    """The value is this number or a greater one."""

    word = "atLeast"

    def beyond(self, value: float) -> bool:
        """Whether it is not less."""
        return value >= self.than


class Less(Bound):
    """The value is a smaller number."""

    word = "less"

    def beyond(self, value: float) -> bool:
        """Whether it is less."""
        return value < self.than


class AtMost(Bound):
    """The value is this number or a smaller one."""

    word = "atMost"

    def beyond(self, value: float) -> bool:
        """Whether it is not greater."""
        return value <= self.than


@dataclass(frozen=True)
class Exists(Test):
    """There is a value; or there is none, if `wanted` is false."""

    word = "exists"
    wanted: bool

    @property
    def kinds(self) -> frozenset[str]:  # type: ignore[override]
        """Everything, or nothing."""
        return _KINDS if self.wanted else frozenset({_NOTHING})

    def holds(self, found: Sequence[Any]) -> bool:
        """Whether there is a value as wanted."""
        return bool(found) is self.wanted


@dataclass(frozen=True)
class Not(Test):
    """Another test does not hold."""

    word = "not"
    other: Test

    @property
    def kinds(self) -> frozenset[str]:  # type: ignore[override]
        """What the other leaves, as far as kinds can tell."""
        return _ANY - self.other.kinds if isinstance(self.other, Exists) else _ANY

    @property
    def marks(self) -> tuple[float, ...]:  # type: ignore[override]
        """Those of the other."""
        return self.other.marks

    def holds(self, found: Sequence[Any]) -> bool:
        """Whether the other does not hold."""
        return not self.other.holds(found)


@dataclass(frozen=True)
class AllOf(Test):
    """Several tests of one place, all of which hold."""

    tests: tuple[Test, ...]

    @property
    def kinds(self) -> frozenset[str]:  # type: ignore[override]
        """The kinds that all can hold for."""
        return frozenset.intersection(*(test.kinds for test in self.tests))

    @property
    def values(self) -> tuple[Any, ...] | None:  # type: ignore[override]
        """The listed values that all hold for."""
        for test in self.tests:
            if test.values is not None:
                return tuple(value for value in test.values if self.holds([value]))
        return None

    @property
    def marks(self) -> tuple[float, ...]:  # type: ignore[override]
        """Those of all."""
        return tuple(mark for test in self.tests for mark in test.marks)

    def holds(self, found: Sequence[Any]) -> bool:
        """Whether all hold."""
        return all(test.holds(found) for test in self.tests)


@dataclass(frozen=True, slots=True)
class Condition:
    """A place in a request, as the names and positions that lead there, and the test of what it holds."""

    path: tuple[str, ...]
    test: Test

    def fits(self, values: Mapping[str, Any]) -> bool:
        """Whether a request with these properties meets it."""
        return self.test.holds(values_at(values, self.path))

    @property
    def single(self) -> bool:
        """Whether it asks for one value and no other."""
        return self.test.values is not None and len(self.test.values) == 1


def conditions_of(bind: Mapping[str, Any]) -> tuple[Condition, ...]:
    """Return the conditions of `bind`, given as plain data whose tests are known to be sound."""
    return tuple(Condition(tuple(name.split(".")), compile_test(value)) for name, value in bind.items())


def compile_test(value: Any) -> Test:
    """Return the test that a value of `bind` stands for: a value, a list of them, or tests by their words."""
    if isinstance(value, list):
        return OneOf(tuple(value))
    if not isinstance(value, Mapping):
        return Equals(value)
    tests = tuple(_made(word, what) for word, what in value.items())
    return tests[0] if len(tests) == 1 else AllOf(tests)


def _made(word: str, what: Any) -> Test:
    if word == Not.word:
        return Not(compile_test(what))
    make: Callable[[Any], Test] = TESTS[word]
    return make(tuple(what) if word == OneOf.word else what)


def values_at(values: Any, path: Sequence[str]) -> list[Any]:
    """Return what stands at a place: a list without nulls, for null counts as nothing.

    `*` leads to every member of an object or list, a number to a list's item of that position.
    """
    found = [values]
    for part in path:
        found = [inner for value in found for inner in _members(value, part)]
    return [value for value in found if value is not None]


def _members(value: Any, part: str) -> Iterable[Any]:
    if isinstance(value, Mapping):
        if part in value:
            return (value[part],)
        return value.values() if part == "*" else ()
    if isinstance(value, list):
        if part == "*":
            return value
        if part.isdecimal() and len(part) <= _MOST_DIGITS:
            return value[int(part) : int(part) + 1]
    return ()


def found_by(conditions: Iterable[Condition]) -> Condition | None:
    """Return the first condition that lists the texts one property must have; None if there is none."""
    for condition in conditions:
        values = condition.test.values
        if len(condition.path) == 1 and values and all(isinstance(value, str) for value in values):
            return condition
    return None


def may_meet(first: Sequence[Condition], second: Sequence[Condition]) -> bool:
    """Whether one request may meet all conditions of both; True where that cannot be ruled out."""
    return not any(_exclude(one, other) for one in first for other in second)


def _exclude(one: Condition, other: Condition) -> bool:
    if "*" in one.path or "*" in other.path:
        return False
    if one.path == other.path:
        return not _may_hold_together(one.test, other.test)
    short, long = sorted((one, other), key=lambda condition: len(condition.path))
    inside = long.path[: len(short.path)] == short.path and len(long.path) > len(short.path)
    return inside and _NOTHING not in long.test.kinds and not short.test.kinds & {"object", "list"}


def _may_hold_together(one: Test, other: Test) -> bool:
    for listed, test in ((one, other), (other, one)):
        if listed.values is not None:
            return any(test.holds([value]) for value in listed.values)
    shared = one.kinds & other.kinds
    if shared != {"number"}:
        return bool(shared)
    tried = numbers_near((*one.marks, *other.marks))
    return any(one.holds([number]) and other.holds([number]) for number in tried)


def numbers_near(marks: Iterable[float]) -> list[float]:
    """Return a number above, below and between all marks, and the marks: some of each side of every mark."""
    known = sorted(set(marks))
    if not known:
        return []
    between = [(low + high) / 2 for low, high in pairwise(known)]
    return [known[-1] + 1, known[0] - 1, *between, *known]
