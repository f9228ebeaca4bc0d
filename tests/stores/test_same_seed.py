"""A tester's script over each store, at two times, from two folders: what a seed repeats is the same."""

from __future__ import annotations

import json
import sys
import sysconfig
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.conftest import Serving

EXECMOCK = Path(sysconfig.get_path("scripts")) / ("execmock.exe" if sys.platform == "win32" else "execmock")
MORNING, NIGHT = "2026-01-05T08:30:00Z", "2026-03-29T23:59:59.5Z"
LATE = """
scenario: rejected-late
bind: {workflowId: wf_rejected_late}
steps:
  - status: workflow_queued
    next: {after: 1s..5s}
  - status: workflow_running
    next: {after: 1s..5s}
  - status: workflow_waiting
    next:
      - {signal: reject, to: rejected}
      - {after: 10m, to: rejected}
  - name: rejected
    status: workflow_failed
    set: {statusReason: "Rejected. {{ signal.payload.reason }}"}
"""
ORDERS = [("wf_flaky", "a"), ("wf_flaky", "b"), ("wf_rejected_late", "c")] + [("wf_flaky", "a")] * 5


class Run(NamedTuple):
    """What a run of the script saw: outcomes without times and ids, and every answer with its request id."""

    outcomes: list[Any]
    answers: list[Any]


def script(url: str) -> Run:
    connection = HTTPConnection(url.removeprefix("http://"), timeout=60)
    answers: list[Any] = []

    def ask(method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": "Bearer b3sk_tester", "Content-Type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        read = answer.read()
        assert answer.status < 300, read
        if path.startswith("/v1"):
            answers.append((answer.headers["X-Request-Id"], read))
        return json.loads(read)

    made = []
    for number, (workflow, reference) in enumerate(ORDERS):
        order = {"workflowId": workflow, "externalRef": reference, "requestPayload": {"number": number}}
        body = {**order, "sourceSystem": "shop", "sourceEntityType": "order"}
        made.append(ask("POST", "/v1/executions", body)["data"]["execution"]["id"])
        ask("POST", "/_execmock/clock/advance", {"by": "3s"})
    ask("POST", "/_execmock/clock/advance", {"by": "8s"})
    rejection = {"signal": "reject", "payload": {"reason": "Too late."}}
    ask("POST", f"/_execmock/executions/{made[2]}/signal", rejection)
    ask("POST", "/_execmock/clock/advance", {"by": "1h"})
    ask("GET", "/v1/executions?limit=5")
    outcomes = [_outcome(ask("GET", f"/v1/executions/{name}")["data"]) for name in made]
    connection.close()
    return Run(outcomes, answers)


def _outcome(data: dict[str, Any]) -> list[Any]:
    execution = data["execution"]
    events = [event["eventType"] for event in data["events"]]
    return [execution["status"], execution.get("statusReason"), events]


def run(serving: Serving, folder: Path, monkeypatch: pytest.MonkeyPatch, start: str, store: str) -> Run:
    (folder / "approvals").mkdir(parents=True)
    (folder / "approvals" / "late.yaml").write_text(LATE)
    monkeypatch.chdir(folder)
    given = ["--scenarios", "approvals", "--frozen", "--seed", "7", "--clock-start", start, "--store", store]
    with serving([EXECMOCK, "serve", "--port", "0", *given]) as url:
        return script(url)


def test_outcomes_repeat_and_with_a_fixed_start_every_byte(
    url: str, serving: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = run(serving, tmp_path / "here", monkeypatch, MORNING, "memory:")
    there = run(serving, tmp_path / "a" / "b", monkeypatch, MORNING, url)
    assert there == here
    statuses = {status for status, _, _ in here.outcomes}
    assert statuses == {"workflow_succeeded", "workflow_failed"}, "the script shows both outcomes"
    if url != "memory:":
        return
    later = run(serving, tmp_path / "later", monkeypatch, NIGHT, "memory:")
    assert later.outcomes == here.outcomes
    assert later.answers != here.answers
