"""The recipes of docs/extending.md work when they are followed, and touch the files that they name alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path

import pytest
from tests.docs import extending_checks
from tests.docs.extending_page import ROOT, Edit, Recipe, recipes

COPIED = ("src", "tests", "docs", "fixtures", "tools", "openapi.yaml", "pyproject.toml", "README.md")
UNTOUCHED = ("node_modules", "swagger", "timelines", "reliability")
LEFT_BEHIND = ("__pycache__", ".hypothesis", ".pytest_cache")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of everything that a recipe may touch, or that tries it."""
    copy = tmp_path / "tree"
    copy.mkdir()
    for name in COPIED:
        source, target = ROOT / name, copy / name
        # With what is compiled, so that the copy starts as quickly.
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns(*UNTOUCHED))
        else:
            shutil.copy2(source, target)
    return copy


def contents(tree: Path) -> dict[str, bytes]:
    """Return a digest of each file by its path."""
    return {
        path.relative_to(tree).as_posix(): blake2b(path.read_bytes()).digest()
        for path in tree.rglob("*")
        if path.is_file() and not set(LEFT_BEHIND).intersection(path.parts)
    }


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe.name)
def test_a_recipe_works_and_names_every_file(recipe: Recipe, tree: Path, tmp_path: Path) -> None:
    before = contents(tree)
    recipe.apply(tree)
    # One run of both: what the recipe promises, and what it says proves it.
    check = f"tests/docs/extending_checks.py::test_{recipe.name}"
    words = [
        f"test_{recipe.name} or {word}" if before == "-k" else word
        for before, word in pairwise(["", *recipe.proof])
    ]
    run = subprocess.run(  # noqa: S603 - our own
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            f"--basetemp={tmp_path / 'base'}",
            check,
            *words,
        ],
        cwd=tree,
        env=environment(tree),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert changed(before, contents(tree)) == recipe.files


def environment(tree: Path) -> dict[str, str]:
    """Return the environment of a run in a copy; its coverage is not ours."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    return {**ours, "PYTHONPATH": f"{tree / 'src'}{os.pathsep}{tree}"}


def test_all_of_them_together_keep_to_the_style(tree: Path) -> None:
    """One can be followed after the other, and what they add passes the lint."""
    for recipe in recipes():
        recipe.apply(tree)
    files = sorted({edit.path for recipe in recipes() for edit in recipe.edits if edit.path.endswith(".py")})
    for command in (["check"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *command, *files]
        run = subprocess.run(ruff, cwd=tree, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
        assert run.returncode == 0, run.stdout + run.stderr


def test_every_recipe_is_tried_and_says_what_proves_it() -> None:
    tried = {name for name in vars(extending_checks) if name.startswith("test_")}
    assert {f"test_{recipe.name}" for recipe in recipes()} == tried
    assert [recipe.title for recipe in recipes() if not recipe.proof] == []


def test_a_trigger_kind_touches_at_most_five_files() -> None:
    (recipe,) = (recipe for recipe in recipes() if recipe.name == "a_trigger_kind")
    assert len(recipe.files) <= 5


@pytest.mark.parametrize("text", ["b\n", "a\nb\na\nb\n"])
def test_a_place_that_is_not_there_once_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "file").write_text(text)
    with pytest.raises(AssertionError, match="file has this"):
        Edit("In", "file", " a\n+x\n b\n").apply(tmp_path)
