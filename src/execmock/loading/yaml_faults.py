"""What is wrong with a text that is not YAML: the cause in plain words, and where it stands.

A parser notices a mistake where it can read no further, which is often lines after the mistake itself. Each
rule here looks at one kind of message of the parser, and at the text round the place, for what was meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import yaml

__all__ = ["BREAK", "TEMPLATE", "Fault", "fault_of"]

BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""What YAML's parser counts as the end of a line."""

_LIST_ITEM = re.compile(r"\s*-(\s|$)")
_KEY = re.compile(r"\s*(?:-\s+)*(\"[^\"]*\"|'[^']*'|[^\s\"'#\[{][^#]*?):(?:\s|$)")
_BLOCK_TEXT = re.compile(r"[|>][-+0-9]*\s*(#.*)?$")
_LONGEST_KEY = 1024
_ESCAPES = '0abt nvfre"/\\N_LPxuU'
TEMPLATE = 'without quotes, {{ opens two mappings; write the template in quotes: "{{ name }}"'


class Fault(NamedTuple):
    """One sentence, and the line and column (both from 0) that it is about."""

    message: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class _Case:
    """A parser's complaint: the lines of the text, where it stopped, and where what it was reading began.

    `last` is the last scalar that was read before.
    """

    lines: Sequence[str]
    problem: str
    context: str
    line: int
    column: int
    begun: Any
    last: Any

    @property
    def here(self) -> str:
        return self.lines[self.line] if self.line < len(self.lines) else ""

    def above(self) -> int | None:
        """Return the last line before this one that is neither empty nor a comment."""
        before = range(min(self.line, len(self.lines)) - 1, -1, -1)
        return next((n for n in before if self.lines[n].strip() and self.lines[n].strip()[0] != "#"), None)

    def fault(self, message: str, at: Any = None) -> Fault:
        return Fault(message, self.line, self.column) if at is None else Fault(message, at.line, at.column)


def fault_of(error: yaml.MarkedYAMLError, text: str, last: Any) -> Fault:
    """Return the cause of a parser's error; `last` is the last scalar event that it gave before, if any."""
    lines = BREAK.split(text)
    mark = error.problem_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    if line >= len(lines) or (line == len(lines) - 1 and not lines[line]):
        # What is missing at the end is noticed on the line after the last one that holds something.
        line = max((n for n, text_line in enumerate(lines) if text_line.strip()), default=0)
        column = len(lines[line])
    case = _Case(lines, error.problem or "", error.context or "", line, column, error.context_mark, last)
    message, line, column = next(found for rule in _RULES if (found := rule(case)))
    return Fault(message if message == TEMPLATE else f"not valid YAML: {message}", line, column)


def _open_quote(case: _Case) -> Fault | None:
    if "quoted scalar" not in case.context or "unexpected" not in case.problem:
        return None
    quote = case.lines[case.begun.line][case.begun.column : case.begun.column + 1]
    return case.fault(f"the {quote} that opens here is never closed; expected another {quote}", case.begun)


def _stray_quote(case: _Case) -> Fault | None:
    """A quoted text ended just before: it ran over lines, or a quote in its middle ended it."""
    last = case.last
    if last is None or last.style not in ("'", '"'):
        return None
    end, start = last.end_mark, last.start_mark
    touching = end.line == case.line and not case.here[end.column : case.column].strip(" ,")
    if not touching or case.here[case.column : case.column + 1] in ("", "#"):
        return None
    quote = last.style
    if end.line > start.line:
        said = f"the {quote} that opens here is closed on line {end.line + 1} only; is a {quote} missing?"
        return case.fault(said, start)
    inside = "''" if quote == "'" else '\\"'
    return case.fault(
        f"text follows the closing {quote}; a {quote} inside such quotes is written {inside}, "
        "and quotes enclose the whole text"
    )


