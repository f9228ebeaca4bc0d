"""Verdicts on the journal, held to a list of all requests that is kept outside, beyond what is kept inside.

In each store. A verdict may be that the answer is not known, but only where a dropped request may be meant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection
from itertools import count
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlsplit

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.effort import examples

from execmock.core.json_text import encode
from execmock.errors import MockError
from execmock.settings import ServeSettings
from execmock.testing import MockSandbox
from execmock.testing.background import BACKGROUND
from execmock.testing.server import Server

BODY = {"workflowId": "wf_any", "sourceSystem": "shop", "sourceEntityType": "order"}
REFS = ("A", "B")
STEPS: Sequence[Mapping[str, Any]] = (
    {"operation": "createExecution"},
    {"operation": "createExecution", "body": {"externalRef": "A"}},
    {"operation": "listExecutions"},
    {"operation": "listExecutions", "status": 400},
    {"operation": "listExecutions", "query": {"limit": 2}},
    {"path": "/v1/nowhere"},
    {"method": "POST"},
    {"method": "POST", "headers": {"X-From": "B"}},
    {"operation": "executeWorkflow"},
)


class Asked(NamedTuple):
    """A request as the outside knows it."""

    operation: str | None
    method: str
    path: str
    status: int
    body: Mapping[str, Any]
    query: str
    source: str

    def fits(self, step: Mapping[str, Any]) -> bool:
        return (
            self.may_fit(step)
            and all(self.body.get(name) == value for name, value in step.get("body", {}).items())
            and all(self.query == f"{name}={value}" for name, value in step.get("query", {}).items())
            and step.get("headers", {"X-From": self.source}) == {"X-From": self.source}
        )

    def may_fit(self, step: Mapping[str, Any]) -> bool:
        """Whether it may be meant, by what is counted of dropped requests."""
        plain = {name: step[name] for name in ("operation", "method", "path", "status") if name in step}
        return all(getattr(self, name) == value for name, value in plain.items())


class Verdicts(RuleBasedStateMachine):
    server: ClassVar[Server]
    numbers: ClassVar[count[int]]

    def __init__(self) -> None:
        super().__init__()
        self.size = next(self.numbers) % 4
        name = f"s{next(self.numbers)}"
        body = {"name": name, "keys": [{"key": f"b3sk_{name}"}], "journalSize": self.size}
        self.server.control.call("POST", "/sandboxes", body)
        self.mock = MockSandbox(self.server, name, f"b3sk_{name}")
        self.asked: list[Asked] = []
        self.connection = HTTPConnection(urlsplit(self.server.url).netloc, timeout=60)

    def teardown(self) -> None:
        self.connection.close()
        self.mock.close()

    @property
    def dropped(self) -> list[Asked]:
        return self.asked[: max(0, len(self.asked) - self.size)]

    def send(self, operation: str | None, method: str, path: str, query: str = "", **body: Any) -> None:
        source = REFS[len(self.asked) % 2]
        sent = encode({**BODY, **body}) if body else None
        headers = {**self.mock.headers, "Content-Type": "application/json", "X-From": source}
        self.connection.request(method, f"{path}?{query}" if query else path, sent, headers)
        answer = self.connection.getresponse()
        answer.read()
        self.asked.append(Asked(operation, method, path, answer.status, body, query, source))

    @rule(ref=st.sampled_from(REFS))
    def create(self, ref: str) -> None:
        self.send("createExecution", "POST", "/v1/executions", externalRef=ref)

    @rule(limit=st.integers(0, 2))
    def list_them(self, limit: int) -> None:
        self.send("listExecutions", "GET", "/v1/executions", f"limit={limit}")

    @rule()
    def lose_the_way(self) -> None:
        self.send(None, "GET", "/v1/nowhere")

    @precondition(lambda self: len(self.asked) > 6)
    @rule()
    def clear(self) -> None:
        self.mock.requests.clear()
        self.asked.clear()

    @rule(step=st.sampled_from(STEPS), least=st.integers(0, 3), more=st.none() | st.integers(0, 2))
    def is_called(self, step: Mapping[str, Any], least: int, more: int | None) -> None:
        most = None if more is None else least + more
        number = sum(asked.fits(step) for asked in self.asked)
        holds = least <= number and (most is None or number <= most)
        may = self.may_have_been_dropped([step])
        self.judge(lambda: self.mock.requests.assert_called(**step, at_least=least, at_most=most), holds, may)

    @rule(step=st.sampled_from(STEPS))
    def is_not_called(self, step: Mapping[str, Any]) -> None:
        holds = not any(asked.fits(step) for asked in self.asked)
        self.judge(
            lambda: self.mock.requests.assert_not_called(**step), holds, self.may_have_been_dropped([step])
        )

    @rule(step=st.sampled_from(STEPS))
    def is_counted(self, step: Mapping[str, Any]) -> None:
        try:
            assert self.mock.requests.count(**step) == sum(asked.fits(step) for asked in self.asked)
        except MockError:
            assert self.may_have_been_dropped([step])

    @rule(steps=st.lists(st.sampled_from(STEPS), min_size=1, max_size=3))
    def comes_in_order(self, steps: Sequence[Mapping[str, Any]]) -> None:
        rest = iter(self.asked)
        holds = all(any(asked.fits(step) for asked in rest) for step in steps)
        may = any(asked.may_fit(step) for asked in self.dropped for step in steps)
        self.judge(lambda: self.mock.requests.assert_sequence(*steps), holds, may)

    @rule(steps=st.lists(st.sampled_from(STEPS), max_size=4))
    def nothing_else_comes(self, steps: Sequence[Mapping[str, Any]]) -> None:
        holds = all(any(asked.fits(step) for step in steps) for asked in self.asked)
        may = self.may_have_been_dropped(steps)
        self.judge(lambda: self.mock.requests.assert_nothing_else(*steps), holds, may)

    @invariant()
    def counts_are_exact(self) -> None:
        summary = self.summary()
        assert summary["count"] == len(self.asked)
        assert summary["dropped"] == len(self.dropped)
        kinds = Counter((asked.operation, asked.method, asked.path, asked.status) for asked in self.asked)
        rows = {
            (row["operation"], row["method"], row["path"], row["status"]): row["count"]
            for row in summary["counts"]
        }
        assert rows == dict(kinds)
        assert len(self.mock.requests.violations) == sum(asked.status in (400, 404) for asked in self.asked)

    def summary(self) -> Any:
        return self.server.control.of(self.mock.name).call("GET", "/journal/summary")

    def may_have_been_dropped(self, steps: Sequence[Mapping[str, Any]]) -> bool:
        """Whether a dropped request may be meant by a step that says more than what is counted."""
        more = [step for step in steps if not {"body", "query", "headers"}.isdisjoint(step)]
        return any(asked.may_fit(step) for asked in self.dropped for step in more)

    def judge(self, ask: Any, holds: bool, may: bool) -> None:
        problem = ""
        try:
            ask()
        except AssertionError as error:
            problem = str(error)
        assert may if "not known" in problem else holds == (not problem), problem


def test_no_verdict_on_the_journal_is_wrong(url: str) -> None:
    server = Server(ServeSettings(store=url, auth="strict", port=0, quiet=True, frozen=True), BACKGROUND)
    try:
        machine = type("OfThisStore", (Verdicts,), {"server": server, "numbers": count()})
        run_state_machine_as_test(
            machine, settings=settings(max_examples=examples(15), stateful_step_count=25)
        )
    finally:
        server.stop()
