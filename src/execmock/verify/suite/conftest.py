"""One run of verify for all tests of a process, and a marker for each level, area and tag."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from execmock.errors import ExecmockError
from execmock.loading.contract import contract_at, shipped_contract
from execmock.verify.registry import all_rules
from execmock.verify.suite.plugin import given_settings, settings_of

if TYPE_CHECKING:
    from execmock.core.contract import Contract
    from execmock.verify.report.model import Report
    from execmock.verify.rule import Rule

_CONTRACT: pytest.StashKey[Contract] = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    """Register a marker for each level, area and tag, for pytest -m."""
    try:
        config.stash[_CONTRACT] = contract_at(given_settings(config, os.environ).contract)
    except ExecmockError:
        # The fixture says so in each test.
        config.stash[_CONTRACT] = shipped_contract()
    rules = all_rules(config.stash[_CONTRACT])
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
                for rule in all_rules(metafunc.config.stash[_CONTRACT])
            ],
        )


@pytest.fixture(scope="session")
def report(request: pytest.FixtureRequest) -> Report:
    """Judge once, only the rules whose tests were selected."""
    import asyncio

    from execmock.verify.clock import present
    from execmock.verify.runner import run

    chosen = tuple(rule.id for rule in map(_rule_of, request.session.items) if rule)
    problem = ""
    try:
        options = settings_of(request.config)
        contract = contract_at(options.contract)
        options = replace(options, only=chosen if len(chosen) < len(all_rules(contract)) else ())
        return asyncio.run(run(options, contract, started=present()))
    except ExecmockError as error:
        problem = str(error)
    # Not inside `except`, or pytest would show the error twice.
    pytest.fail(problem, pytrace=False)


def _rule_of(item: pytest.Item) -> Rule | None:
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("rule") if callspec else None
