"""A finding is fit to be shown anywhere: nothing in it moves a cursor, and it is short."""

from __future__ import annotations

import pytest

from execmock.errors import ConfigError, Place, visible
from execmock.loading.contract import shipped_contract
from execmock.loading.located_findings import located_at
from execmock.loading.scenarios import read_text, vocabularies

WORDS = vocabularies(shipped_contract())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("a\u202eb\u2066c\u200bd", "a\\u202eb\\u2066c\\u200bd"),
        ("a\x9bb\x7f", "a\\x9bb\\x7f"),
        ("tag \U000e0041", "tag \\U000e0041"),
        ("name\udcff", "name\\udcff"),
        ("a\u00a0b\u2028c\x1fd", "a\\xa0b\\u2028c\\x1fd"),
        ("line\n\tover 日本語 é 🧾", "line\n\tover 日本語 é 🧾"),
    ],
)
def test_what_is_not_seen_is_written_as_an_escape(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert visible(shown) == shown
    within_a_line = shown.replace("\n", "\\n")
    assert str(ConfigError(text, place=Place(text, 1, 2))) == f"{within_a_line}:1:2: {shown}"


def test_the_caret_stands_under_its_place_beside_escapes_and_wide_characters() -> None:
    _, line, caret = located_at(Place("f", 1, 4), "x", ["\x1b日\u202ez"]).shown.split("\n")
    assert (line, caret) == ("  \\x1b日\\u202ez", "  " + " " * len("\\x1b日 \\u202e") + "^")


@pytest.mark.parametrize("column", [1, 60, 5_000, 9_950, 10_000])
def test_of_a_long_line_what_is_round_the_caret_is_shown(column: int) -> None:
    text = "".join(chr(0x3400 + n) for n in range(10_000))
    _, line, caret = located_at(Place("f", 1, column), "x", [text]).shown.split("\n")
    assert len(line) <= 124
    before = caret.index("^") - 2
    assert _at(line[2:], before) == text[column - 1]


def _at(line: str, width: int) -> str:
    """Return the character after so many columns; all but the mark of a cut are wide."""
    for index, character in enumerate(line):
        if width <= 0:
            return line[index]
        width -= 1 if character == "…" else 2
    return ""


def test_values_in_a_message_are_cut() -> None:
    long = "z" * 9_000
    for text in (
        f"scenario: x\nsteps: [{{status: {long}}}]\n",
        f"scenario: x\nsteps: [{{status: workflow_queued, next: {{after: 1s, to: {long}}}}}]\n",
        f"scenario: x\nsteps: [{{status: workflow_queued, next: {{after: '{long}'}}}}]\n",
        f"{long[:900]}: x\nscenario: x\nsteps: []\n",
        f'scenario: x\nsteps: [{{status: workflow_queued, set: {{statusReason: "{{{{ {long} }}}}"}}}}]\n',
    ):
        found = read_text(text, "x.yaml", WORDS).findings
        assert found
        assert all(len(finding.shown) < 1_000 for finding in found), found


def test_of_thousands_of_findings_the_first_are_told_and_how_many_follow() -> None:
    text = "scenario: many\n" + "".join(f"x{number}: 1\n" for number in range(5_000))
    findings = read_text(text, "many.yaml", WORDS).findings
    assert [finding.place.line for finding in findings] == [1, *range(2, 102)]
    assert str(findings[-1]) == "many.yaml:101:1: and at least 901 more from here on"
