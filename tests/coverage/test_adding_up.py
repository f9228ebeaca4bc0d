"""Coverages add up, in whatever order, and a file holds all that one says."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execmock.coverage import Coverage, Tally, Unit, coverage_as_json, read_coverage, write_coverage
from execmock.coverage.file import coverage_from_json
from execmock.errors import CoverageError, Place

UNITS = st.sampled_from(
    [Unit("fault", ("down",)), Unit("status", ("executions", "a")), Unit("answer", ("getExecution", "200"))]
)
TALLIES = st.dictionaries(UNITS, st.builds(Tally, st.booleans(), st.integers(0, 9), st.integers(0, 9)))
COVERAGES = st.builds(Coverage, TALLIES, st.dictionaries(UNITS, st.sampled_from("ab")), st.integers(0, 3))


@given(st.lists(COVERAGES, min_size=3, max_size=3))
def test_the_order_makes_no_difference(coverages: list[Coverage]) -> None:
    (first, *others) = [coverage_as_json(Coverage.sum(order)) for order in permutations(coverages)]
    assert others == [first] * 5


@given(COVERAGES)
def test_a_document_holds_all_of_it(coverage: Coverage) -> None:
    kept = {unit: way for unit, way in coverage.ways.items() if unit in coverage.tallies}
    read = coverage_from_json(coverage_as_json(coverage), Place("x"))
    assert read == Coverage(coverage.tallies, kept, coverage.left_out)


def test_only_what_is_declared_counts() -> None:
    met = Coverage(
        {
            Unit("fault", ("a",)): Tally(declared=True, met=2),
            Unit("fault", ("b",)): Tally(declared=True, unseen=3),
            Unit("fault", ("c",)): Tally(met=7),
            Unit("status", ("executions", "x")): Tally(declared=True),
        }
    )
    assert (met.met(), met.declared(), met.met("fault"), met.declared("fault")) == (1, 3, 1, 2)
    assert met.missing() == [Unit("status", ("executions", "x")), Unit("fault", ("b",))]
    assert (round(met.percent), Coverage().percent) == (33, 0)


GOOD = '{"format": "execmock-coverage", "version": 1, "units": [%s], "leftOut": 0}'
BAD = {
    "": "it is not whole, or no coverage at all: ",
    '{"format": "execmock-coverage", "vers': "it is not whole, or no coverage at all: ",
    "[1]": "it is no coverage of execmock; expected format 'execmock-coverage'",
    '{"format": "coverage.py"}': "it is no coverage of execmock; expected format 'execmock-coverage'",
    '{"format": "execmock-coverage", "version": 2}': "its version is 2; expected 1",
    GOOD % '{"kind": "fault"}': "it does not fit format 'execmock-coverage': ",
    GOOD
    % '{"kind": "fault", "names": [], "declared": true, "met": 0}': "units/0/names has 0 names; expected 1",
    GOOD % '{"kind": "flt", "names": ["a"], "declared": true, "met": 0}': "it does not fit format ",
    GOOD % '{"kind": "fault", "names": ["a"], "declared": true, "met": -1}': "it does not fit format ",
    "[" * 9000 + "]" * 9000: "it is not whole, or no coverage at all: ",
}


@pytest.mark.parametrize("text", BAD, ids=lambda text: text[:40])
def test_what_is_no_coverage_is_said_in_a_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "given"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CoverageError) as raised:
        read_coverage(file)
    assert str(raised.value).startswith(f"{file}: {BAD[text]}")
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there_or_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(CoverageError, match=r"none: there is no such file"):
        read_coverage(tmp_path / "none")
    (tmp_path / "folder").mkdir()
    with pytest.raises(CoverageError, match=r"folder: it cannot be read: "):
        read_coverage(tmp_path / "folder")
    with pytest.raises(CoverageError, match=r"none/file: it cannot be written: "):
        write_coverage(tmp_path / "none" / "file", Coverage())
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
