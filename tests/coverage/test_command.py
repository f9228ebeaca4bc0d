"""`execmock coverage` adds files up and tells what is in them, in five forms."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from execmock.cli import main
from execmock.coverage import Coverage, Tally, Unit, read_coverage, write_coverage

Capture = pytest.CaptureFixture[str]
OPEN = Tally(declared=True)
MARKUP = "<script>alert('\x1b[2J')</script>"
FIRST = Coverage(
    {
        Unit("answer", ("getExecution", "200")): Tally(declared=True, met=3),
        Unit("answer", ("getExecution", "503")): OPEN,
        Unit("status", ("executions", "workflow_cancelled")): OPEN,
        Unit("transition", ("executions", "a", "b")): Tally(declared=True, unseen=2),
        Unit("branch", (MARKUP, "a", "signal go", "b")): OPEN,
        Unit("fault", ("down",)): OPEN,
    },
    {
        Unit("answer", ("getExecution", "503")): "`Prefer: code=503`",
        Unit("status", ("executions", "workflow_cancelled")): "`wf_cancelled`",
    },
)
SECOND = Coverage({Unit("fault", ("down",)): Tally(declared=True, met=1)}, {}, 4)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys: Capture, *arguments: str, code: int = 0) -> str:
    assert main(["coverage", *arguments]) == code
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_a_report_names_what_was_never_met_and_what_shows_it(folder: Path, capsys: Capture) -> None:
    write_coverage(folder / ".execmock-coverage", FIRST)
    assert run(capsys, "report").splitlines() == [
        "                          met     of",
        "operations by statuses      1      2   50 %",
        "documented errors           0      0      -",
        "statuses of executions      0      1    0 %",
        "transitions                 0      1    0 %",
        "scenario branches           0      1    0 %",
        "faults                      0      1    0 %",
        "all                         1      6   16 %",
        "1 transition happened, and no client saw them: a -> b",
        "no client met workflow_cancelled; `wf_cancelled` shows it",
        "no client met a -> b (it happened 2 times, and no client saw it)",
        r"no client met <script>alert('\x1b[2J')</script>: a -> b (signal go)",
        "no client met fault down",
        "no client met getExecution 503; `Prefer: code=503` shows it",
    ]


def test_the_exit_code_is_1_under_the_limit(folder: Path, capsys: Capture) -> None:
    write_coverage(folder / "one", FIRST)
    write_coverage(folder / "two", SECOND)
    assert "16.7 % was met; expected at least 20 %" in run(
        capsys, "report", "one", "--fail-under", "20", code=1
    )
    shown = run(capsys, "report", "one", "two", "two", "--fail-under", "33.3")
    assert "4 counts were left out" in shown
    write_coverage(folder / "none", Coverage())
    run(capsys, "report", "none", "--fail-under", "1", code=1)


def test_all_that_is_missing_is_named_when_asked_for(folder: Path, capsys: Capture) -> None:
    many = Coverage({Unit("fault", (f"f{number:02}",)): OPEN for number in range(13)})
    write_coverage(folder / ".execmock-coverage", many)
    shown = run(capsys, "report")
    assert "fault f09" in shown
    assert "fault f10" not in shown
    assert shown.endswith("and 3 more were never met; --show-missing names them\n")
    assert run(capsys, "report", "--show-missing").endswith("no client met fault f12\n")


class Cells(HTMLParser):
    """The tags of a page, and the cells of its tables with their classes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.cells: list[tuple[str, str, str]] = []
        self.heads: list[str] = []
        self._tag = ""
        self._cell: tuple[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._tag = tag
        given = dict(attrs)
        self._cell = (given.get("class") or "", given.get("title") or "") if tag == "td" else None

    def handle_data(self, data: str) -> None:
        if self._tag == "th":
            self.heads.append(data)
        if self._cell is not None:
            self.cells.append((data, *self._cell))
            self._cell = None


def test_a_page_has_the_matrices_and_no_markup_of_others(folder: Path, capsys: Capture) -> None:
    write_coverage(folder / ".execmock-coverage", FIRST)
    assert run(capsys, "html", "-o", "page.html") == ""
    page = Cells()
    page.feed((folder / "page.html").read_text(encoding="utf-8"))
    assert "script" not in page.tags
    assert ("3", "number met", "") in page.cells
    assert {"getExecution", "503", "workflow_cancelled", "fault down", "scenario branches"} <= {*page.heads}
    missing = "no client met getExecution 503; `Prefer: code=503` shows it"
    assert ("·", "number missing", missing) in page.cells
    assert ("(2)", "number missing") in {cell[:2] for cell in page.cells}


def test_json_and_junit_hold_the_same(folder: Path, capsys: Capture) -> None:
    write_coverage(folder / ".execmock-coverage", FIRST)
    told = json.loads(run(capsys, "json"))
    assert (told["percent"], len(told["missing"]), len(told["met"])) == (16.67, 5, 1)
    assert told["kinds"][0] == {
        "kind": "answer",
        "title": "operations by statuses",
        "met": 1,
        "declared": 2,
    }
    cases = list(ET.fromstring(run(capsys, "junit")).iter("testcase"))  # noqa: S314 - our own
    failed = [case.find("failure") for case in cases]
    messages = [failure.get("message") for failure in failed if failure is not None]
    assert len(cases) == 6
    told_messages = [each["message"].replace("\x1b", r"\x1b") for each in told["missing"]]
    assert sorted(map(str, messages)) == sorted(told_messages)


def test_parts_are_combined_and_removed_and_named_files_stay(folder: Path, capsys: Capture) -> None:
    write_coverage(folder / ".execmock-coverage.gw0", FIRST)
    write_coverage(folder / ".execmock-coverage.gw1", SECOND)
    assert "33 %" in run(capsys, "report")
    assert run(capsys, "combine", "--keep", "-o", "both") == "both: 2 files, 33.3 % met\n"
    run(capsys, "combine")
    assert sorted(path.name for path in folder.iterdir()) == [".execmock-coverage", "both"]
    assert read_coverage(folder / ".execmock-coverage") == read_coverage(folder / "both") == FIRST + SECOND
    run(capsys, "combine", "both", "both", "-o", "again")
    assert read_coverage(folder / "again") == read_coverage(folder / "both")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["report"], ".execmock-coverage: there is no such file"),
        (["combine"], ".execmock-coverage.*: there are no parts to combine; expected files"),
        (["html", "half"], "half: it is not whole, or no coverage at all: "),
        (["json", "."], ".: it cannot be read: "),
        (["junit", "good", "-o", "none/x"], "none/x: it cannot be written: "),
        (["report", "--fail-under", "101"], "Invalid value for '--fail-under': 101.0 is not in the range"),
        (["reprt"], "execmock coverage has no command 'reprt'. Did you mean 'report'?"),
    ],
)
def test_a_mistake_is_one_sentence(
    folder: Path, capsys: Capture, arguments: list[str], sentence: str
) -> None:
    write_coverage(folder / "good", FIRST)
    (folder / "half").write_bytes((folder / "good").read_bytes()[:60])
    assert main(["coverage", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"execmock: {sentence}")
    assert err.count("\n") == 1
