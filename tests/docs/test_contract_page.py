"""The page on contracts of one's own is true: its edits work, and its mistake is told as it says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from execmock import ExecMock
from execmock.cli import main
from execmock.loading.contract import own_contract, shipped_contract

PAGE = (Path(__file__).parents[2] / "docs" / "contract.md").read_text(encoding="utf-8")


def block(name: str) -> str:
    found = re.search(rf"<!-- tested: {name} -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


@pytest.fixture(autouse=True)
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A copy of the contract in the working directory, as the page's first command makes it."""
    monkeypatch.chdir(tmp_path)
    assert main(["schema", "contract"]) == 0
    path = Path("contract.yaml")
    path.write_text(capsys.readouterr().out, encoding="utf-8")
    return path


def edit(path: Path, diff: str) -> None:
    """Do what a diff says: lines with + are put after the line before them, lines with - go."""
    text, before = path.read_text(encoding="utf-8"), ""
    for line in diff.splitlines():
        mark, content = line[0], line[1:] + "\n"
        if mark == "+":
            assert before in text
            text = text.replace(before, before + content, 1)
        else:
            assert content in text
        if mark == "-":
            text = text.replace(content, content + "@@\n", 1)
            text = text.replace(content + "@@\n", "@@\n", 1)
            content = "@@\n"
        before = content
    path.write_text(text.replace("@@\n", ""), encoding="utf-8")


def test_the_copy_is_the_shipped_contract(copy: Path) -> None:
    assert own_contract(copy).document == shipped_contract().document


def test_the_status_of_the_page_is_legal_where_the_page_says(copy: Path) -> None:
    edit(copy, block("edits"))
    graph = own_contract(copy).transitions()
    assert [status for status in graph.statuses if "workflow_expired" in graph.next[status]] == [
        "workflow_queued"
    ]
    assert "workflow_expired" in graph.terminal


def test_the_mistake_of_the_page_is_told_as_the_page_says(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = copy.read_text(encoding="utf-8")
    text = re.sub("operationId: getExecution$", "operationId: getExecutions", text, flags=re.MULTILINE)
    copy.write_text(text, encoding="utf-8")
    assert main(["serve", "--contract", "contract.yaml", "--port", "0"]) == 2
    command, _, said = block("mistake").partition("\n")
    assert command == "$ execmock serve --contract contract.yaml"
    # The line moves with the contract, so the page's is one that it once was.
    line = re.compile(r"contract\.yaml:\d+:")
    assert line.sub("", capsys.readouterr().err) == line.sub("", said)


def test_the_operations_of_the_page_are_served_from_the_contract(copy: Path) -> None:
    text = copy.read_text(encoding="utf-8")
    assert text.count("\ncomponents:\n") == 1
    copy.write_text(
        text.replace("\ncomponents:\n", f"\n{block('operations')}components:\n"), encoding="utf-8"
    )
    with ExecMock(contract=copy, seed=7) as mock:
        listed, again = [get(mock, "/v1/workflows") for _ in range(2)]
        assert re.fullmatch("wf_[0-9a-v]{20}", json.loads(listed)["items"][0]["id"])
        assert again == listed
        late = get(mock, "/v1/runs/run_1/cancel", b"", Prefer="example=tooLate")
        assert json.loads(late)["status"] == "succeeded"


def get(mock: ExecMock, path: str, body: bytes | None = None, **headers: str) -> bytes:
    sent = Request(mock.url + path, body, {**mock.headers, **headers})  # noqa: S310 - our own server
    with urlopen(sent, timeout=60) as answer:  # noqa: S310
        return bytes(answer.read())
