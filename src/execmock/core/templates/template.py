"""Texts cut into what stands as it is and expressions, checked once and rendered often."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from json import dumps
from typing import Any

from execmock.core.templates.expressions import Expression, ExpressionError, names_in, parse
from execmock.core.templates.limits import LONGEST_TEXT
from execmock.core.templates.names import Names

__all__ = [
    "Template",
    "compile_template",
    "has_template",
    "is_templated",
    "is_whole",
    "literal",
    "render",
    "wrong_templates",
]

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A text cut into literal parts (str) and expressions.

    `text` says that the result is text, even where the template is one expression alone.
    """

    parts: tuple[str | Expression, ...]
    text: bool


def has_template(text: str) -> bool:
    """Whether a text holds a placeholder."""
    return "{{" in text


def literal(text: str) -> str:
    """Return what a text says whatever its placeholders stand for."""
    return "".join(piece for piece, is_code in _pieces(text) if not is_code)


def is_whole(value: Any) -> bool:
    """Whether a value is a text of one placeholder alone, which keeps the type of what it stands for."""
    if not isinstance(value, str) or not value.startswith("{{"):
        return False
    pieces = list(_pieces(value))
    return len(pieces) == 1 and pieces[0][1]


def compile_template(value: Any, *, text: bool = False) -> Any:
    """Return `value` with every text that holds placeholders, at any depth, made a Template.

    Its templates are known to be right: see `wrong_templates`.
    """
    if isinstance(value, str):
        return _compile_text(value, text) if has_template(value) else value
    if isinstance(value, Mapping):
        return {key: compile_template(item) for key, item in value.items()}
    if isinstance(value, list):
        return [compile_template(item) for item in value]
    return value


def is_templated(value: Any) -> bool:
    """Whether a compiled value holds a Template, at any depth."""
    if isinstance(value, dict):
        return any(map(is_templated, value.values()))
    return any(map(is_templated, value)) if isinstance(value, list) else isinstance(value, Template)


def _compile_text(value: str, text: bool) -> Template:
    return Template(tuple(_compile_piece(*piece) for piece in _pieces(value)), text)


def _compile_piece(piece: str, is_code: bool) -> str | Expression:
    try:
        return parse(piece) if is_code else piece
    except ExpressionError:
        # It was told as a finding, and nothing is rendered of a file with findings.
        return ""


def wrong_templates(value: Any, names: Names, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield (path, what is wrong) for every placeholder at any depth that is none or cannot be looked up."""
    if isinstance(value, str):
        for message in _wrong_in(value, names):
            yield path, message
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from wrong_templates(item, names, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from wrong_templates(item, names, (*path, index))


def _wrong_in(text: str, names: Names) -> Iterator[str]:
    for piece, is_code in _pieces(text):
        if is_code:
            yield from _wrong_expression(piece, names)
        elif has_template(piece):
            yield "{{ is never closed by }}; two braces as such are written {{ '{{' }}"


def _wrong_expression(piece: str, names: Names) -> Iterator[str]:
    try:
        expression = parse(piece)
    except ExpressionError as error:
        shown = piece.strip() if len(piece) <= 60 else piece.strip()[:60] + "..."
        yield f"in {{{{ {shown} }}}}: {error.message}"
        return
    for name in names_in(expression):
        if problem := names.problem(name):
            yield problem


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Yield what a text consists of, with whether it is code between braces, in one pass over the text.

    What follows braces that are never closed is no code.
    """
    at = 0
    while (start := text.find("{{", at)) >= 0:
        end = _end_of_code(text, start + 2)
        if end < 0:
            break
        if start > at:
            yield text[at:start], False
        yield text[start + 2 : end], True
        at = end + 2
    if at < len(text):
        yield text[at:], False


def _end_of_code(text: str, at: int) -> int:
    """Return where the next `}}` stands that is not inside quotes, -1 if there is none."""
    while at < len(text):
        character = text[at]
        if character in "'\"":
            at = text.find(character, at + 1)
            if at < 0:
                return -1
        elif character == "}" and text.startswith("}}", at):
            return at
        at += 1
    return -1


def render(value: Any, context: Mapping[str, Any]) -> Any:
    """Return a compiled value with its names looked up; a placeholder alone keeps the type of its value.

    A text ends after LONGEST_TEXT characters.
    """
    if isinstance(value, Template):
        first = value.parts[0]
        if len(value.parts) == 1 and not value.text and not isinstance(first, str):
            return first.value(context)
        return _joined(value.parts, context)
    if isinstance(value, dict):
        return {key: render(item, context) for key, item in value.items()}
    if isinstance(value, list):
        return [render(item, context) for item in value]
    return value


def _joined(parts: tuple[str | Expression, ...], context: Mapping[str, Any]) -> str:
    texts: list[str] = []
    left = LONGEST_TEXT
    for part in parts:
        text = part if isinstance(part, str) else _as_text(part.value(context))
        texts.append(text[:left])
        left -= len(texts[-1])
        if not left:
            break
    return "".join(texts)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if type(value) is int:
        return str(value)
    return dumps(value, ensure_ascii=False, separators=(",", ":"))
