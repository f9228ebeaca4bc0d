"""The command line: what is wrong is one sentence on stderr and exit code 2, never a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from execmock import __version__
from execmock.cli import main
from execmock.cli.groups import LazyGroup


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["srve"], "execmock has no command 'srve'. Did you mean 'serve'?"),
        (["xyz"], "execmock has no command 'xyz'. Expected one of check, config, coverage, proxy, record"),
        (["config", "shwo"], "execmock config has no command 'shwo'. Did you mean 'show'?"),
        (["--verison"], "execmock has no option --verison. Did you mean '--version'?"),
        (["serve", "--prot", "1"], "execmock serve has no option --prot. Did you mean '--port'?"),
        (["serve", "--no-frzen"], "execmock serve has no option --no-frzen. Did you mean '--no-frozen'?"),
        (["serve", "--port"], "Option '--port' requires an argument"),
        (["serve", "extra"], "Got unexpected extra argument (extra)"),
        (["serve", "--port", "x"], "--port is 'x'; expected a whole number from 0 to 65535"),
        (["serve", "--embed-port", "4010"], "--port and --embed-port are both 4010; expected two ports"),
        (["serve", "--config", "none.yaml"], "none.yaml: there is no such file"),
        (["serve", "--config", "."], ".: cannot be read: Is a directory"),
        (["config", "show", "--format", "xml"], "Invalid value for '--format': 'xml' is not one of"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_2(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"execmock: {sentence}")
    assert err.count("\n") == 1


@pytest.mark.parametrize("command", [["config", "show"], ["serve"]])
def test_a_mistake_in_the_file_is_found_by_every_command(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "execmock.yaml").write_text("serve:\n  prot: 1\n")
    assert main(command) == 2
    sentence = "execmock: execmock.yaml:2:3: 'prot' is no option of serve. Did you mean 'port'?\n"
    assert capsys.readouterr().err == sentence


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "serve" in capsys.readouterr().err


def test_every_command_can_be_imported_and_says_what_it_does() -> None:
    group = LazyGroup("execmock")
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        assert command.get_short_help_str()
    assert group.get_command(context, "groups") is None


def test_a_flaw_of_our_own_is_one_sentence_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run = run_a_command_that("raise KeyError('planted')", tmp_path)
    assert (run.returncode, run.stdout) == (70, "")
    assert run.stderr == "execmock: internal error, KeyError: 'planted' (EXECMOCK_DEBUG=1 shows where)\n"
    monkeypatch.setenv("EXECMOCK_DEBUG", "1")
    assert "Traceback" in run_a_command_that("raise KeyError('planted')", tmp_path).stderr


def test_an_interrupt_ends_without_a_word_and_with_130(tmp_path: Path) -> None:
    run = run_a_command_that("raise KeyboardInterrupt", tmp_path)
    assert (run.returncode, run.stdout, run.stderr.strip()) == (130, "", "")


def test_a_command_chooses_its_exit_code(tmp_path: Path) -> None:
    assert run_a_command_that("return 3", tmp_path).returncode == 3


def run_a_command_that(body: str, folder: Path) -> subprocess.CompletedProcess[str]:
    program = folder / "planted.py"
    program.write_text(
        "import sys, click\n"
        "from execmock.cli import execmock, main\n"
        f"def planted(): {body}\n"
        "execmock.get_command = lambda ctx, name: click.Command(name, callback=planted)\n"
        "sys.exit(main(['serve']))\n"
    )
    return python(str(program))


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - our own code


def test_the_version_is_printed() -> None:
    run = python("-m", "execmock", "--version")
    assert (run.returncode, run.stdout, run.stderr) == (0, f"execmock {__version__}\n", "")


def test_an_unknown_variable_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EXECMOCK_PROT", "1")
    assert main(["config", "show"]) == 0
    warning = (
        "execmock: EXECMOCK_PROT is no variable of execmock and is ignored. Did you mean 'EXECMOCK_PORT'?\n"
    )
    assert capsys.readouterr().err == warning
