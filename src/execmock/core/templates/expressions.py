"""What stands between double braces: names, literals, arithmetic and filters, parsed once, evaluated often.

From loose to tight: `|`, then `+ -`, then `* / %`, then a sign. A hyphen inside a name belongs to the name,
so a minus stands between spaces. Nothing here runs code: a name is looked up in plain data, and that is all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from execmock.core.templates.filters import FILTERS, Filter
from execmock.core.templates.names import look_up
from execmock.core.templates.numbers import calculate
from execmock.errors import ExecmockError, nearest, quoted

__all__ = ["Expression", "ExpressionError", "Name", "names_in", "parse"]

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?)(?![\w.])
    |(?P<name>[A-Za-z_][\w-]*(?:\.[\w-]+)*)
    |(?P<text>"[^"]*"|'[^']*')
    |(?P<mark>[-+*/%|(),])
    |(?P<end>\Z))""",
    re.VERBOSE,
)
_CONSTANTS: Mapping[str, Any] = {"true": True, "false": False, "null": None}
_LONGEST = 1000
_MOST_TOKENS = 100
_SUM, _PRODUCT = ("+", "-"), ("*", "/", "%")

Token = tuple[str, str]


class ExpressionError(ExecmockError):
    """What stands between double braces is no expression."""


class Expression:
    """A part of an expression."""

    __slots__ = ()

    def value(self, context: Mapping[str, Any]) -> Any:
        """Return its value; None is no value."""
        raise NotImplementedError

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The expressions that it is made of."""
        return ()


@dataclass(frozen=True, slots=True)
class Name(Expression):
    """A dotted name."""

    path: tuple[str, ...]

    def value(self, context: Mapping[str, Any]) -> Any:
        """Return what it stands for."""
        return look_up(self.path, context)


@dataclass(frozen=True, slots=True)
class Literal(Expression):
    """A text, a number, true, false or null."""

    constant: Any

    def value(self, context: Mapping[str, Any]) -> Any:
        """Return the constant."""
        return self.constant


@dataclass(frozen=True, slots=True)
class Arithmetic(Expression):
    """An operation on two numbers."""

    operator: str
    left: Expression
    right: Expression

    def value(self, context: Mapping[str, Any]) -> Any:
        """Return the result; None where either is no number."""
        return calculate(self.operator, self.left.value(context), self.right.value(context))

    @property
    def parts(self) -> tuple[Expression, ...]:
        """Both sides."""
        return (self.left, self.right)


@dataclass(frozen=True, slots=True)
class Filtered(Expression):
    """A value passed through a filter."""

    inner: Expression
    filter: Filter

    def value(self, context: Mapping[str, Any]) -> Any:
        """Return what the filter makes of the value."""
        return self.filter.apply(self.inner.value(context))

    @property
    def parts(self) -> tuple[Expression, ...]:
        """What is filtered."""
        return (self.inner,)


def names_in(expression: Expression) -> Iterator[tuple[str, ...]]:
    """Yield every name in an expression."""
    if isinstance(expression, Name):
        yield expression.path
    for part in expression.parts:
        yield from names_in(part)


def parse(text: str) -> Expression:
    """Return the expression that a text is; ExpressionError says what is wrong with it."""
    if len(text) > _LONGEST:
        raise ExpressionError(f"an expression of {len(text)} characters; expected at most {_LONGEST}")
    return _Parser(list(_tokens(text))).whole()


def _tokens(text: str) -> Iterator[Token]:
    at, kind = 0, ""
    while kind != "end":
        found = _TOKEN.match(text, at)
        if found is None:
            rest = text[at:].strip()
            if rest[:1] in ("'", '"'):
                raise ExpressionError(f"{rest[:1]} is never closed")
            raise ExpressionError(f"{rest[:20]!r} is no name, number, quoted text or operator")
        kind, at = str(found.lastgroup), found.end()
        yield kind, found[kind]


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        if len(tokens) > _MOST_TOKENS:
            raise ExpressionError(f"an expression of {len(tokens)} parts; expected at most {_MOST_TOKENS}")
        self._tokens = tokens
        self._at = 0

    def whole(self) -> Expression:
        expression = self._piped()
        if self._next[0] != "end":
            raise self._unexpected("an operator, a filter after |, or }}")
        return expression

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self, *marks: str) -> str | None:
        kind, text = self._next
        if kind == "mark" and text in marks:
            self._at += 1
            return text
        return None

    def _unexpected(self, expected: str) -> ExpressionError:
        kind, text = self._next
        came = "nothing" if kind == "end" else text
        return ExpressionError(f"expected {expected}, received {came}")

    def _piped(self) -> Expression:
        expression = self._chain(_SUM, lambda: self._chain(_PRODUCT, self._signed))
        while self._take("|"):
            expression = Filtered(expression, self._filter())
        return expression

    def _chain(self, operators: tuple[str, ...], operand: Callable[[], Expression]) -> Expression:
        left = operand()
        while operator := self._take(*operators):
            left = Arithmetic(operator, left, operand())
        return left

    def _signed(self) -> Expression:
        if self._take("-"):
            return Arithmetic("-", Literal(0), self._signed())
        if self._take("("):
            inner = self._piped()
            self._close()
            return inner
        kind, text = self._next
        if kind == "name" and text not in _CONSTANTS:
            self._at += 1
            return Name(tuple(text.split(".")))
        return Literal(self._constant("a name such as execution.id, a number or a quoted text"))

    def _close(self) -> None:
        if not self._take(")"):
            raise self._unexpected(")")

    def _constant(self, expected: str) -> Any:
        kind, text = self._next
        if kind == "number":
            value: Any = float(text) if "." in text else int(text)
        elif kind == "text":
            value = text[1:-1]
        elif kind == "name" and text in _CONSTANTS:
            value = _CONSTANTS[text]
        else:
            raise self._unexpected(expected)
        self._at += 1
        return value

    def _filter(self) -> Filter:
        kind, name = self._next
        if kind != "name":
            raise self._unexpected(f"a filter after |, one of {', '.join(FILTERS)}")
        if name not in FILTERS:
            known = f"expected one of {', '.join(FILTERS)}.{nearest(name, FILTERS)}"
            raise ExpressionError(f"unknown filter {quoted(name)}; {known}")
        self._at += 1
        made = FILTERS[name](tuple(self._arguments()))
        if usage := made.problem():
            raise ExpressionError(f"the filter {name} is written as {usage}")
        return made

    def _arguments(self) -> Iterator[Any]:
        if not self._take("("):
            return
        more: str | None = ","
        while more:
            negative = self._take("-")
            value = self._constant("a value")
            yield -value if negative and type(value) in (int, float) else value
            more = self._take(",")
        self._close()
