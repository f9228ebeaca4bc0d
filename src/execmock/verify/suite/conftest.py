"""One run of verify for all tests of a process, and a marker for each level, area and tag."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from execmock.verify.registry import all_rules
from execmock.verify.suite.plugin import settings_of

if TYPE_CHECKING:
    from execmock.verify.report.model import Report
    from execmock.verify.rule import Rule


def pytest_configure(config: pytest.Config) -> None:
    """Register a marker for each level, area and tag, for pytest -m."""
    rules = all_rules()
    names = {word for rule in rules for word in (rule.severity, rule.area, *rule.tags)}
    for name in sorted(names):
        config.addinivalue_line("markers", f"{_marker(name)}: rules of verify")


def _marker(name: str) -> str:
    return name.replace("-", "_").replace(".", "_")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give the suite's one test every rule."""
    if "rule" in metafunc.fixturenames:
        metafunc.parametrize(
            "rule",
            [
                pytest.param(
                    rule,
                    id=rule.id,
                    marks=[
                        getattr(pytest.mark, _marker(name))
                        for name in dict.fromkeys((rule.severity, rule.area, *rule.tags))
                    ],
                )
                for rule in all_rules()
            ],
        )


@pytest.fixture(scope="session")
def report(request: pytest.FixtureRequest) -> Report:
    """Judge once, only the rules whose tests were selected."""
    import asyncio

    from execmock.errors import ConfigError
    from execmock.loading.contract import shipped_contract
    from execmock.verify.clock import present
    from execmock.verify.runner import run

    chosen = tuple(rule.id for rule in map(_rule_of, request.session.items) if rule)
    problem = ""
    try:
        options = settings_of(request.config)
        options = replace(options, only=chosen if len(chosen) < len(all_rules()) else ())
        return asyncio.run(run(options, shipped_contract(), started=present()))
    except ConfigError as error:
        problem = str(error)
    # Not inside `except`, or pytest would show the error twice.
    pytest.fail(problem, pytrace=False)


def _rule_of(item: pytest.Item) -> Rule | None:
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("rule") if callspec else None
