"""`make test-fast` runs every folder of tests that starts nothing, and none that starts much."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from tests.sources import called, parsed, tree

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
# Folders of which most tests start servers, other programs or another pytest, or wait for answers.
SLOW = {
    *(
        "browser",
        "clients",
        "docs",
        "js",
        "packaging",
        "pytest_plugin",
        "reliability",
        "sample_project",
        "scenarios",
        "soak",
    ),
    *("coverage", "faults", "fuzz", "hostile", "proxy", "recorder", "server", "stores", "testing", "verify"),
}
STARTS = {"subprocess", "tests.ports", "tests.programs", "tests.schemathesis_runs"}
FEW = {
    "architecture/test_laziness.py",  # which modules a fresh interpreter imports
    "cli/test_main.py",  # that the command is installed
    "settings/test_one_declaration.py",  # sources of its own
}


def fast() -> set[str]:
    """Return the folders of `make test-fast`."""
    named = re.search(r"^FAST +:= (.+)$", MAKEFILE, re.MULTILINE)
    assert named
    return set(named[1].split())


def starts(source: ast.Module) -> bool:
    """Whether a source can start another program: by what it imports, or by the fixture `serving`."""
    imported = {
        alias.name for node in ast.walk(source) if isinstance(node, ast.Import) for alias in node.names
    }
    imported |= {node.module or "" for node in ast.walk(source) if isinstance(node, ast.ImportFrom)}
    named = {node.arg for node in ast.walk(source) if isinstance(node, ast.arg)}
    calls = {called(node.func) for node in ast.walk(source) if isinstance(node, ast.Call)}
    return bool(imported & STARTS or "serving" in named or "runpytest_subprocess" in calls)


def test_every_folder_is_fast_or_slow() -> None:
    folders = {path.relative_to(TESTS).parts[0] for path in TESTS.glob("*/**/test_*.py")}
    folders -= {"node_modules"}
    assert fast() | SLOW == folders
    assert fast().isdisjoint(SLOW)


def test_the_fast_folders_start_nothing_but_what_is_named() -> None:
    found = {
        path.relative_to(TESTS).as_posix()
        for folder in fast()
        for path in (TESTS / folder).rglob("*.py")
        if starts(tree(path))
    }
    assert found == FEW


@pytest.mark.parametrize(
    "source",
    [
        "import subprocess",
        "from tests.programs import program",
        "def test_it(serving): ...",
        "pytester.runpytest_subprocess()",
    ],
)
def test_what_starts_a_program_is_seen(source: str) -> None:
    assert starts(parsed(source))


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_the_pages_tell_of_it(page: str) -> None:
    assert "make test-fast" in (ROOT / page).read_text(encoding="utf-8")


def test_the_gate_prints_the_longest_tests() -> None:
    gate = re.search(r"^check:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert gate
    assert "--durations=" in gate[1]
