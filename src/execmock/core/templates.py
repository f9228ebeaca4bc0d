"""Texts with `{{ names }}` in scenarios. No code runs: a name is looked up, and that is all.

Names: `execution.<property>`, `request.<property>...`, `signal.name`, `signal.payload...`,
`step.name`, `step.at`, `steps.<step name>.at`. `signal` is the last one that moved the execution.
A name that cannot exist is an error when the file is loaded; one that merely has no value yet becomes
null, or nothing inside a longer text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from json import dumps
from typing import Any

from execmock.errors import nearest

__all__ = [
    "Names",
    "Template",
    "compile_template",
    "has_template",
    "is_templated",
    "literal",
    "render",
    "unknown_names",
]

_PLACEHOLDER = re.compile(r"\{\{\s*(.*?)\s*\}\}")
_NAME = re.compile(r"[A-Za-z_][\w-]*(\.[\w-]+)*")


@dataclass(frozen=True, slots=True)
class Template:
    """A text cut into literal parts (str) and names (tuples of their parts).

    `text` says that the result is text, even where the template is one name alone.
    """

    parts: tuple[str | tuple[str, ...], ...]
    text: bool


@dataclass(frozen=True, slots=True)
class Names:
    """The names a template may use: first part, then what may follow it. None: anything may."""

    valid: Mapping[str, Collection[str] | None]

    def problem(self, name: tuple[str, ...]) -> str | None:
        """Return what is wrong with a dotted name, or None."""
        root, *rest = name
        if root not in self.valid:
            return (
                f"unknown name {root!r}; expected one of {', '.join(self.valid)}.{nearest(root, self.valid)}"
            )
        known = self.valid[root]
        if known is None:
            return None
        if not rest or rest[0] not in known:
            second = rest[0] if rest else ""
            return (
                f"unknown name {'.'.join(name)!r}.{nearest(second, known)} Valid: {', '.join(sorted(known))}"
            )
        if root == "steps" and rest[1:] != ["at"]:
            return f"unknown name {'.'.join(name)!r}; expected steps.{rest[0]}.at"
        return None


def has_template(text: str) -> bool:
    """Whether a text holds a placeholder."""
    return "{{" in text


def literal(text: str) -> str:
    """Return what a text says whatever its placeholders stand for."""
    return _PLACEHOLDER.sub("", text)


def compile_template(value: Any, *, text: bool = False) -> Any:
    """Return `value` with every text that holds placeholders, at any depth, made a Template."""
    if isinstance(value, str):
        return _compile_text(value, text) if has_template(value) else value
    if isinstance(value, Mapping):
        return {key: compile_template(item) for key, item in value.items()}
    if isinstance(value, list):
        return [compile_template(item) for item in value]
    return value


def is_templated(value: Any) -> bool:
    """Whether a compiled value holds a Template, at any depth."""
    if isinstance(value, Mapping):
        return any(map(is_templated, value.values()))
    return any(map(is_templated, value)) if isinstance(value, list) else isinstance(value, Template)


def _compile_text(value: str, text: bool) -> Template:
    parts: list[str | tuple[str, ...]] = []
    for index, piece in enumerate(_PLACEHOLDER.split(value)):
        if index % 2:
            parts.append(tuple(piece.split(".")))
        elif piece:
            parts.append(piece)
    return Template(tuple(parts), text)


def unknown_names(
    value: Any, names: Names, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield (path, what is wrong) for every placeholder at any depth that cannot be looked up."""
    if isinstance(value, str):
        for piece in _PLACEHOLDER.findall(value):
            if not _NAME.fullmatch(piece):
                yield path, f"{{{{ {piece} }}}} is not a name; expected one such as execution.id"
            elif problem := names.problem(tuple(piece.split("."))):
                yield path, problem
        if has_template(_PLACEHOLDER.sub("", value)):
            yield path, "{{ is never closed by }}"
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from unknown_names(item, names, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from unknown_names(item, names, (*path, index))


def render(value: Any, context: Mapping[str, Any]) -> Any:
    """Return a compiled value with its names looked up; one name alone keeps the type of what it finds."""
    if isinstance(value, Template):
        first = value.parts[0]
        if len(value.parts) == 1 and not value.text and not isinstance(first, str):
            return _look_up(first, context)
        return "".join(
            part if isinstance(part, str) else _as_text(_look_up(part, context)) for part in value.parts
        )
    if isinstance(value, dict):
        return {key: render(item, context) for key, item in value.items()}
    if isinstance(value, list):
        return [render(item, context) for item in value]
    return value


def _look_up(name: tuple[str, ...], context: Mapping[str, Any]) -> Any:
    found: Any = context
    for part in name:
        if isinstance(found, dict):
            found = found.get(part)
        elif isinstance(found, list) and part.isdecimal() and int(part) < len(found):
            found = found[int(part)]
        else:
            return None
    return found


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if type(value) is int:
        return str(value)
    return dumps(value, ensure_ascii=False, separators=(",", ":"))
