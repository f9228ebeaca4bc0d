"""A test that needs a program says where it is missing, and takes SIGINT however the tests were started."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.programs import PACKAGES, interruptible, program

ROOT = Path(__file__).parents[1]


def test_a_program_that_is_there_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "curl").write_text("#!/bin/sh\n")
    (tmp_path / "curl").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert program("curl") == str(tmp_path / "curl")


@pytest.mark.parametrize(
    ("ci", "outcome", "said"),
    [
        ("", pytest.skip.Exception, "chromium is not installed (Debian: apt-get install chromium)"),
        ("true", pytest.fail.Exception, "chromium is missing, and in CI every test runs"),
    ],
    ids=["elsewhere", "CI"],
)
def test_a_missing_program_skips_the_test_and_fails_it_in_ci(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException], said: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match=re.escape(said)):
        program("chromium")


def test_ci_installs_every_program_that_tests_ask_for() -> None:
    (listed,) = re.findall(r"^tools=\((.*)\)$", (ROOT / ".ci" / "install").read_text(), re.MULTILINE)
    installed = dict(word.split("=") for word in listed.split())
    asked = {name: package for name, package in PACKAGES.items() if name != "bash"}  # it runs the script
    assert asked.items() <= installed.items()


SAYS = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"


@pytest.mark.parametrize("ignored", [True, False], ids=["background", "foreground"])
def test_a_program_takes_sigint_though_the_tests_ignore_it(ignored: bool) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN) if ignored else signal.getsignal(signal.SIGINT)
    try:
        with interruptible():
            child = subprocess.Popen([sys.executable, "-c", SAYS], stdout=subprocess.PIPE, text=True)  # noqa: S603
        assert signal.getsignal(signal.SIGINT) is (signal.SIG_IGN if ignored else before)
    finally:
        signal.signal(signal.SIGINT, before)
    assert child.communicate(timeout=60)[0] == "True\n"
