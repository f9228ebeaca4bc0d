"""Who starts the mock for the first time sees at once that something happens, and what."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import copy, copytree

import pytest
from tests.programs import program

ROOT = Path(__file__).parents[2]
PROGRESS = ROOT / "tools" / "progress"
SLOW = 'echo "Collecting aiohttp"; read go <"$1"; echo "all of it"; exit "$2"'


@contextmanager
def on_a_terminal(command: Sequence[str | Path], **variables: str) -> Iterator[Callable[[str], str]]:
    """Run a command whose output is a terminal; yield what reads it until a word stands there."""
    outer, inner = pty.openpty()
    env = {name: value for name, value in os.environ.items() if name != "CI"} | variables
    with subprocess.Popen(command, stdout=inner, stderr=inner, env=env):  # noqa: S603 - our own command
        os.close(inner)
        shown = ""

        def until(word: str) -> str:
            nonlocal shown
            while word not in shown:
                shown += os.read(outer, 4096).decode()
            return shown

        yield until
    os.close(outer)


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """A pipe that the slow command waits for."""
    os.mkfifo(tmp_path / "gate")
    return tmp_path / "gate"


def slow(gate: Path, status: int) -> list[str | Path]:
    return [PROGRESS, "Installing it", "sh", "-c", SLOW, "slow", gate, str(status)]


def test_a_terminal_shows_what_happens_while_it_does(gate: Path) -> None:
    with on_a_terminal(slow(gate, 0)) as until:
        assert "Installing it, 0 s" in until("Collecting aiohttp")
        gate.write_text("go\n")
        assert "all of it" not in until("Installing it: done").rpartition("\r")[2]


def test_what_a_command_printed_is_shown_when_it_fails(gate: Path) -> None:
    with on_a_terminal(slow(gate, 3)) as until:
        until("Installing it")
        gate.write_text("go\n")
        assert "Collecting aiohttp\r\nall of it" in until("all of it")


def test_in_ci_there_is_one_line_even_on_a_terminal(gate: Path) -> None:
    with on_a_terminal([*slow(gate, 0)], CI="true") as until:
        assert until("Installing it\r\n") == "Installing it\r\n"
        gate.write_text("go\n")


@pytest.mark.parametrize(
    ("command", "status", "said"),
    [
        (["sh", "-c", "echo quiet"], 0, "It takes long\n"),
        (["sh", "-c", "echo trouble; exit 4"], 4, "It takes long\ntrouble\n"),
    ],
)
def test_elsewhere_there_is_one_line_and_the_command_s_status(
    command: list[str], status: int, said: str
) -> None:
    done = subprocess.run(  # noqa: S603 - our own command
        [PROGRESS, "It takes long", *command], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (status, "", said)


STAND_IN = """\
#!/bin/sh
case "$*" in
--version) echo "Python 3.13.1" ;;
*"-m venv"*) mkdir -p .venv/bin; cp "$0" .venv/bin/python; cp "$0" .venv/bin/execmock ;;
serve*) echo "execmock $*" ;;
esac
"""


def test_make_serve_says_what_it_does_before_it_does_it(tmp_path: Path) -> None:
    """With a stand-in for Python, which installs nothing."""
    copytree(ROOT / "tools", tmp_path / "tools")
    for name in ("Makefile", "pyproject.toml", "hatch_build.py"):
        copy(ROOT / name, tmp_path)
    (tmp_path / "src/execmock").mkdir(parents=True)
    copy(ROOT / "src/execmock/version.py", tmp_path / "src/execmock")
    python = tmp_path / "python"
    python.write_text(STAND_IN)
    python.chmod(0o755)
    # a make that runs the tests leaves its own flags, with which another one says more
    environment = {name: value for name, value in os.environ.items() if not name.startswith("M")}
    done = subprocess.run(  # noqa: S603 - our own Makefile
        [program("make"), "serve", f"PYTHON={python}", "ARGS=--port 0"],
        env=environment,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines() == [
        "Setting up .venv with Python 3.13.1 (once)",
        "Installing execmock and what it needs into .venv",
        "execmock serve --port 0",
    ]
