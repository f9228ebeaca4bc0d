"""Every place that text leaves by: nothing in it steers a terminal or begins a line."""

from __future__ import annotations

import ast
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.sources import tree

from execmock.cli import main
from execmock.core.contract.names import CREATE
from execmock.core.secrets import KnownSecrets
from execmock.errors import ConfigError, Place
from execmock.loading.contract import shipped_contract
from execmock.loading.located_findings import LocatedFinding
from execmock.output import show, warn, write
from execmock.server.api.calls import Answer, Request, Result
from execmock.server.banner import banner
from execmock.server.http.access_log import AccessLog
from execmock.server.http.log_lines import Answered, Line, Lines, Moved
from execmock.service.events.seen import DroppedRequests
from execmock.settings import ServeSettings

SRC = Path(__file__).parents[2] / "src" / "execmock"
CANARY = "esc \x1b[31m nul \x00 del \x7f c1 \x9b31m bidi \u202e \u2066 half \ud83d \r\nforged \u2028forged"
STEERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
PRINTS = re.compile(r"print|.*\b(echo|secho|stdout\.\w+|stderr\.\w+|warnings\.warn|log(ging|ger)\.\w+)")
MODULES = {"execmock.output", "execmock.cli.output"}
READS = {"logging.getLogger", "sys.stdout.isatty", "sys.stderr.isatty", "process.stdout.read"}
AS_IT_IS = {"server/http/access_log.py", "cli/schema.py", "cli/scenarios/browse.py"}
"""What writes without escapes of `output`: lines that have them, and files that are kept as they stand."""


def calls(path: Path) -> set[str]:
    return {ast.unparse(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)}


def printers(path: Path) -> set[str]:
    """Return what a module imports to print with."""
    found = (node for node in ast.walk(tree(path)) if isinstance(node, ast.ImportFrom))
    return {name.name for node in found if node.module in MODULES for name in node.names}


def test_what_is_printed_goes_through_one_module() -> None:
    """A new place that prints is found here: it is to call `show` or `warn`."""
    modules = {path.relative_to(SRC).as_posix(): calls(path) for path in SRC.rglob("*.py")}
    direct = {name: {call for call in found if PRINTS.fullmatch(call)} for name, found in modules.items()}
    assert {name: found - READS for name, found in direct.items() if found - READS} == {
        "output.py": {"sys.stdout.flush"},
    }
    written = {path.relative_to(SRC).as_posix() for path in SRC.rglob("*.py") if "write" in printers(path)}
    assert written == {*AS_IT_IS, "cli/output.py"}


def finding() -> str:
    return LocatedFinding(Place(CANARY, 3, 2), CANARY, CANARY.splitlines()[0]).shown


def log_line(line: Line, *, as_json: bool = False) -> str:
    return Lines(KnownSecrets(), json=as_json).text(line).removesuffix("\n")


def request_line(*, as_json: bool = False) -> str:
    request = Request("GET", f"/{CANARY}", CANARY, {CANARY: CANARY, "Referer": CANARY}, b"")
    refused = Answer(404, json.dumps({"message": CANARY}).encode())
    return log_line(Answered(0, request, Result(refused, CREATE, None, CANARY), 1.0, CANARY), as_json=as_json)


def banner_text() -> str:
    contract = shipped_contract()
    urls = dict.fromkeys(contract.operations, "http://127.0.0.1:1")
    return banner(contract, [], urls, "key", urls[CREATE], ServeSettings(), CANARY, [CANARY])


SINKS: dict[str, Callable[[], str]] = {
    "a finding": finding,
    "an error": lambda: str(ConfigError("said", place=Place(CANARY, 1, 1))),
    "a line of the log": request_line,
    "a line of the log as JSON": lambda: request_line(as_json=True),
    "moves": lambda: log_line(Moved(0, CANARY, CANARY, CANARY, [(CANARY, CANARY), ("a", CANARY)])),
    "moves as JSON": lambda: log_line(Moved(0, CANARY, CANARY, CANARY, [(CANARY, CANARY)]), as_json=True),
    "the banner": banner_text,
    "requests of a test": lambda: str(
        DroppedRequests(CANARY, CANARY, CANARY, 200, breaks_contract=False, count=1)
    ),
}