def _tab(case: _Case) -> Fault | None:
    blank = case.here[: len(case.here) - len(case.here.lstrip())]
    for line in (case.line, case.above()):
        text = case.lines[line] if line is not None and line < len(case.lines) else ""
        blank_here = text[: len(text) - len(text.lstrip())]
        if "\u00a0" in blank_here:
            said = "a no-break space (U+00A0) stands in the indentation; YAML takes plain spaces there"
            return Fault(said, line or 0, blank_here.index("\u00a0"))
    if "\t" not in blank:
        return None
    said = "a tab stands in the indentation; YAML takes spaces there"
    return Fault(said, case.line, blank.index("\t"))


def _template(case: _Case) -> Fault | None:
    before = case.here[max(0, case.column - 1) : case.column + 2]
    return case.fault(TEMPLATE) if "{{" in before else None


def _character(case: _Case) -> Fault | None:
    if "cannot start any token" not in case.problem:
        return None
    character = case.here[case.column : case.column + 1]
    return case.fault(f"a text that begins with {character} has to stand in quotes")


def _open_bracket(case: _Case) -> Fault | None:
    if "parsing a flow" not in case.context or "expected ','" not in case.problem:
        return None
    opening, closing = ("[", "]") if "sequence" in case.context else ("{", "}")
    if case.here[case.column : case.column + 1] == ":" and case.begun.line == case.line:
        word = (case.here[: case.column].split() or [""])[-1].lstrip("{[,")
        return case.fault(f"expected a comma before {word}:, or quotes round a text that has a colon in it")
    if case.begun.line < case.line or case.column >= len(case.here):
        return case.fault(f"the {opening} that opens here is not closed; expected {closing}", case.begun)
    if case.here[case.column] in "]}":
        said = f"expected {closing} for the {opening} in column {case.begun.column + 1}"
        return case.fault(f"{case.here[case.column]} closes nothing here; {said}")
    return case.fault(f"expected a comma, or {closing} for the {opening} in column {case.begun.column + 1}")


def _colon(case: _Case) -> Fault | None:
    """A colon that makes no key: in a text without quotes, after a missing colon, or too deep."""
    if "mapping values are not allowed" not in case.problem:
        return None
    before = case.here[: case.column]
    if (key := _KEY.match(before)) or re.search(r":\s", before):
        name = key[1] if key else "it"
        return case.fault(f"a text with a colon and a space in it, as after {name}:, has to stand in quotes")
    above = case.above()
    if above is None:
        return None
    if not _KEY.match(case.lines[above]):
        said = _no_key(case.lines[above])
        return Fault(said, above, len(case.lines[above]) - len(case.lines[above].lstrip()))
    return Fault(_deeper(case.lines[above], above), case.line, _indent(case.here))


def _deeper(above: str, line: int) -> str:
    name = (_KEY.match(above) or " ")[1].strip()
    return (
        f"this line is indented deeper than line {line + 1}, whose {name} has a value already; "
        f"expected both to begin in the same column"
    )


def _key_without_colon(case: _Case) -> Fault | None:
    if "expected ':'" not in case.problem:
        return None
    above = case.above()
    if above is not None and _BLOCK_TEXT.search(case.lines[above]):
        above = max((n for n in range(case.begun.line) if case.lines[n].strip()), default=above)
    if above is not None and _BLOCK_TEXT.search(case.lines[above]):
        said = f"the text that line {above + 1} announces has to be indented by more than that line"
        return case.fault(said, case.begun)
    if len(case.lines[case.begun.line]) > _LONGEST_KEY:
        return case.fault(f"a key has at most {_LONGEST_KEY} characters", case.begun)
    return case.fault(_no_key(case.lines[case.begun.line]), case.begun)


def _no_key(line: str) -> str:
    if ":\u00a0" in line:
        return "a no-break space (U+00A0) stands after the colon; YAML takes a plain space there"
    if re.search(r"\w:\S", line) and "://" not in line:
        return "expected `key: value`; a space is missing after the colon"
    return "expected `key: value`; a colon and a space are missing"


def _special(case: _Case) -> Fault | None:
    """A text that begins with a sign which means something to YAML."""
    if "alias" in case.context or "anchor" in case.context or "block scalar" in case.context:
        sign = case.lines[case.begun.line][case.begun.column : case.begun.column + 1]
        return case.fault(f"a text that begins with {sign} has to stand in quotes", case.begun)
    return None


