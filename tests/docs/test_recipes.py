"""docs/recipes.md: each scenario file is checked, and each test runs, as they stand on the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import execmock.testing  # noqa: F401 - pytester forgets what was first imported inside, and C modules load once
from execmock.cli import main

PAGE = Path(__file__).parents[2] / "docs" / "recipes.md"
BLOCK = re.compile(r"^```(yaml|python)\n# (\S+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FILES = {name: text for _, name, text in BLOCK.findall(PAGE.read_text(encoding="utf-8"))}
SITUATIONS = PAGE.read_text(encoding="utf-8").split("\n## ")[1:]


def test_there_are_twelve_situations_each_with_a_scenario_and_a_test() -> None:
    assert len(SITUATIONS) == 12
    for situation in SITUATIONS:
        kinds = [kind for kind, _, _ in BLOCK.findall(situation)]
        assert kinds in (["yaml", "python"], ["yaml", "yaml", "python"])


def test_the_scenario_files_have_no_findings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scenarios = {name: text for name, text in FILES.items() if name.endswith(".yaml")}
    for name, text in scenarios.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["scenarios", "check", "."]) == 0
    assert f"\n{len(scenarios)} files checked, no problems" in capsys.readouterr().out


def test_the_tests_pass(pytester: pytest.Pytester) -> None:
    for name, text in FILES.items():
        (pytester.path / name).write_text(text, encoding="utf-8")
    unset = "-Wignore:The configuration option:pytest.PytestDeprecationWarning"  # pytest-asyncio's own
    options = ["-Werror", unset, "-p", "no:schemathesis", "-p", "no:cacheprovider", "-p", "no:xdist"]
    run = pytester.runpytest_inprocess(*options)
    tests = [name for name in FILES if name.startswith("test_")]
    assert len(tests) == 12
    assert run.parseoutcomes()["passed"] == 13  # one of them with two payloads
    assert set(run.parseoutcomes()) == {"passed"}
