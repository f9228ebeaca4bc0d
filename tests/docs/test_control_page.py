"""The lines of the page on the control API, pasted in order, give what the page shows."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path

import pytest
from tests.programs import program

from execmock.server.control.app import control_contract

PAGE = (Path(__file__).parents[2] / "docs" / "control-api.md").read_text(encoding="utf-8")
END = "the end of what a command prints"

Serving = Callable[..., AbstractContextManager[str]]


@cache
def commands() -> list[tuple[str, str]]:
    """Return every command of the page with what the page says it prints."""
    return list(_commands())


def _commands() -> Iterator[tuple[str, str]]:
    for block in re.findall(r"^```console\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            # A command goes on while its line ends in a backslash or its quotes are open.
            lines = part.splitlines()
            length = next(
                n
                for n in range(1, len(lines) + 1)
                if is_whole("\n".join(lines[:n])) and lines[n - 1][-1] != "\\"
            )
            yield "\n".join(lines[:length]), "\n".join(lines[length:])


def is_whole(command: str) -> bool:
    try:
        shlex.split(command)
    except ValueError:  # a quotation is open
        return False
    return command.count("(") == command.count(")")


def pattern(shown: str) -> str:
    return ".*".join(re.escape(part) for part in shown.split("..."))


@pytest.fixture(scope="module")
def said(serving: Serving, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the page's commands print, one after the other in one shell, on a server started as it says."""
    program("curl")
    (words,) = re.findall(r"^execmock (serve .*)$", PAGE, re.MULTILINE)
    command = [sys.executable, "-m", "execmock", *words.split(), "--port", "0", "--quiet"]
    with serving(command) as url:
        script = "".join(f"{command}\necho '{END}'\n" for command, _ in commands())
        run = subprocess.run(  # noqa: S603
            [program("bash")],
            input=script.replace("http://127.0.0.1:4010", url),
            cwd=tmp_path_factory.mktemp("pasted"),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert run.stderr == ""
    return run.stdout.split(f"{END}\n")


@pytest.mark.parametrize("number", range(len(commands())))
def test_a_command_prints_what_the_page_shows(said: list[str], number: int) -> None:
    command, shown = commands()[number]
    assert re.fullmatch(pattern(shown), said[number].strip(), re.DOTALL), f"{command}\n{said[number]}"


def test_every_operation_is_shown() -> None:
    lines = [command for command, _ in commands()]
    for operation in control_contract().operations.values():
        path = re.sub(r"\\\{\w+\\\}", "[^/ ]+", re.escape(operation.path.removeprefix("/_execmock")))
        assert any(
            re.search(rf"\$control{path}[\"? ]|\$control{path}$", line, re.MULTILINE)
            and asked(line) == operation.method
            for line in lines
        ), operation.id


def asked(command: str) -> str:
    """Return the method that a curl command asks with."""
    named = re.search(r"-X (\w+)", command)
    return named[1] if named else "POST" if " -d " in command else "GET"