def _item_in_line(case: _Case) -> Fault | None:
    if "block sequence entries are not allowed" not in case.problem:
        return None
    return case.fault("a list begins on a line of its own, with - before each item, or is written [a, b]")


def _escape(case: _Case) -> Fault | None:
    if "unknown escape" not in case.problem:
        return None
    found = re.search(r"\\[^" + re.escape(_ESCAPES) + "]", case.here[case.column :])
    what = found[0] if found else "\\"
    column = case.column + (found.start() if found else 0)
    said = f"{what} means nothing in double quotes; write \\{what} for a backslash, or use single quotes"
    return Fault(said, case.line, column)


def _indentation(case: _Case) -> Fault | None:
    """A line that belongs to no block: its indentation is that of no line above, or its kind is another."""
    if not any(said in case.problem for said in ("expected key", "'-' indicator", "<document start>")):
        return None
    if case.here[case.column : case.column + 1] in ("]", "}"):
        return case.fault(f"{case.here[case.column]} closes nothing here")
    if case.column != _indent(case.here) or not case.here.strip():
        return None
    item = _LIST_ITEM.match(case.here)
    if "<document start>" in case.problem:
        return _after_the_document(case)
    if case.begun and case.column == case.begun.column and ("'-'" in case.problem) != bool(item):
        said = "a list item stands among keys" if item else "a key stands in a list, whose items begin with -"
        if case.here.lstrip().startswith("-") and not item:
            return case.fault("a space is missing after the -")
        return case.fault(f"{said}; the block begins on line {case.begun.line + 1}")
    columns = _columns(case)
    lower = [column for column in columns if column < case.column][-1:]
    higher = [column for column in columns if column > case.column][:1]
    expected = " or ".join(map(str, [*lower, *higher]))
    return case.fault(f"this line is indented by {_spaces(case.column)}; expected {expected}, as lines above")


def _columns(case: _Case) -> list[int]:
    """Return the columns in which the blocks begin that are open before this line."""
    found: set[int] = set()
    least = len(case.here) + 1_000
    for line in reversed(case.lines[: case.line]):
        if line.strip() and line.strip()[0] != "#" and _indent(line) < least:
            least = _indent(line)
            found.add(least)
            if _LIST_ITEM.match(line):
                found.add(least + 2)
    return sorted(found)


def _after_the_document(case: _Case) -> Fault:
    first = next(n for n, line in enumerate(case.lines) if line.strip() and line.strip()[0] not in "#%")
    if case.lines[first].startswith((" ", "\t")):
        said = f"line {first + 1} is indented by {_spaces(_indent(case.lines[first]))}, and this line is not"
        return case.fault(f"{said}; expected all lines of this level to begin in the same column")
    return case.fault("nothing can stand here, after the end of the document")


def _nothing(case: _Case) -> Fault | None:
    if "expected node content" not in case.problem:
        return None
    character = case.here[case.column : case.column + 1]
    if not character:
        column = max(case.here.rfind("["), case.here.rfind("{"))
        if column >= 0:
            closing = "]" if case.here[column] == "[" else "}"
            said = f"the {case.here[column]} that opens here is not closed; expected {closing}"
            return Fault(said, case.line, column)
    if character in "]}":
        return case.fault(f"{character} closes nothing here")
    return case.fault(f"expected a value before {character}" if character else "expected a value here")


def _anything(case: _Case) -> Fault:
    context = f" ({case.context})" if case.context else ""
    return case.fault(f"{case.problem}{context}")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _spaces(number: int) -> str:
    return f"{number} space{'' if number == 1 else 's'}"


_RULES: Sequence[Callable[[_Case], Fault | None]] = (
    _open_quote,
    _stray_quote,
    _tab,
    _template,
    _character,
    _open_bracket,
    _colon,
    _key_without_colon,
    _special,
    _item_in_line,
    _escape,
    _indentation,
    _nothing,
    _anything,
)
