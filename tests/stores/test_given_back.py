"""Whatever is taken is given back: by every view, journal, stream, snapshot, restore, store and restart."""

from __future__ import annotations

import json
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import Serving
from tests.effort import examples

EXECMOCK = Path(sysconfig.get_path("scripts")) / ("execmock.exe" if sys.platform == "win32" else "execmock")
DEEPEST = 128
WAITS = {
    "scenario": "waits",
    "bind": {"workflowId": "wf_waits"},
    "steps": [
        {"status": "workflow_queued", "next": {"signal": "approve"}},
        {"status": "workflow_running", "next": {"after": "0s"}},
        {"status": "workflow_succeeded", "set": {"responsePayload": {"got": "{{ signal.payload }}"}}},
    ],
}
ORDER = {"sourceSystem": "shop", "sourceEntityType": "order"}
WHOLE = '{"workflowId":"wf_x","sourceSystem":"s","sourceEntityType":"o","requestPayload":%s}'


class Mock(NamedTuple):
    """A running server, asked over one connection."""

    connection: HTTPConnection

    def ask(self, method: str, path: str, body: str | None = None) -> tuple[int, Any]:
        headers = {"Authorization": "Bearer b3sk_tester", "Content-Type": "application/json"}
        self.connection.request(method, path, body and body.encode("utf-8", "surrogatepass"), headers)
        answer = self.connection.getresponse()
        read = answer.read()
        return answer.status, json.loads(read) if read else None

    def told(self, method: str, path: str, body: Any = None) -> Any:
        status, answer = self.ask(method, path, None if body is None else json.dumps(body))
        assert status < 300, answer
        return answer

    def payloads(self, made: str) -> Any:
        """Return what was taken for an execution, as its view shows it."""
        shown = self.told("GET", f"/v1/executions/{made}")["data"]["execution"]
        return shown.get("requestPayload"), shown.get("responsePayload")

    def views(self) -> None:
        """Look at everything that shows what was taken; all of it can be shown."""
        for path in ("/v1/executions?limit=100", *(f"/_execmock/{name}" for name in VIEWS)):
            status, answer = self.ask("GET", path)
            assert status == 200, (path, answer)


VIEWS = ("executions", "journal?limit=1000", "journal/count", "snapshot", "sandboxes", "faults")


@contextmanager
def mock(serving: Serving, store: str) -> Iterator[Mock]:
    words = (
        EXECMOCK,
        "serve",
        "--port",
        "0",
        "--store",
        store,
        "--key",
        "b3sk_tester",
        "--frozen",
        "--journal-answers",
    )
    with serving(words) as url:
        connection = HTTPConnection(url.removeprefix("http://"), timeout=60)
        yield Mock(connection)
        connection.close()


def nested(depth: int, inside: str) -> str:
    """Return JSON of an object that nests `depth` levels, lists and objects by turns, around a value."""
    text = inside
    for level in range(depth - 1):
        text = f"[{text}]" if level % 2 else f'{{"a":{text}}}'
    return f'{{"b":{text}}}'


NUMBERS = st.one_of(
    st.integers(min_value=-(2**80), max_value=2**80),
    st.integers(min_value=1, max_value=4300).map(lambda digits: int("9" * min(digits, 4300))),
    st.floats(allow_nan=False, allow_infinity=False),
)
VALUES = st.one_of(NUMBERS, st.text(max_size=20), st.none(), st.booleans())
PAYLOADS = st.builds(
    lambda depth, value: nested(depth, json.dumps(value)),
    st.one_of(st.integers(1, 8), st.integers(DEEPEST - 12, DEEPEST + 4)),
    VALUES,
)


def ordered(server: Mock, workflow: str) -> str:
    """Create an execution; return its id."""
    answer = server.told("POST", "/v1/executions", {**ORDER, "workflowId": workflow})
    made: str = answer["data"]["execution"]["id"]
    return made


def created(server: Mock, payload: str) -> str | None:
    """Create an execution; return its id, or None where the door says that the payload is none."""
    status, answer = server.ask("POST", "/v1/executions", WHOLE % payload)
    assert status in {200, 400}, answer
    return answer["data"]["execution"]["id"] if status == 200 else None


def signalled(server: Mock, payload: str) -> str | None:
    """Signal an execution with a payload; return its id, or None where the door refuses."""
    server.told("PUT", "/_execmock/scenarios/waits", {"text": json.dumps(WAITS)})
    made = ordered(server, "wf_waits")
    body = f'{{"signal":"approve","payload":{payload}}}'
    status, answer = server.ask("POST", f"/_execmock/executions/{made}/signal", body)
    assert status in {200, 400}, answer
    return made if status == 200 else None


def put(server: Mock, payload: str) -> str | None:
    """Put a scenario that shows a payload, and follow it; return the id of what follows it."""
    last = {"status": "workflow_succeeded", "set": {"responsePayload": json.loads(payload)}}
    steps = [
        {"status": status, "next": {"after": "0s"}} for status in ("workflow_queued", "workflow_running")
    ]
    scenario = {"scenario": "shows", "bind": {"workflowId": "wf_shows"}, "steps": [*steps, last]}
    text = json.dumps({"text": json.dumps(scenario)})
    status, answer = server.ask("PUT", "/_execmock/scenarios/shows", text)
    assert status in {200, 201, 400, 422}, answer
    return None if status >= 400 else ordered(server, "wf_shows")


DOORS = {"create": created, "signal": signalled, "scenario": put}


@pytest.mark.parametrize("door", DOORS)
def test_whatever_a_door_takes_is_given_back(door: str, url: str, serving: Serving) -> None:
    taken = []
    with mock(serving, url) as server:

        @settings(max_examples=examples(10), suppress_health_check=list(HealthCheck))
        @given(PAYLOADS)
        def holds(payload: str) -> None:
            made = DOORS[door](server, payload)
            if made is not None:
                taken.append((made, server.payloads(made)))
            server.views()

        holds()
        for depth in (DEEPEST - 12, DEEPEST - 2, DEEPEST + 1):
            made = DOORS[door](server, nested(depth, "18446744073709551616"))
            if made is not None:
                taken.append((made, server.payloads(made)))
        assert taken
        server.views()
        snapshot = server.told("GET", "/_execmock/snapshot")
        server.told("PUT", "/_execmock/snapshot", snapshot)
        assert server.told("GET", "/_execmock/snapshot") == snapshot
        server.views()
        given_back = [server.payloads(made) for made, _ in taken]
        assert given_back == [shown for _, shown in taken]
    if url != "memory:":
        with mock(serving, url) as server:
            server.views()
            given_back = [server.payloads(made) for made, _ in taken]
            assert given_back == [shown for _, shown in taken]
            assert server.told("GET", "/_execmock/snapshot") == snapshot
