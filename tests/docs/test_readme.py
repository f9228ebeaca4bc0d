"""What the README shows works when it is pasted."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from tests.programs import program

from execmock.loading.contract import shipped_contract
from execmock.loading.scenarios import read_text, vocabularies

README = Path(__file__).parents[2] / "README.md"


def block(name: str) -> str:
    """Return the code block that the README marks with a name."""
    found = re.search(rf"<!-- tested: {name} -->\n```\w+\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert found is not None, f"the README has no block {name!r}"
    return found[1]


def pasted(lines: str) -> str:
    """Return what a shell prints for some lines, which call curl."""
    program("curl")
    shell = [program("bash"), "-e"]
    run = subprocess.run(shell, input=lines, capture_output=True, text=True, timeout=60, check=True)  # noqa: S603
    return run.stdout


def test_the_lines_for_the_front_end_create_and_list(
    serving: Callable[..., AbstractContextManager[str]],
) -> None:
    with serving([sys.executable, "-m", "execmock", "serve", "--port", "0"]) as url:
        said = pasted(block("shell").replace("http://127.0.0.1:4010", url))
    created, listed = (json.loads(part) for part in re.findall(r"\{\"code\".*?\"requestId\":\"\w+\"\}", said))
    assert created["data"]["execution"]["status"] == "awaiting_payment"
    assert [item["id"] for item in listed["data"]["items"]] == [created["data"]["execution"]["id"]]


def test_the_lines_for_an_approval_give_it(serving: Callable[..., AbstractContextManager[str]]) -> None:
    """In a world whose clock runs fast, for the lines wait until the execution does."""
    command = [sys.executable, "-m", "execmock", "serve", "--port", "0", "--speed", "60"]
    with serving(command) as url:
        said = pasted(block("approve").replace("http://127.0.0.1:4010", url))
    waiting, end = json.JSONDecoder().raw_decode(said)
    approved = json.loads(said[end:])
    assert (waiting["status"], waiting["id"]) == ("workflow_waiting", approved["id"])
    assert approved["status"] != "workflow_waiting"


def test_the_lines_for_qa_hold_and_advance_the_clock(
    serving: Callable[..., AbstractContextManager[str]], tmp_path: Path
) -> None:
    (tmp_path / "rejected-late.yaml").write_text(block("scenario"), encoding="utf-8")
    command = [sys.executable, "-m", "execmock", "serve", "--port", "0", "--frozen", "--seed", "7"]
    line = next(line for line in README.read_text("utf-8").splitlines() if "/_execmock/clock/advance" in line)
    with serving([*command, "--scenarios", tmp_path]) as url:
        before, after = (json.loads(pasted(line.replace("http://127.0.0.1:4010", url))) for _ in range(2))
    assert before["frozen"]
    assert after["now"][17:19] != before["now"][17:19]


def test_the_scenario_is_one_that_the_check_accepts() -> None:
    read = read_text(block("scenario"), "rejected-late.yaml", vocabularies(shipped_contract()))
    assert read.findings == ()
    assert read.scenario is not None
    assert read.scenario.name == "rejected-late"


def test_every_page_that_the_readme_links_to_is_there() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README.read_text("utf-8"))
    assert [link for link in links if not (README.parent / link).is_file()] == []
