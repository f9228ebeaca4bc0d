"""The mock plays what was recorded as it was, and a recording of that is the same file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.recorder.watching import Traffic

from execmock.core.durations import format_instant, parse_instant
from execmock.loading.contract import shipped_contract
from execmock.recorder import record
from execmock.recorder.exchanges import Operations, Source
from execmock.recorder.har import read_har
from execmock.service.scenarios.shipped import shipped_files
from execmock.testing import ExecMock

FILES = {file.scenario.name: file.scenario for file in shipped_files(shipped_contract()) if file.scenario}
PLAYED = sorted(name for name, scenario in FILES.items() if scenario.api == "executions")
PAYLOADS: Mapping[str, Any] = {
    "paid": {"method": "card", "amount": 4200},
    "document": {"document": "passport"},
    "approve": {"by": "Ada"},
    "cancel": {"by": "Ada"},
}
POLLS = 60
MADE = ("id", "runId", "orderId", "checkoutSessionId", "organizationId", "updatedAt", "createdAt")


@pytest.fixture(scope="module")
def server() -> Iterator[ExecMock]:
    with ExecMock(frozen=True, start="2026-01-01T09:00:00Z", seed=7) as mock:
        yield mock


class Lived(NamedTuple):
    """What a client saw of an execution, with times as milliseconds since its creation."""

    statuses: list[tuple[str, int]]
    events: list[dict[str, Any]]
    last: dict[str, Any]


def live(traffic: Traffic, workflow: str, interval: str, script: list[tuple[int, str]] | None) -> Any:
    """Play an execution to its end and poll it; return its id and which signals were sent, after which poll.

    Without a script, each signal that a step waits for is sent once, in turn.
    """
    name = traffic.create(workflow)
    sent: list[tuple[int, str]] = []
    for poll in range(POLLS):
        if traffic.read(name)["execution"].get("finishedAt"):
            break
        traffic.mock.clock.advance(interval)
        left = traffic.mock.executions[name].waits_for
        fresh = [signal for signal in left if signal not in [known for _, known in sent]]
        due = [signal for at, signal in script if at == poll] if script is not None else fresh[:1]
        for signal in due:
            traffic.signal(name, signal, PAYLOADS.get(signal))
            sent.append((poll, signal))
    return name, sent


def lived(traffic: Traffic, name: str) -> Lived:
    """Return what the service says of an execution in the end."""
    view = traffic.mock.executions[name]
    created = round(view.created_at.timestamp() * 1000)
    statuses: list[tuple[str, int]] = []
    for visit in view.history:
        if not statuses or statuses[-1][0] != visit.status:
            statuses.append((visit.status, round(visit.at.timestamp() * 1000) - created))
    ids = [str(view.fields[made]) for made in MADE if made in view.fields]
    ids += [format_instant(round(visit.at.timestamp() * 1000)) for visit in view.history]

    def plain(value: Any) -> Any:
        if isinstance(value, str):
            for number, text in enumerate(ids):
                value = value.replace(text, f"#{number}")
            return value
        if isinstance(value, Mapping):
            return {key: plain(inner) for key, inner in value.items()}
        return [plain(inner) for inner in value] if isinstance(value, list) else value

    events = [
        {
            **plain({k: v for k, v in event.items() if k not in ("id", "createdAt")}),
            "at": parse_instant(event["createdAt"]) - created,
        }
        for event in view.events
    ]
    settable = ("status", "paymentStatus", "statusReason", "responsePayload")
    return Lived(statuses, events, {name: plain(view.fields.get(name)) for name in settable})


def interval_of(name: str, server: ExecMock) -> str:
    """Return how often to poll, so that an end is reached."""
    long = {"backlog": "5m", "long-running": "4m", "payment-never-comes": "1m", "stuck-in-queue": "2m"}
    long |= {"waits-for-weeks": "1d", "waits-for-approval": "1s", "waits-again-and-again": "1s"}
    return long.get(name, "1s")


@pytest.mark.parametrize("name", PLAYED)
def test_the_replay_of_a_recording_is_what_was_recorded(name: str, server: ExecMock) -> None:
    """For each shipped scenario: statuses, dwell times, events and values; and the same file, to the byte."""
    workflow = str(FILES[name].bind["workflowId"])
    interval = interval_of(name, server)
    with server.sandbox(frozen=True, start="2026-01-01T09:00:00Z", seed=7) as sandbox:
        first = Traffic(sandbox)
        played, script = live(first, workflow, interval, None)
        recorded = first.record()
        was = lived(first, played)
    file = f"scenarios/{workflow.removeprefix('wf_').replace('_', '-')}.yaml"
    assert list(recorded.files) == [file], recorded.notes
    with server.sandbox(frozen=True, start="2026-03-05T11:22:33Z", seed=99) as sandbox:
        sandbox.add_scenario(recorded.files[file])
        again = Traffic(sandbox)
        replayed, _ = live(again, workflow, interval, script)
        now = lived(again, replayed)
        assert now == was
        assert again.record().files == recorded.files


Seen = list[tuple[str, str | None]]
Script = list[tuple[int, str]]


def polled(traffic: Traffic, workflow: str, step: str, script: Script | None) -> tuple[Seen, Script]:
    """Return what a client sees that polls, and which signals were sent after which poll.

    Dates and events are then taken out of the traffic.
    """
    name = traffic.create(workflow)
    seen: Seen = []
    sent: Script = []
    for poll in range(14):
        execution = traffic.read(name)["execution"]
        seen.append((execution["status"], execution.get("paymentStatus")))
        left = traffic.mock.executions[name].waits_for if script is None else []
        fresh = [signal for signal in left if signal not in [known for _, known in sent]][:1]
        for signal in fresh if script is None else [signal for at, signal in script if at == poll]:
            traffic.signal(name, signal, PAYLOADS.get(signal))
            sent.append((poll, signal))
        traffic.mock.clock.advance(step)
    for entry in traffic.entries:
        answer = json.loads(entry["response"]["content"]["text"])
        if not isinstance(answer.get("data"), dict):
            continue
        answer["data"].pop("events", None)
        for date in ("createdAt", "updatedAt", "startedAt", "finishedAt"):
            answer["data"]["execution"].pop(date, None)
        entry["response"]["content"]["text"] = json.dumps(answer)
    return seen, sent


def numbered(seen: Lived) -> dict[tuple[str, int], int]:
    """Return when each status began, by status and how often it had been there before."""
    statuses = [status for status, _ in seen.statuses]
    return {(status, statuses[:n].count(status)): at for n, (status, at) in enumerate(seen.statuses)}


@pytest.mark.parametrize("name", PLAYED)
def test_polls_alone_give_the_same_order_and_times_within_one_interval(name: str, server: ExecMock) -> None:
    """Of a service that dates nothing, a client that polls every three seconds sees the same again."""
    workflow = str(FILES[name].bind["workflowId"])
    with server.sandbox(frozen=True, start="2026-01-01T09:00:00Z", seed=3) as sandbox:
        first = Traffic(sandbox)
        was, script = polled(first, workflow, "3s", None)
        recorded = first.record()
        times = numbered(lived(first, sandbox.executions[0].id))
    (text,) = recorded.files.values()
    with server.sandbox(frozen=True, start="2026-03-05T11:22:33Z", seed=99) as sandbox:
        sandbox.add_scenario(text)
        again = Traffic(sandbox)
        assert polled(again, workflow, "3s", script)[0] == was
        for status, at in numbered(lived(again, sandbox.executions[0].id)).items():
            assert abs(at - times[status]) < 3_000, (status, text)


def test_a_recording_of_another_service_is_played_as_it_was(server: ExecMock) -> None:
    """Each execution goes through the events of those recorded, after times between theirs."""
    data = json.loads((Path(__file__).parent / "another-service.har").read_text(encoding="utf-8"))
    contract = shipped_contract()
    source = Source("another-service.har")
    read_har(data, source, Operations(contract))
    recording = record(source.exchanges, contract)
    recorded: dict[str, list[list[tuple[str, int]]]] = {}
    last = {
        seen.request.url: seen.json["data"] for seen in source.exchanges if seen.operation == "getExecution"
    }
    for view in last.values():
        told = [(event["eventType"], parse_instant(event["createdAt"])) for event in view["events"]]
        recorded.setdefault(view["execution"]["workflowId"], []).append(told)
    assert {len(runs) for runs in recorded.values()} == {2}
    with server.sandbox(frozen=True, start="2026-03-05T11:22:33Z") as sandbox:
        for path, text in recording.files.items():
            if path != "world.yaml":
                sandbox.add_scenario(text)
        traffic = Traffic(sandbox)
        for workflow, (one, other) in recorded.items():
            name = traffic.create(workflow)
            sandbox.clock.advance("1m")
            played = [(e["eventType"], parse_instant(e["createdAt"])) for e in traffic.read(name)["events"]]
            assert [kind for kind, _ in played] == [kind for kind, _ in one] == [kind for kind, _ in other]
            for steps in zip(pairwise(played), pairwise(one), pairwise(other), strict=True):
                stayed, *known = (until - since for (_, since), (_, until) in steps)
                assert min(known) <= stayed <= max(known)
