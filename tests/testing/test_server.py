"""A mock starts, serves clients of every kind, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import httpx
import pytest
import requests

import execmock
from execmock.errors import ExecmockError, MockError
from execmock.testing import ExecMock

from .conftest import BODY, call, create


def threads() -> set[str]:
    return {thread.name for thread in threading.enumerate()}


def listens(url: str) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex((str(urlsplit(url).hostname), urlsplit(url).port or 0)) == 0


def test_it_serves_inside_its_block_and_nowhere_else() -> None:
    with ExecMock() as mock:
        url = mock.url
        assert create(mock)["status"] == "awaiting_payment"
        assert "execmock" in threads()
    assert not listens(url)
    assert "execmock" not in threads()
    with pytest.raises(MockError, match="not running"):
        _ = mock.url


def test_it_can_be_started_again() -> None:
    mock = ExecMock()
    for _ in range(2):
        with mock:
            create(mock)
            assert len(mock.executions) == 1


def test_two_mocks_run_side_by_side_and_share_nothing() -> None:
    with ExecMock() as one, ExecMock() as other:
        create(one)
        assert one.url != other.url
        assert (len(one.executions), len(other.executions)) == (1, 0)
    assert "execmock" not in threads()


def test_blocking_and_async_clients_reach_it_from_one_async_test() -> None:
    async def body() -> None:
        async with ExecMock() as mock:
            post = {"url": f"{mock.url}/v1/executions", "json": BODY, "headers": mock.headers}
            assert requests.post(**post, timeout=60).status_code == 200
            async with httpx.AsyncClient() as client:
                assert (await client.post(**post)).status_code == 200
            async with aiohttp.ClientSession() as session, session.post(**post) as answer:
                assert answer.status == 200
            mock.requests.assert_called("createExecution", times=3, status=200)

    asyncio.run(body())


def test_it_stops_while_clients_keep_their_connections_open() -> None:
    with requests.Session() as session:
        with ExecMock() as mock:
            mock_url = mock.url
            session.post(f"{mock_url}/v1/executions", json=BODY, headers=mock.headers, timeout=60)
        assert not listens(mock_url)
    assert "execmock" not in threads()


def test_a_whole_program_ends_without_a_warning(tmp_path: Path) -> None:
    """Not even in Python's development mode, and not even when nobody stopped the mock."""
    program = (
        "import sys, warnings, gc\n"
        "from execmock import ExecMock\n"
        "with ExecMock() as mock:\n    mock.sandbox()\n"
        "gc.collect()\n"
        "left = ExecMock().start()\n"
    )
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", program]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - our own interpreter
    noise = [line for line in run.stderr.splitlines() if "Executing" not in line]
    assert (run.returncode, noise) == (0, [])


def test_the_package_itself_gives_it_and_nothing_that_is_not_there() -> None:
    assert execmock.ExecMock is ExecMock
    with pytest.raises(AttributeError, match="no attribute 'ExecMok'"):
        execmock.ExecMok  # noqa: B018


def test_only_keys_of_a_sandbox_are_let_in_unless_it_is_open() -> None:
    stranger = {"Authorization": "Bearer b3sk_of_somebody_else"}
    with ExecMock() as strict, ExecMock(auth="open") as friendly:
        assert call(strict, "/v1/executions", headers=stranger)[0] == 401
        assert call(friendly, "/v1/executions", headers=stranger)[0] == 200


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"speed": 0}, "ExecMock: speed is 0; expected a number above 0"),
        ({"start": "noon"}, "ExecMock: start is 'noon'; expected an instant such as"),
        ({"auth": "strikt"}, "ExecMock: auth is 'strikt'; expected open or strict. Did you mean 'strict'"),
        ({"choose": {"badKeey": 401}}, "Did you mean 'badKey'"),
        ({"scenario": "node-fail"}, "Did you mean 'node-fails'"),
        ({"world": "dmo"}, "Did you mean 'demo'"),
        ({"scenarios": ["nowhere"]}, "no scenario file or folder 'nowhere'"),
        ({"port": 70_000}, "ExecMock: port is 70000; expected a whole number from 0 to 65535"),
        ({"frozen": "yes"}, "ExecMock: frozen is 'yes'; expected true or false"),
        ({"seed": True}, "ExecMock: seed is true; expected a whole number"),
        ({"sped": 60}, r"ExecMock has no argument 'sped'\. Did you mean 'speed'\?"),
        ({"workers": 2}, "ExecMock has no argument 'workers': a mock in a test lives in the process"),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_keeps_running(
    options: dict[str, object], message: str
) -> None:
    with pytest.raises(ExecmockError, match=message):
        ExecMock(**options).start()  # type: ignore[arg-type]
    assert "execmock" not in threads()


def test_one_whose_arguments_were_refused_can_be_shown() -> None:
    """As pytest does it in the traceback of a test that fails by that."""
    assert repr(ExecMock.__new__(ExecMock)) == "<ExecMock not started closed>"
