"""The one run of verify that all tests of a process look at, and a marker for each level, area and tag."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from execmock.verify.registry import all_rules

if TYPE_CHECKING:
    from execmock.verify.report.model import Report
    from execmock.verify.rule import Rule


def pytest_configure(config: pytest.Config) -> None:
    """Make a marker of each level, area and tag, so that -m picks among them."""
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
    from execmock.verify import verify

    def given(name: str) -> str:
        return str(request.config.getoption(f"--execmock-{name}"))

    if not given("url"):
        raise pytest.UsageError(
            "say which service to judge: --execmock-url URL, or the variable EXECMOCK_URL"
        )
    chosen = tuple(rule.id for rule in map(_rule_of, request.session.items) if rule)
    return verify(
        given("url"),
        token=given("token"),
        token_b=given("token-b"),
        token_read=given("token-read"),
        workflow_ids=tuple(request.config.getoption("--execmock-workflow-id")),
        embed_url=given("embed-url"),
        embed_token=given("embed-token"),
        embed_workflow_id=given("embed-workflow-id"),
        effort=given("effort") or "default",
        level=given("level") or "expected",
        seed=int(given("seed") or 1),
        read_only=bool(request.config.getoption("--execmock-read-only")),
        only=chosen if len(chosen) < len(all_rules()) else (),
    )


def _rule_of(item: pytest.Item) -> Rule | None:
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("rule") if callspec else None
