"""The errors of a JSON Schema check as violations: one for each key or value that has to be mended.

Of several alternatives, the one that the value was most likely meant to be is judged, so that a slip
inside it is named where it stands instead of the whole value being refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from execmock.core.schema.violation import Violation, shorten
from execmock.errors import nearest

if TYPE_CHECKING:
    from jsonschema import ValidationError

__all__ = ["types_worded", "worded"]

_ALTERNATIVES = ("anyOf", "oneOf")
_SHAPES = ("type", "enum", "const")


def worded(errors: Iterable[ValidationError], where: str) -> Iterator[Violation]:
    """Yield the violations in the order of their places; `where` is the first part of each place."""
    for error in sorted(errors, key=_order):
        yield from _worded(error, where)


def _worded(error: ValidationError, where: str) -> Iterator[Violation]:
    if error.validator in _ALTERNATIVES and error.context:
        yield from _of_alternatives(error, where)
    elif error.validator == "required":
        yield from _missing(error, where)
    elif error.validator in ("additionalProperties", "unevaluatedProperties"):
        yield from _unknown(error, where)
    else:
        yield _violation(error, where, _expected(error))


def _of_alternatives(error: ValidationError, where: str) -> Iterator[Violation]:
    branches: defaultdict[Any, list[ValidationError]] = defaultdict(list)
    for inner in error.context:
        branches[inner.relative_schema_path[0]].append(inner)
    meant = [branch for branch in branches.values() if not any(map(_other_shape, branch))]
    if meant:
        best = min(range(len(meant)), key=lambda branch: len(meant[branch]))
        yield from worded(meant[best], where)
    else:
        yield _violation(error, where, _any_shape(error.context))


def _other_shape(error: ValidationError) -> bool:
    """Whether the value is of another kind altogether, not merely wrong inside."""
    if error.relative_path:
        return False
    if error.validator in _ALTERNATIVES and error.context:
        return all(map(_other_shape, error.context))
    return error.validator in _SHAPES


def _any_shape(errors: Iterable[ValidationError]) -> str:
    kinds: list[str] = []
    words: list[str] = []
    for error in errors:
        if error.relative_path:
            continue
        if error.validator in _ALTERNATIVES and error.context:
            words.append(_any_shape(error.context))
        elif error.validator == "type":
            kind = error.validator_value
            kinds += [kind] if isinstance(kind, str) else cast("list[str]", kind)
        else:
            words.append(_expected(error))
    return " or ".join(dict.fromkeys(words + ([types_worded(dict.fromkeys(kinds))] if kinds else [])))


def _missing(error: ValidationError, where: str) -> Iterator[Violation]:
    properties = _properties(error)
    path = tuple(error.absolute_path)
    for name in cast("list[str]", error.validator_value):
        if name not in cast("dict[str, Any]", error.instance):
            kind = types_worded(properties.get(name, {}).get("type", "value"))
            yield Violation(_place(where, (*path, name)), f"{kind} (required)", path=(*path, name))


def _unknown(error: ValidationError, where: str) -> Iterator[Violation]:
    known = list(_properties(error))
    path = tuple(error.absolute_path)
    for name, value in cast("dict[str, Any]", error.instance).items():
        if name not in known:
            yield Violation(
                where=_place(where, (*path, name)),
                expected=f"one of {', '.join(known)}",
                received=value,
                path=(*path, name),
                unknown=True,
                hint=nearest(name, known),
            )


def _violation(error: ValidationError, where: str, expected: str) -> Violation:
    path = tuple(error.absolute_path)
    return Violation(_place(where, path), expected, error.instance, path=path)


def _place(where: str, path: Iterable[str | int]) -> str:
    return "/".join([where, *map(str, path)])


def _order(error: ValidationError) -> list[tuple[int, str]]:
    return [(part, "") if isinstance(part, int) else (-1, part) for part in error.absolute_path]


def _properties(error: ValidationError) -> Mapping[str, Any]:
    schema = cast("Mapping[str, Any]", error.schema)
    return cast("Mapping[str, Any]", schema.get("properties", {}))


def _expected(error: ValidationError) -> str:
    value: Any = error.validator_value
    words = {
        "type": lambda: types_worded(value),
        "enum": lambda: "one of " + ", ".join(map(str, value)),
        "const": lambda: shorten(value),
        "minimum": lambda: f"at least {value}",
        "maximum": lambda: f"at most {value}",
        "exclusiveMinimum": lambda: f"more than {value}",
        "exclusiveMaximum": lambda: f"less than {value}",
        "minLength": lambda: _at_least(value, "character"),
        "maxLength": lambda: f"at most {value} characters",
        "minItems": lambda: _at_least(value, "item"),
        "maxItems": lambda: f"at most {value} items",
        "minProperties": lambda: _at_least(value, "key"),
        "pattern": lambda: _pattern(cast("Mapping[str, Any]", error.schema), value),
    }
    word = words.get(str(error.validator))
    return word() if word else f"{error.validator} {shorten(value)}"


def _at_least(number: int, thing: str) -> str:
    return f"at least {number} {thing}{'' if number == 1 else 's'}"


def _pattern(schema: Mapping[str, Any], pattern: str) -> str:
    # Examples say more than a regular expression does.
    examples = schema.get("examples")
    return f"text such as {', '.join(map(str, examples))}" if examples else f"text that matches {pattern}"


def types_worded(kinds: str | Iterable[str]) -> str:
    """Return JSON types in words: `a string or an object`. Nobody is asked for null."""
    names = [kinds] if isinstance(kinds, str) else [kind for kind in kinds if kind != "null"]
    return " or ".join(f"{'an' if name[0] in 'aeiou' else 'a'} {name}" for name in names)
