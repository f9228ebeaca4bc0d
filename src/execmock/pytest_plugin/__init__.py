"""The pytest plugin: a sandbox of its own for every test that asks for the fixture `execmock`.

It is loaded at the start of every pytest run, so it imports nothing but pytest until a test needs more.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from execmock.pytest_plugin.coverage import wanted_coverage
from execmock.pytest_plugin.options import (
    MARK,
    STRICT,
    configured,
    declare,
    is_concerned,
    marker_arguments,
    marker_problem,
    placed,
    refuse_unknown,
)

if TYPE_CHECKING:
    from execmock.testing import ExecMock, MockSandbox

__all__: list[str] = []

_GIVEN = pytest.StashKey[tuple[dict[str, Any], dict[str, Any]]]()
"""What ini options and flags say: arguments of the server, and of each sandbox."""
_CONCERNED = pytest.StashKey[bool]()
_STRAYS = "requests to no sandbox"
_SANDBOX = pytest.StashKey["MockSandbox"]()


@pytest.hookimpl(trylast=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> None:
    """Declare the options where the run has a use for them, when the command line and the file are known."""
    concerned = is_concerned(early_config, args)
    early_config.stash[_CONCERNED] = concerned
    if concerned:
        declare(parser)
        refuse_unknown(early_config, parser, args)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, and refuse options that cannot be used before any test runs."""
    concerned = config.stash.get(_CONCERNED, False)
    names = ", ".join(marker_arguments()) if concerned else "..."
    about = "what the sandbox of the fixture `execmock` is made with."
    config.addinivalue_line("markers", f"execmock(*, {names}): {about}")
    coverage = wanted_coverage(config) if concerned else None
    if coverage is not None:
        config.pluginmanager.register(coverage, "execmock coverage")
    config.stash[_GIVEN] = _configured(config) if concerned else ({}, dict.fromkeys(STRICT, False))


def _configured(config: pytest.Config) -> tuple[dict[str, Any], dict[str, Any]]:
    from execmock.errors import ConfigError

    try:
        return configured(config)
    except ConfigError as error:
        raise pytest.UsageError(str(error)) from None


@pytest.fixture(scope="session")
def execmock_server(request: pytest.FixtureRequest) -> Iterator[ExecMock]:
    """The mock server of this session, or of this xdist worker. Its own sandbox is shared by all tests."""
    server = _started(request.config.stash[_GIVEN][0])
    if isinstance(server, str):
        pytest.fail(placed(request.config, server), pytrace=False)
    with server:
        yield server


@pytest.fixture
def execmock(request: pytest.FixtureRequest, execmock_server: ExecMock) -> Iterator[MockSandbox]:
    """A sandbox for this test alone: own key, clock, executions, scenarios and journal."""
    sandbox = _made(execmock_server, _name(request.node), _wanted(request.node))
    if isinstance(sandbox, str):
        pytest.fail(f"{MARK}: {sandbox}", pytrace=False)
    request.node.stash[_SANDBOX] = sandbox
    yield sandbox
    sandbox.close()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse a marker that says what the plugin does not know, whether or not the fixture is used."""
    _wanted(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fail a test that passed but whose client broke the contract, where that was asked for."""
    result = yield
    sandbox = item.stash.get(_SANDBOX, None)
    if sandbox is not None and sandbox.strict_client and (broken := sandbox.client_report()):
        pytest.fail(broken, pytrace=False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what happened in its sandbox to the report of a test that failed.

    To that of a strict test that passed, the requests that may have been its own.
    """
    report = yield
    sandbox = item.stash.get(_SANDBOX, None)
    if sandbox is not None and sandbox.running:
        found = {}
        if report.failed:
            found = sandbox.report()
        elif report.when == "call" and sandbox.strict_client:
            found = {_STRAYS: sandbox.report()[_STRAYS]}
        report.sections += [(f"execmock {title}", text) for title, text in found.items() if text]
    return report


def _wanted(item: pytest.Item) -> dict[str, Any]:
    """Return what options and markers say, the closest to the test last; fail for what is unknown."""
    wanted = dict(item.config.stash[_GIVEN][1])
    for marker in reversed(list(item.iter_markers("execmock"))):
        if marker.args:
            pytest.fail(f"{MARK} takes no {marker.args[0]!r}; write scenario=...", pytrace=False)
        if problem := marker_problem(marker.kwargs):
            pytest.fail(problem, pytrace=False)
        wanted.update(marker.kwargs)
    return wanted


def _started(given: dict[str, Any]) -> ExecMock | str:
    """Return a running server, or why there is none."""
    from execmock.errors import ExecmockError
    from execmock.testing import ExecMock

    try:
        return ExecMock(**given).start()
    except ExecmockError as error:
        return str(error)


def _made(server: ExecMock, name: str, wanted: dict[str, Any]) -> MockSandbox | str:
    """Return a new sandbox, or why there is none."""
    from execmock.errors import ExecmockError

    try:
        return server.sandbox(name=name, **wanted)
    except (ExecmockError, TypeError) as error:
        return str(error)


def _name(item: pytest.Item) -> str:
    """Return a sandbox name that can be recognized, and is the same in every run."""
    from hashlib import blake2b

    readable = re.sub(r"[^A-Za-z0-9]+", "-", item.name)[:60].strip("-")
    return "-".join(filter(None, [readable, blake2b(item.nodeid.encode(), digest_size=4).hexdigest()]))
