"""The pytest plugin: a sandbox of its own for every test that asks for the fixture `execmock`.

It is loaded at the start of every pytest run, so it imports nothing but pytest until a test needs more.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from execmock.testing import ExecMock, MockSandbox

__all__: list[str] = []

_MARK = "@pytest.mark.execmock"
_ARGUMENTS = ("scenario", "world", "speed", "frozen", "start", "seed", "draw_by", "strict_client")
_MARKER = (
    "execmock(*, scenario, world, speed, frozen, start, seed, draw_by, strict_client): "
    "what the sandbox of the fixture `execmock` is made with."
)
_FASTEST = 1_000_000
_SANDBOX = pytest.StashKey["MockSandbox"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare `--execmock-speed` and the ini option `execmock_strict_client`."""
    group = parser.getgroup("execmock")
    group.addoption(
        "--execmock-speed",
        metavar="SPEED",
        help="how many times as fast as real time sandbox clocks run, where no marker says it (default 1)",
    )
    parser.addini(
        "execmock_strict_client",
        "fail tests whose client breaks the contract, where no marker says otherwise",
        type="bool",
        default=False,
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, and refuse a speed that is none before any test runs."""
    config.addinivalue_line("markers", _MARKER)
    given = config.getoption("execmock_speed")
    number = re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", given or "1")
    if not number or not 0 < float(number[0]) <= _FASTEST:
        raise pytest.UsageError(
            f"--execmock-speed: {given!r} is not a speed; expected a number above 0 and at most {_FASTEST}"
        )


@pytest.fixture(scope="session")
def execmock_server() -> Iterator[ExecMock]:
    """The mock server of this session, or of this xdist worker. Its own sandbox is shared by all tests."""
    from execmock.testing import ExecMock

    with ExecMock() as server:
        yield server


@pytest.fixture
def execmock(request: pytest.FixtureRequest, execmock_server: ExecMock) -> Iterator[MockSandbox]:
    """A sandbox for this test alone: own key, clock, executions, scenarios and journal."""
    sandbox = _made(execmock_server, _name(request.node), _wanted(request.node))
    if isinstance(sandbox, str):
        pytest.fail(f"{_MARK}: {sandbox}", pytrace=False)
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
    if sandbox is not None and sandbox.strict_client and (broken := sandbox.requests.violations_text()):
        pytest.fail(broken, pytrace=False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the journal and the timelines of its sandbox to the report of a test that failed."""
    report = yield
    sandbox = item.stash.get(_SANDBOX, None)
    if report.failed and sandbox is not None and sandbox.running:
        found = sandbox.report()
        report.sections += [(f"execmock {title}", text) for title, text in found.items() if text]
    return report


def _wanted(item: pytest.Item) -> dict[str, Any]:
    """Return what the markers say, the closest to the test last; fail for what is unknown."""
    wanted: dict[str, Any] = {"strict_client": item.config.getini("execmock_strict_client")}
    if (speed := item.config.getoption("execmock_speed")) is not None:
        wanted["speed"] = float(speed)
    for marker in reversed(list(item.iter_markers("execmock"))):
        if marker.args:
            pytest.fail(f"{_MARK} takes no {marker.args[0]!r}; write scenario=...", pytrace=False)
        _check(marker.kwargs)
        wanted.update(marker.kwargs)
    return wanted


def _check(given: Mapping[str, Any]) -> None:
    """Fail for what a marker cannot say."""
    from execmock.errors import ConfigError
    from execmock.settings import ServeSettings, from_arguments, unknown_argument

    for name in given:
        if name not in _ARGUMENTS:
            pytest.fail(unknown_argument(_MARK, name, _ARGUMENTS), pytrace=False)
    problem = ""
    try:
        from_arguments(ServeSettings, _MARK, given, scenario=None, world=None)
    except ConfigError as error:
        problem = str(error)
    if problem:
        # Not inside `except`, or pytest would show the error twice.
        pytest.fail(problem, pytrace=False)


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
