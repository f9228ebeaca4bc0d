"""Each row of the table on the page of faults gives what it says, to a client that reads the bytes itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import get_args

import pytest
from tests.faults.conftest import BODY, Raw, raw
from tests.faults.rows import PAGE, ROWS, TABLE, WRONG_ROWS, fault_of

from execmock.core.fault_effect_source import BrokenHow
from execmock.loading.faults import shipped_by_name, shipped_faults
from execmock.testing import ExecMock, MockSandbox

LIST = "/v1/executions"


@pytest.fixture(scope="module")
def server() -> Iterator[ExecMock]:
    with ExecMock(auth="open", frozen=True, seed=7) as mock:
        raw(mock.url, LIST, json.dumps(BODY).encode())
        yield mock


@pytest.fixture(scope="module")
def lives() -> Iterator[tuple[ExecMock, list[str]]]:
    """A mock with two executions that have ended and one that was just created, and paths that show them."""
    with ExecMock(auth="open", frozen=True, seed=7) as mock:
        paths = [LIST, f"{LIST}?limit=1&offset=1", f"{LIST}?limit=2"]
        for _ in range(3):
            mock.clock.advance("1m")
            data = json.loads(create(mock).body)["data"]
            paths.append(f"{LIST}/{data['execution']['id']}")
            paths.append(f"/v1/public/executions/{data['execution']['id']}?token={data['clientToken']}")
        yield mock, paths


def create(mock: ExecMock) -> Raw:
    body = {**BODY, "workflowId": "wf_free_happy_path", "externalRef": "R-1"}
    return raw(mock.url, LIST, json.dumps(body).encode())


def bodies(mock: ExecMock, paths: list[str]) -> tuple[list[bytes], set[str]]:
    """Return each body without its request's id, read twice, and the faults that are named."""
    found, names = [], set()
    for path in [*paths, *paths]:
        answer = raw(mock.url, path)
        assert answer.end == "FIN"
        assert len(answer.body) == int(answer.headers("Content-Length")[0])
        found.append(answer.body.replace(answer.headers("X-Request-Id")[0].encode(), b""))
        names.update(answer.headers("X-Execmock-Fault"))
    return found, names


def sees(answer: Raw, what: str) -> bool:
    """Whether a client saw what a word of the last column says."""
    if what == "nothing":
        return answer.received == b""
    if what in ("RST", "FIN"):
        return answer.end == what
    if what in ("short", "long"):
        more = len(answer.body) - int(answer.headers("Content-Length")[0])
        return more < 0 if what == "short" else more > 0
    if what == "no JSON":
        return not is_json(answer.body)
    if what.isdecimal():
        return answer.status == int(what)
    name, _, value = what.partition(": ")
    return value in answer.headers(name)


def is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def one_of_two(mock: MockSandbox) -> Raw:
    """Return the answer to a request that comes while another one is under way."""
    late = {"header": {"x-late": 1}, "slow": {"by": "3s", "on": "clock"}}
    with mock.fault(late), ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(raw, mock.url, LIST, b"", {"X-Late": "1"})
        while not mock.faults.held:
            pass
        answer = raw(mock.url, LIST)
        mock.clock.advance("3s")
        assert waiting.result(30).status == 200
        return answer


def held(mock: MockSandbox) -> Raw:
    """Return an answer that was held by the clock until that was advanced."""
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(raw, mock.url, "/v1/executions")
        while not mock.faults.held:
            pass
        assert not waiting.done()
        mock.clock.advance("3s")
        return waiting.result(30)


@pytest.mark.parametrize(("fault", "seen"), ROWS, ids=[fault for fault, _ in ROWS])
def test_a_row_gives_what_it_says(server: ExecMock, fault: str, seen: str) -> None:
    with server.fault(fault_of(fault)) as added:
        words = re.findall(r"`(.+?)`", seen)
        if "over" in fault:
            assert raw(server.url, LIST).status == 200
        answers = {"held": held, "atOnce": one_of_two}
        asked = next((ask for word, ask in answers.items() if word in words or word in fault), None)
        answer = raw(server.url, LIST) if asked is None else asked(server)
        assert [word for word in words if word != "held" and not sees(answer, word)] == []
        assert added.struck == 1
    assert raw(server.url, "/v1/executions").status == 200


@pytest.mark.parametrize("fault", WRONG_ROWS)
def test_a_wrong_answer_is_whole_and_says_something_else(
    lives: tuple[ExecMock, list[str]], fault: str
) -> None:
    mock, paths = lives
    before, named = bodies(mock, paths)
    assert named == set()
    with mock.fault(fault_of(fault)) as added:
        if "create" in fault:
            count = len(mock.executions)
            assert create(mock).headers("X-Execmock-Fault") == [added.name]
            assert len(mock.executions) - count == (2 if "twice" in fault else 0)
            before, _ = bodies(mock, paths)
        else:
            wrong, named = bodies(mock, paths)
            assert (wrong != before, named) == (True, {added.name})
    assert bodies(mock, paths) == (before, set())


def test_every_way_to_break_an_answer_is_in_the_table() -> None:
    assert {
        how for how in get_args(BrokenHow) if not re.search(rf"broken: (\{{how: )?{how}\b", TABLE)
    } == set()


def test_the_shipped_faults_are_named_as_their_files() -> None:
    assert set(shipped_by_name()) == set(shipped_faults())
    assert [name for name in shipped_faults() if f"`{name}`" not in PAGE] == []
