"""The examples of docs/testing.md are run, and the test files of other pages: under pytest, as they stand."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.doctest import DocTestParser

import execmock.testing  # noqa: F401 - pytester forgets what was first imported inside, and C modules load once

README = Path(__file__).parents[2] / "README.md"
PAGE = Path(__file__).parents[2] / "docs" / "testing.md"
JUDGE = PAGE.with_name("verify.md")
STORES = PAGE.with_name("deployment.md")
INSIDE = "<!-- tested: pytest -->\n```python\n"


def test_the_console_sessions_show_what_happens() -> None:
    sessions = Sybil([DocTestParser(doctest.ELLIPSIS)], path=str(PAGE.parent)).parse(PAGE)
    examples = list(sessions)
    assert len(examples) > 20
    for example in examples:
        example.evaluate()


@pytest.mark.parametrize(
    ("page", "start"),
    [(PAGE, INSIDE), (JUDGE, INSIDE), (STORES, INSIDE), (README, "```python\n")],
    ids=["page", "judge", "stores", "README"],
)
def test_the_test_files_pass(pytester: pytest.Pytester, page: Path, start: str) -> None:
    (block,) = page.read_text(encoding="utf-8").split(start)[1:]
    source = block.partition("```")[0]
    pytester.makepyfile(test_orders=source)
    unset = "-Wignore:The configuration option:pytest.PytestDeprecationWarning"  # pytest-asyncio's own
    run = pytester.runpytest_inprocess("-Werror", unset, "-p", "no:schemathesis", "-p", "no:cacheprovider")
    run.assert_outcomes(passed=source.count("def test_"))
