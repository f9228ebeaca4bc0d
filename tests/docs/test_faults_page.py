"""Each row of the table on the page of faults gives what it says, to a client that reads the bytes itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import get_args

import pytest
from tests.faults.conftest import BODY, Raw, raw

from execmock.core.fault_effect_source import BrokenHow
from execmock.errors import FaultError
from execmock.loading.faults import shipped_by_name, shipped_faults
from execmock.loading.yaml_marks import load_marked
from execmock.testing import ExecMock, MockSandbox

PAGE = (Path(__file__).parents[2] / "docs" / "faults.md").read_text(encoding="utf-8")
TABLE = PAGE.partition("## What happens\n")[2].partition("\n## ")[0]
ROWS = re.findall(r"^\| [^|]+ \| `(\{.*\})` \| (.+) \|$", TABLE, re.MULTILINE)


@pytest.fixture(scope="module")
def server() -> Iterator[ExecMock]:
    with ExecMock(auth="open", frozen=True, seed=7) as mock:
        raw(mock.url, "/v1/executions", json.dumps(BODY).encode())
        yield mock


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
    # Read as files are, where `on` is a word and not a truth value.
    with server.fault(load_marked(fault, "the page", FaultError).data) as added:
        words = re.findall(r"`(.+?)`", seen)
        answer = held(server) if words == ["held"] else raw(server.url, "/v1/executions")
        assert [word for word in words if word != "held" and not sees(answer, word)] == []
        assert added.struck == 1
    assert raw(server.url, "/v1/executions").status == 200


def test_every_way_to_break_an_answer_is_in_the_table() -> None:
    assert {
        how for how in get_args(BrokenHow) if not re.search(rf"broken: (\{{how: )?{how}\b", TABLE)
    } == set()


def test_the_shipped_faults_are_named_as_their_files() -> None:
    assert set(shipped_by_name()) == set(shipped_faults())
    assert [name for name in shipped_faults() if f"`{name}`" not in PAGE] == []
