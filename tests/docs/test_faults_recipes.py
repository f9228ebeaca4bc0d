"""docs/faults-recipes.md: each test runs as it stands on the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import execmock.testing  # noqa: F401 - pytester forgets what was first imported inside, and C modules load once

PAGE = (Path(__file__).parents[2] / "docs" / "faults-recipes.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```python\n# (\S+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FILES = dict(BLOCK.findall(PAGE))
SITUATIONS = PAGE.split("\n## ")[1:]


def test_there_are_fifteen_situations_each_with_a_test() -> None:
    assert [len(BLOCK.findall(situation)) for situation in SITUATIONS] == [1] * 15


def test_the_tests_pass(pytester: pytest.Pytester) -> None:
    for name, text in FILES.items():
        (pytester.path / name).write_text(text, encoding="utf-8")
    unset = "-Wignore:The configuration option:pytest.PytestDeprecationWarning"  # pytest-asyncio's own
    options = ["-Werror", unset, "-p", "no:schemathesis", "-p", "no:cacheprovider", "-p", "no:xdist"]
    run = pytester.runpytest_inprocess(*options)
    assert run.parseoutcomes() == {"passed": 18}  # two of them with several faults
