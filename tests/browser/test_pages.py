"""The docs page, the console, and the first five minutes of the README, in Chromium, driven by Playwright."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tests.ports import free_port
from tests.programs import program

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def playwright() -> Path:
    """Playwright's command, installed if it is not."""
    program("npm")
    program("chromium")
    done = subprocess.run([HERE / "install"], capture_output=True, text=True, timeout=240, check=False)  # noqa: S603 - our own script
    assert done.returncode == 0, done.stdout + done.stderr
    return HERE / "node_modules" / ".bin" / "playwright"


def run(playwright: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command
        [playwright, "test", *arguments],
        cwd=HERE,
        env={
            **os.environ,
            "CHROMIUM": program("chromium"),
            "EXECMOCK": f"{shlex.quote(sys.executable)} -m execmock",
            "EXECMOCK_PORT": str(free_port()),
            "EMBED_PORT": str(free_port()),
            "STRICT_PORT": str(free_port()),
            "README_PORT": str(free_port()),
            "PAGE_PORT": str(free_port()),
            "KEY_PORT": str(free_port()),
            "LOCKED_PORT": str(free_port()),
            "FREE_PORT": str(free_port()),
            "OUTPUT_DIR": str(folder),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )


def count_of_tests(folder: Path) -> int:
    """Return how many tests the files write down."""
    texts = [spec.read_text(encoding="utf-8") for spec in folder.glob("*.spec.js")]
    return sum(len(re.findall(r"^test\(", text, re.MULTILINE)) for text in texts)


@pytest.mark.parametrize("pages", ["docs", "console"])
def test_a_page_shows_what_the_mock_does(playwright: Path, tmp_path: Path, pages: str) -> None:
    done = run(playwright, tmp_path, "--config", pages)
    assert done.returncode == 0, done.stdout
    assert f"{count_of_tests(HERE / pages)} passed" in done.stdout
