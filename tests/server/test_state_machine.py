"""A model of a few lines and a mock over HTTP live through the same; nobody can tell them apart.

The model knows the scenario below as plain Python, not by way of the code that runs it.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule
from tests.effort import examples

from execmock.clocks import ManualClock
from execmock.server.app import App
from execmock.server.http.listener import Listener, bind
from execmock.service.engine import Engine
from execmock.settings import ServeSettings

SCENARIO = """\
scenario: modelled
steps:
  - {status: awaiting_payment, next: {after: 3s}}
  - {status: payment_confirmed, next: {after: 500ms}}
  - {status: workflow_queued, next: {after: 1s}}
  - status: workflow_running
    events: [{eventType: node.completed, at: 800ms}]
    next: {after: 2s}
  - status: workflow_waiting
    next: [{signal: approve, to: finishing}, {signal: reject, to: rejected}, {after: 10s, to: rejected}]
  - {name: finishing, status: workflow_running, next: {polls: 2}}
  - {status: workflow_succeeded, set: {responsePayload: {ok: true}}}
  - {name: rejected, status: workflow_failed, set: {statusReason: Rejected}}
"""
START = ManualClock().now()
WAITING_FROM, GIVEN_UP_AT = 6_500, 16_500
TIMED = [
    (0, "awaiting_payment", "payment.requested"),
    (3_000, "payment_confirmed", "payment.confirmed"),
    (3_500, "workflow_queued", "run.queued"),
    (4_500, "workflow_running", "run.started"),
    (5_300, None, "node.completed"),
    (6_500, "workflow_waiting", "run.waiting"),
]


class Modelled:
    """What is known of one execution: when it was created, and what was done to it."""

    def __init__(self, now: int) -> None:
        self.created = now
        self.later: list[tuple[int, str, str]] = []
        self.polls = 0

    def happened(self, now: int) -> list[tuple[int, str | None, str]]:
        """(instant, status, event) of everything until now."""
        found = [(self.created, None, "execution.created")]
        found += [(self.created + after, status, event) for after, status, event in TIMED]
        found += self.later
        if not self.later:
            found.append((self.created + GIVEN_UP_AT, "workflow_failed", "run.failed"))
        return [entry for entry in found if entry[0] <= now]

    def status(self, now: int) -> str:
        return [status for _, status, _ in self.happened(now) if status][-1]

    def signal(self, name: str, now: int) -> bool:
        waits = not self.later and WAITING_FROM <= now - self.created < GIVEN_UP_AT
        if waits and name in ("approve", "reject"):
            ok = name == "approve"
            self.later.append(
                (now, *(("workflow_running", "run.resumed") if ok else ("workflow_failed", "run.failed")))
            )
            return True
        return False

    def polled(self, now: int) -> None:
        if [status for _, status, _ in self.later] == ["workflow_running"]:
            self.polls += 1
            if self.polls == 2:
                self.later.append((now, "workflow_succeeded", "run.completed"))


class Machine(RuleBasedStateMachine):
    """Create, read, list, read publicly, signal, let time pass: in any order."""

    executions: Bundle[str] = Bundle("executions")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = ManualClock()
        self.models: dict[str, Modelled] = {}
        self.tokens: dict[str, str] = {}
        self.by_key: dict[str, tuple[str, int]] = {}
        self.runner.run(self.start())

    async def start(self) -> None:
        with TemporaryDirectory() as folder:
            path = Path(folder, "modelled.yaml")
            path.write_text(SCENARIO)
            settings = ServeSettings(scenarios=(path,), scenario="modelled", seed=1, quiet=True)
            self.mock = App(settings, Engine(settings, self.clock))
        await self.mock.prepare()
        self.listener = Listener(self.mock.dispatcher(), bind("127.0.0.1", 0))
        await self.listener.start()
        self.session = aiohttp.ClientSession(self.listener.url, headers={"Authorization": "Bearer k"})

    def teardown(self) -> None:
        self.runner.run(self.end())
        self.runner.close()

    async def end(self) -> None:
        await self.session.close()
        await self.listener.stop()
        await self.mock.close()

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        async def asked() -> tuple[int, Any]:
            async with self.session.request(method, path, json=body) as answer:
                return answer.status, json.loads(await answer.read())

        return self.runner.run(asked())

    def data(self, path: str) -> Any:
        status, body = self.ask("GET", path)
        assert status == 200, body
        return body["data"]

    @rule(target=executions, key=st.sampled_from(["", "", "a", "b"]), number=st.integers(0, 1))
    def create(self, key: str, number: int) -> str:
        body = {
            "workflowId": "wf",
            "sourceSystem": "s",
            "sourceEntityType": "o",
            "requestPayload": {"n": number},
        }
        status, answer = self.ask("POST", "/v1/executions", {**body, "idempotencyKey": key})
        known = self.by_key.get(key)
        if known and known[1] != number:
            assert (status, answer["code"]) == (400, 400)
            return known[0]
        created = answer["data"]
        name = str(created["execution"]["id"])
        if known:
            assert (name, created["clientToken"]) == (known[0], self.tokens[name])
        else:
            assert name not in self.models
            self.models[name] = Modelled(self.clock.now())
            self.tokens[name] = created["clientToken"]
            if key:
                self.by_key[key] = (name, number)
        assert created["execution"]["status"] == self.models[name].status(self.clock.now())
        return name

    def compare(self, name: str, status: str, events: list[dict[str, Any]]) -> None:
        model, now = self.models[name], self.clock.now()
        assert status == model.status(now)
        shown = [(event["createdAt"][14:23], event["eventType"]) for event in events]
        assert shown == [(clock_text(at), event) for at, _, event in model.happened(now)]
        model.polled(now)

    @rule(name=executions)
    def read(self, name: str) -> None:
        data = self.data(f"/v1/executions/{name}")
        self.compare(name, data["execution"]["status"], data["events"])
        assert ("finishedAt" in data["execution"]) is data["execution"]["status"].endswith(
            ("succeeded", "failed")
        )

    @rule(name=executions)
    def read_publicly(self, name: str) -> None:
        data = self.data(f"/v1/public/executions/{name}?token={self.tokens[name]}")
        self.compare(name, data["status"], data["events"])
        assert not data.keys() & {"requestPayload", "organizationId", "idempotencyKey"}

    @rule(name=executions, other=executions)
    def read_publicly_with_a_token(self, name: str, other: str) -> None:
        if name != other:
            status, _ = self.ask("GET", f"/v1/public/executions/{name}?token={self.tokens[other]}")
            assert status == 401

    @rule(limit=st.integers(1, 5), offset=st.integers(0, 5))
    def list_page(self, limit: int, offset: int) -> None:
        data = self.data(f"/v1/executions?limit={limit}&offset={offset}")
        newest_first = list(self.models)[::-1]
        expected = [(name, self.models[name].status(self.clock.now())) for name in newest_first]
        assert [(item["id"], item["status"]) for item in data["items"]] == expected[offset : offset + limit]
        assert data["hasMore"] is (len(expected) > offset + limit)

    @rule(milliseconds=st.sampled_from([1, 499, 500, 1_000, 3_000, 6_499, 10_000]) | st.integers(0, 20_000))
    def time_passes(self, milliseconds: int) -> None:
        self.clock.advance(milliseconds)

    @precondition(lambda self: self.models)
    @rule(name=executions, signal=st.sampled_from(["approve", "reject", "cancel"]))
    def signal(self, name: str, signal: str) -> None:
        expected = self.models[name].signal(signal, self.clock.now())
        status, _ = self.ask("POST", f"/_execmock/executions/{name}/signal", {"signal": signal})
        assert status == (200 if expected else 409)

    @rule(name=executions, reads=st.lists(st.booleans(), max_size=3))
    def is_approved_as_soon_as_it_waits(self, name: str, reads: list[bool]) -> None:
        """Chance alone seldom gets as far."""
        self.clock.advance(max(0, self.models[name].created + WAITING_FROM - self.clock.now()))
        self.signal(name, "approve")
        for private in reads:
            (self.read if private else self.read_publicly)(name)

    @invariant()
    def nothing_is_lost(self) -> None:
        assert len(self.data("/v1/executions?limit=100")["items"]) == len(self.models)


def clock_text(instant: int) -> str:
    """Minutes, seconds and milliseconds of an instant."""
    minutes, rest = divmod(instant % 3_600_000, 60_000)
    return f"{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"


# The same lives in every run; a failing one prints how to live it again.
Machine.TestCase.settings = settings(
    max_examples=examples(30), stateful_step_count=25, derandomize=True, print_blob=True, deadline=None
)
TestTheMockAndItsModel = Machine.TestCase
