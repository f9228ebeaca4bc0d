"""Scenario files: every problem has file, line and column, and no file breaks the reader."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.effort import examples

from execmock.loading.contract import data_path, shipped_contract
from execmock.loading.scenarios import read_folder, read_text, vocabularies

WORDS = vocabularies(shipped_contract())
GOOD = """\
scenario: good
steps:
  - status: workflow_queued
    next: {after: 1s}
  - status: workflow_failed
"""
WRONG = """\
scenario: wrong
steps:
  - status: workflow_queued
    next: {after: 1s, to: nowhere}
    set:
      paymentstatus: pending
  - status: workflow_failed
"""


def problems(text: str) -> list[str]:
    return [str(problem) for problem in read_text(text, "a.yaml", WORDS).findings]


def test_a_good_file_is_a_scenario_without_problems() -> None:
    file = read_text(GOOD, "a.yaml", WORDS)
    assert file.findings == ()
    assert file.scenario is not None
    assert (file.scenario.name, file.scenario.text) == ("good", GOOD)


def test_every_problem_has_its_place_in_the_order_of_the_file_and_the_line_it_is_about() -> None:
    file = read_text(WRONG, "a.yaml", WORDS)
    assert file.scenario is None
    assert [(str(p.place), p.line.strip()) for p in file.findings] == [
        ("a.yaml:4:23", "next: {after: 1s, to: nowhere}"),
        ("a.yaml:6:7", "paymentstatus: pending"),
    ]
    assert "Did you mean 'paymentStatus'?" in file.findings[1].message


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "a.yaml:1:1"),
        ("- 1", "a.yaml:1:1"),
        ("scenario: [", "a.yaml:1:11"),
        ("scenario: x\nsteps: []\n", "a.yaml:2:1"),
        ("scenario: x\nsteps:\n  - a/b: 1\n    status: workflow_failed\n", "a.yaml:3:5"),
        ("scenario: x\nsteps:\n  - status: workflow_failed\n    set: {a/b: 1}\n", "a.yaml:4:11"),
        ("a: !!python/object:os.system {}\n", "a.yaml:1:4"),
        ("a: 1\na: 2\n", "a.yaml:2:1"),
        ("scenario: \x07\n", "a.yaml:1:11"),
    ],
)
def test_a_file_that_is_no_scenario_says_where(text: str, place: str) -> None:
    found = problems(text)
    assert found
    assert found[0].startswith(f"{place}: ")


@given(st.text(st.sampled_from("scenario: steps-[]{}\n\"'&*!|>%@`x1,#~é\t")))
@settings(max_examples=examples(50))
def test_no_text_breaks_the_reader(text: str) -> None:
    file = read_text(text, "a.yaml", WORDS)
    assert (file.scenario is None) == bool(file.findings)


@given(st.data())
@settings(max_examples=examples(50))
def test_no_mutation_of_a_scenario_breaks_the_reader(data: st.DataObject) -> None:
    lines = WRONG.splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    column = data.draw(st.integers(0, len(lines[at])))
    lines[at] = lines[at][:column] + data.draw(st.text("{}[]:,a1 -'\"/0", max_size=3)) + lines[at][column:]
    file = read_text("\n".join(lines), "a.yaml", WORDS)
    assert (file.scenario is None) == bool(file.findings)


def test_folders_are_read_deep_and_in_order_and_files_as_they_are_named(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "two.yml").write_text(GOOD.replace("good", "two"))
    (tmp_path / "a.yaml").write_text(GOOD.replace("good", "one"))
    (tmp_path / "notes.txt").write_text("none of it")
    (tmp_path / "other.conf").write_text(GOOD.replace("good", "three"))
    files = read_folder([tmp_path, tmp_path / "other.conf"], WORDS)
    assert [file.scenario.name for file in files if file.scenario] == ["one", "two", "three"]


def test_a_file_that_cannot_be_read_is_a_problem_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"scenario: \xe9")
    found = read_folder([tmp_path / "latin.yaml", tmp_path / "gone.yaml"], WORDS)
    assert [file.findings[0].message for file in found] == [
        "is not UTF-8 text: the byte 0xe9 stands here; save it as UTF-8",
        "cannot be read: No such file or directory",
    ]


def test_the_shipped_scenarios_have_no_problem_and_names_of_their_own() -> None:
    files = read_folder([data_path("fixtures") / "scenarios"], WORDS)
    assert [str(problem) for file in files for problem in file.findings] == []
    names = [file.scenario.name for file in files if file.scenario]
    assert len(names) == len(set(names)) >= 12