@pytest.mark.parametrize("sink", SINKS)
def test_a_canary_stays_within_its_line(sink: str) -> None:
    text = SINKS[sink]()
    assert STEERS.findall(text) == []
    assert "forged" in text
    assert [line for line in text.splitlines() if line.startswith("forged")] == []


SCENARIO = """\
scenario: canary
summary: "esc \\e[31m c1 \\x9b31m bidi \\u202E \\r\\nforged \\u2028forged"
bind: {workflowId: "esc \\e[31m c1 \\x9b31m bidi \\u202E \\r\\nforged"}
steps:
  - status: workflow_queued
    next: {after: 1s}
  - status: workflow_failed
    set: {statusReason: "esc \\e[31m c1 \\x9b31m bidi \\u202E \\r\\nforged"}
"""
NAME = "esc \x1b[31m c1 \x9b31m bidi \u202e \r\nforged"
COMMANDS = (
    ["check", "."],
    ["check", ".", "--format", "json"],
    ["check", ".", "--format", "github"],
    ["scenarios", "list"],
    ["scenarios", "list", "--format", "json"],
    ["scenarios", "preview", "files/good.yaml"],
    ["scenarios", "preview", "files/good.yaml", "--format", "json"],
    ["scenarios", "preview", "files/good.yaml", "--format", "mermaid"],
    ["config", "show", "--contract", NAME],
    ["config", "show", "--contract", NAME, "--format", "json"],
    ["serve", "--contract", NAME],
    ["verify", NAME],
    [NAME],
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_commands_steer_no_terminal(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "good.yaml").write_text(SCENARIO)
    (tmp_path / "execmock.yaml").write_text("serve: {scenarios: files}\n")
    if command[0] == "check":
        (tmp_path / f"{NAME}.yaml").write_text(f"scenario: bad  # {NAME}\nsteps: {{}}\n")
    main(command)
    printed = "".join(capsys.readouterr())
    assert STEERS.findall(printed) == []
    assert [line for line in printed.splitlines() if line.startswith("forged")] == []
    assert "forged" in printed or "show" in command or "mermaid" in command


def test_what_is_said_about_anything_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show(CANARY)
    warn(CANARY, "verify")
    assert STEERS.findall("".join(capsys.readouterr())) == []


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
async def test_the_log_goes_on_after_a_character_that_its_console_lacks(encoding: str) -> None:
    raw = io.BytesIO()
    log = AccessLog(stream=io.TextIOWrapper(raw, encoding=encoding))
    for scenario in ("é \u4e2d \U0001f600", "later"):
        log.add_move(Moved(0, "box", scenario, "s", [("a", "a"), ("b", "b")]))
        log.flush()
    assert b"move later" in raw.getvalue()
    assert raw.getvalue().count(b"\n") == 2


def test_a_console_that_is_gone_is_no_error() -> None:
    closed = io.StringIO()
    closed.close()
    assert [write(None, "a"), write(closed, "a"), write(io.StringIO(), "a")] == [False, False, True]


@pytest.mark.skipif(sys.platform == "win32", reason="streams are closed otherwise there")
@pytest.mark.parametrize("how", [">&-", ">&- 2>&-", "| exec 3<&0 <&-", "> /dev/full"])
def test_a_verdict_does_not_depend_on_who_reads_it(how: str, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("scenario: bad\nsteps: 3\n")
    program = f'set -o pipefail; "$0" -m execmock check bad.yaml {how}'
    words = ["bash", "-c", program, sys.executable]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path, env=os.environ)  # noqa: S603
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert done.returncode == 1
