"""The pages on scenarios and worlds are true: their files are valid, their commands print what they show."""

from __future__ import annotations

import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.programs import interruptible, program

from execmock.cli import main
from execmock.core.world import WorldWords
from execmock.loading.contract import data_path, shipped_contract
from execmock.loading.scenarios import read_folder, read_text, vocabularies
from execmock.loading.worlds import read_world

PAGES = [Path(__file__).parents[2] / "docs" / name for name in ("scenarios.md", "worlds.md")]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
CONTRACT = shipped_contract()
WORDS = vocabularies(CONTRACT)


def blocks(language: str) -> list[str]:
    return [text for page in PAGES for kind, text in BLOCK.findall(page.read_text()) if kind == language]


def file_name(block: str) -> str:
    found = re.match(r"# (\S+\.yaml)\n", block)
    assert found, f"a block must begin with its file's name: {block[:40]}"
    return found[1]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the pages' files lie in the working directory."""
    monkeypatch.chdir(tmp_path)
    for block in blocks("yaml"):
        (tmp_path / file_name(block)).write_text(block, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("block", blocks("yaml"), ids=file_name)
def test_a_file_on_the_pages_is_valid(block: str) -> None:
    shipped = read_folder([data_path("fixtures") / "scenarios"], WORDS)
    if "\nworld: " in block:
        words = WorldWords.of(CONTRACT, [file.scenario for file in shipped if file.scenario])
        assert read_world(block, "x.yaml", words)[1] == ()
    elif "scenario: mistaken" not in block:
        assert read_text(block, "x.yaml", WORDS).findings == ()


@pytest.mark.parametrize("block", blocks("console"))
def test_commands_print_what_the_pages_show(block: str, capsys: pytest.CaptureFixture[str]) -> None:
    for part in block.removeprefix("$ ").split("\n$ "):
        command, _, shown = part.partition("\n")
        command, _, target = command.partition(" > ")
        program, *arguments = shlex.split(command)
        assert program == "execmock"
        main(arguments)
        printed = capsys.readouterr().out
        if target:
            Path(target).write_text(printed)
        else:
            assert fits(shown, printed), f"{command}\n{printed}"


def fits(shown: str, printed: str) -> bool:
    """Whether the page shows what was printed; a line of three dots stands for any lines."""
    lines = [".*" if line == "..." else re.escape(line) for line in shown.rstrip("\n").split("\n")]
    return re.fullmatch("\n".join(lines), printed.rstrip("\n"), re.DOTALL) is not None


def test_output_that_differs_is_noticed() -> None:
    assert fits("a\n...\nd", "a\nb\nc\nd\n")
    assert not fits("a\n...\nd", "a\nb\nc\ne\n")


def serving(command: str) -> tuple[subprocess.Popen[str], str]:
    """Start a server on a free port; return it with its address."""
    arguments = [sys.executable, "-m", *shlex.split(command), "--port", "0"]
    with interruptible():
        server = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own program
    assert server.stdout is not None
    found = re.search(r"http://\S+", server.stdout.readline())
    assert found is not None
    return server, found[0]


def ended(server: subprocess.Popen[str]) -> int:
    server.send_signal(signal.SIGINT)
    server.communicate(timeout=60)
    return server.returncode


SHELL = [
    command
    for block in blocks("sh")
    for command in block.replace("\\\n", " ").splitlines()
    if command.strip()
]


@pytest.mark.parametrize("command", SHELL)
def test_shell_commands_of_the_pages_work(command: str) -> None:
    serves = command.startswith("execmock serve")
    server, address = serving(command if serves else "execmock serve")
    try:
        if not serves:
            assert command.startswith("curl -s ")
            words = shlex.split(command.replace("http://127.0.0.1:4010", address))
            there = [program("curl"), "-sf", *words[2:]]
            run = subprocess.run(there, capture_output=True, text=True, timeout=60, check=True)  # noqa: S603 - from our page
            assert '"status":"workflow_failed"' in run.stdout
    finally:
        assert ended(server) == 0
