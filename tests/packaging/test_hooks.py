"""The hooks before a commit: the tools of the gate, from the environment, without the network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from shutil import copy

import pytest
import yaml
from tests.programs import program

ROOT = Path(__file__).parents[2]
CONFIGURATION = ROOT / ".pre-commit-config.yaml"


def hooks() -> list[dict[str, object]]:
    repos = yaml.safe_load(CONFIGURATION.read_text(encoding="utf-8"))["repos"]
    assert {repo["repo"] for repo in repos} == {"local"}
    return [hook for repo in repos for hook in repo["hooks"]]


def tools(lines: str) -> set[str]:
    """Return the commands of the environment in some text; `ruff check` is another than `ruff format`."""
    return {name.strip() for name in re.findall(r"(?:\.venv/bin|\$\(BIN\))/(ruff \w+|\w+)", lines)}


def test_the_hooks_are_the_lint_of_the_gate_and_download_nothing() -> None:
    lint = re.search(
        r"^lint:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert lint is not None
    assert tools("\n".join(str(hook["entry"]) for hook in hooks())) == tools(lint[1])
    assert {hook["language"] for hook in hooks()} == {"system"}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with nothing in it but the configurations, and our environment."""
    for name in (".pre-commit-config.yaml", "pyproject.toml"):
        copy(ROOT / name, tmp_path)
    (tmp_path / ".venv").symlink_to(sys.prefix, target_is_directory=True)
    (tmp_path / ".gitignore").write_text(".venv\n", encoding="utf-8")
    git(tmp_path, "init", "--quiet")
    return tmp_path


def git(folder: Path, *arguments: str) -> None:
    command = [program("git"), *arguments]
    subprocess.run(command, cwd=folder, check=True, timeout=60, env=environment(folder))  # noqa: S603 - our own command


def environment(folder: Path) -> dict[str, str]:
    """Return variables that keep git and pre-commit inside the folder, and mypy, which takes long, out."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
    return {
        **kept,
        "HOME": str(folder.parent),
        "PRE_COMMIT_HOME": str(folder / ".git" / "hooks-home"),
        "SKIP": "mypy",
    }


def committed(clone: Path, source: str) -> subprocess.CompletedProcess[str]:
    (clone / "module.py").write_text(source, encoding="utf-8")
    git(clone, "add", ".")
    command = [str(Path(sys.prefix) / "bin" / "pre-commit"), "run", "--all-files"]
    return subprocess.run(  # noqa: S603 - our own command
        command, cwd=clone, capture_output=True, text=True, timeout=600, check=False, env=environment(clone)
    )


def test_a_commit_with_slips_is_held_back_and_one_without_passes(clone: Path) -> None:
    slips = committed(clone, '"""Recieves numbers."""\n\nimport os\nvalue = eval( "1" )\n')
    assert slips.returncode == 1
    assert re.findall(r"^(ruff|ruff format|codespell|mypy)\.+.*?([A-Z]\w+)$", slips.stdout, re.MULTILINE) == [
        ("ruff", "Failed"),
        ("ruff format", "Failed"),
        ("codespell", "Failed"),
        ("mypy", "Skipped"),
    ], slips.stdout
    mended = committed(clone, '"""Receives numbers."""\n\nvalue = 1\n')
    assert mended.returncode == 0, mended.stdout
