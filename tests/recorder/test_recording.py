"""Histories that part ways, what existed before, what polls cannot know, and what is replaced."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.recorder.watching import Traffic

from execmock.cli import main
from execmock.core.durations import format_instant
from execmock.testing import ExecMock

START = "2026-01-01T09:00:00Z"
NINE = 1_767_258_000_000


@pytest.fixture(scope="module")
def server() -> Iterator[ExecMock]:
    with ExecMock(frozen=True, start=START, seed=7) as mock:
        yield mock


@pytest.fixture
def traffic(server: ExecMock) -> Iterator[Traffic]:
    with server.sandbox(frozen=True, start=START, seed=7, journal_answers=True) as sandbox:
        yield Traffic(sandbox)


def poll(traffic: Traffic, names: list[str], times: int, interval: str = "1s") -> None:
    for _ in range(times):
        for name in names:
            traffic.read(name)
        traffic.mock.clock.advance(interval)


class Service:
    """Answers of a service that is none of ours, at seconds after nine: only what it is given."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    def answer(self, second: float, path: str, data: Any, body: Any = None, took: int = 0) -> None:
        request: dict[str, Any] = {
            "method": "GET" if body is None else "POST",
            "url": f"https://api.test{path}",
        }
        if body is not None:
            request["postData"] = {"text": json.dumps(body)}
        self.entries.append(
            {
                "startedDateTime": format_instant(NINE + round(second * 1000)),
                "time": took,
                "request": request,
                "response": {"status": 200, "content": {"text": json.dumps(data)}},
            }
        )

    def shown(self, second: float, name: str, status: str, *, events: Any = None, **more: Any) -> None:
        """Answer a read by id; properties that the service does not say are not there."""
        execution = {"id": name, "status": status, "workflowId": "wf_x", **more}
        data = {"execution": execution, **({} if events is None else {"events": events})}
        self.answer(second, f"/base/v1/executions/{name}", {"code": 200, "data": data})

    def created(self, second: float, name: str, status: str, **more: Any) -> None:
        """Answer a create."""
        execution = {"id": name, "status": status, "workflowId": "wf_x", "createdAt": at(second), **more}
        body = {"workflowId": "wf_x", "sourceSystem": "shop", "sourceEntityType": "order"}
        self.answer(second, "/base/v1/executions", {"code": 200, "data": {"execution": execution}}, body)


def at(second: float) -> str:
    return format_instant(NINE + round(second * 1000))


def recorded(tmp_path: Path, service: Service, *options: str) -> dict[str, str]:
    """Record with the command; return the files, which `check` takes without advice."""
    source, folder = tmp_path / "traffic.har", tmp_path / "out"
    source.write_text(json.dumps({"log": {"entries": service.entries}}), encoding="utf-8")
    assert main(["record", str(source), "-o", str(folder), *options]) == 0
    assert main(["check", str(folder)]) == 0
    return {path.name: path.read_text(encoding="utf-8") for path in folder.rglob("*.yaml")}


def test_times_come_from_the_service_and_else_from_the_polls(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A status between two polls is dated by them; one that the polls missed is said to be unseen."""
    service = Service()
    service.created(0, "e1", "workflow_queued")
    service.shown(3, "e1", "workflow_running", startedAt=at(1.25))
    service.shown(6, "e1", "workflow_waiting")
    service.shown(9, "e1", "workflow_succeeded", finishedAt=at(8.5))
    text = recorded(tmp_path, service)["x.yaml"]
    assert "status: workflow_queued\n    events: []\n    next: {after: 1s250ms}" in text
    assert "# Left between two answers: after 1s750ms to 4s750ms." in text
    assert "note: x: running: Left between two answers: after 1s750ms to 4s750ms." in capsys.readouterr().out
    service = Service()
    service.created(0, "e1", "awaiting_payment")
    service.shown(3, "e1", "workflow_queued")
    service.shown(6, "e1", "workflow_failed", finishedAt=at(5))
    text = recorded(tmp_path, service, "--force")["x.yaml"]
    unseen = text.index("# Never seen: the contract demands it here, and no answer showed it (at most 3s")
    assert unseen < text.index("status: payment_confirmed") < text.index("status: workflow_queued")


def test_events_of_a_service_with_words_of_its_own_are_played_alone(server: ExecMock, tmp_path: Path) -> None:
    """The mock tells none of its own events beside those that were recorded."""
    events = [
        {"id": "1", "createdAt": at(0), "eventType": "order.taken", "title": "Taken"},
        {"id": "2", "createdAt": at(1), "eventType": "worker.began", "title": "Began", "level": "debug"},
        {"id": "3", "createdAt": at(2.5), "eventType": "worker.half", "title": "Half"},
    ]
    service = Service()
    service.created(0, "e1", "workflow_queued")
    service.shown(2, "e1", "workflow_running", events=events[:2], startedAt=at(1), updatedAt=at(1))
    service.shown(4, "e1", "workflow_succeeded", events=events, startedAt=at(1), finishedAt=at(3))
    text = recorded(tmp_path, service)["x.yaml"]
    with server.sandbox(frozen=True, start=START) as sandbox:
        sandbox.add_scenario(text)
        traffic = Traffic(sandbox)
        name = traffic.create("wf_x")
        sandbox.clock.advance("10s")
        told = traffic.read(name)["events"]
        assert [(e["eventType"], e["createdAt"], e.get("level")) for e in told] == [
            ("order.taken", at(0), None),
            ("worker.began", at(1), "debug"),
            ("worker.half", at(2.5), None),
        ]
        history = [(visit.status, visit.at.timestamp()) for visit in sandbox.executions[name].history]
    assert dict(reversed(history)) == {
        "workflow_queued": NINE / 1000,
        "workflow_running": NINE / 1000 + 1,
        "workflow_succeeded": NINE / 1000 + 3,
    }


def test_histories_that_part_ways_become_ways_with_their_frequencies(tmp_path: Path) -> None:
    """Failures that take longer than successes are as frequent as they were: a chance decides, not time."""
    service = Service()
    for number in range(4):
        name, end = f"e{number}", 5 + number
        service.created(0, name, "workflow_queued")
        status = "workflow_failed" if number == 3 else "workflow_succeeded"
        service.shown(20, name, status, startedAt=at(1 + number / 10), finishedAt=at(end))
    text = recorded(tmp_path, service)["x.yaml"]
    assert "next: {after: 1s..1s300ms}" in text
    assert "{after: 4s..5s800ms, chance: 0.75}" in text
    assert "{after: 6s700ms, to: workflow_failed}" in text
    for entry in service.entries:
        entry["response"]["content"]["text"] = entry["response"]["content"]["text"].replace(at(8), at(5.5))
    text = recorded(tmp_path, service, "--force")["x.yaml"]
    assert "- {after: 0s, chance: 0.75, to: running-way-1}" in text or "chance: 0.25" in text
    assert "{after: 0s, to: running-way-2}" in text


def test_a_timeline_that_was_not_read_to_the_end_parts_no_ways(tmp_path: Path) -> None:
    """Of an execution that a list alone shows in the end, later events are unknown, and not missing."""
    times = {"createdAt": at(0), "startedAt": at(1), "workflowId": "wf_x"}
    events = [
        {"id": f"{n}", "createdAt": at(n), "eventType": kind, "title": kind}
        for n, kind in enumerate(("order.taken", "worker.began", "worker.half"))
    ]
    service = Service()
    service.created(0, "e1", "workflow_queued")
    service.created(0, "e2", "workflow_queued")
    service.created(0, "e3", "workflow_queued")
    service.shown(1.5, "e1", "workflow_running", events=events[:2], **times)
    service.shown(1.5, "e3", "workflow_running", events=events[:2], **times)
    service.shown(9, "e2", "workflow_succeeded", events=events, finishedAt=at(4), **times)
    item = {"status": "workflow_succeeded", "finishedAt": at(4), **times}
    items = [{"id": name, **item} for name in ("e1", "e3")]
    service.answer(9, "/v1/executions", {"code": 200, "data": {"items": items}})
    text = recorded(tmp_path, service)["x.yaml"]
    assert "chance" not in text
    assert text.count("status: workflow_succeeded") == 1
    assert text.count("eventType: worker.half") == 1


def test_a_request_of_the_client_before_a_change_is_named_as_its_signal(tmp_path: Path) -> None:
    """Also one to a path that the contract does not know."""
    service = Service()
    service.created(0, "e1", "workflow_queued")
    service.shown(2, "e1", "workflow_waiting", startedAt=at(1), updatedAt=at(2))
    service.answer(60, "/v1/executions/e1/approve", {"ok": True}, body={"by": "Ada Lovelace"})
    reason = "As Ada Lovelace says"
    service.shown(63, "e1", "workflow_running", startedAt=at(1), updatedAt=at(60.5), statusReason=reason)
    service.shown(66, "e1", "workflow_running", startedAt=at(1), updatedAt=at(60.5), statusReason=reason)
    text = recorded(tmp_path, service)["x.yaml"]
    assert "status: workflow_waiting\n    events: []\n    next: {signal: approve}" in text
    assert 'statusReason: "As {{ signal.payload.by }} says"' in text
    assert "# The recording ended 5s500ms after this; what follows is not known." in text
    assert "next: {signal: recording-ended}" in text


def test_what_existed_before_is_a_world_that_starts_as_it_was(server: ExecMock, tmp_path: Path) -> None:
    """Each execution of the first list has the same status and request when the world begins."""
    service = Service()
    old = {"sourceSystem": "shop", "sourceEntityType": "order", "updatedAt": at(-50)}
    items = [
        {
            "id": "a",
            "workflowId": "wf_x",
            "status": "workflow_waiting",
            "createdAt": at(-100),
            "startedAt": at(-90),
        },
        {
            "id": "b",
            "workflowId": "wf_x",
            "status": "workflow_failed",
            "createdAt": at(-99),
            "finishedAt": at(-50),
        },
        {
            "id": "c",
            "workflowId": "wf_y",
            "status": "awaiting_payment",
            "createdAt": at(-98),
            "externalRef": "o-1",
        },
    ]
    data = {"items": [{**item, **old} for item in items], "hasMore": False, "limit": 20, "offset": 0}
    service.answer(0, "/v1/executions?limit=20", {"code": 200, "data": data})
    files = recorded(tmp_path, service)
    folder = tmp_path / "out"
    with ExecMock(scenarios=[folder / "scenarios"], world=folder / "world.yaml", frozen=True) as mock:
        shown = Traffic(mock).call("GET", "/v1/executions")["data"]["items"]
    names = ("workflowId", "status", "createdAt", "externalRef", "startedAt", "finishedAt")
    assert [{n: item.get(n) for n in names} for item in shown] == [
        {n: item.get(n) for n in names} for item in reversed(items)
    ], files


def test_values_that_name_people_or_open_doors_are_replaced_alike(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One value has one replacement wherever it stands; the report counts them and shows none."""
    service = Service()
    payload = {
        "customer": {"name": "Grace Hopper", "email": "grace@navy.mil", "city": "Arlington"},
        "apiKey": "b3sk_live_0123456789abcdef",
        "pet": {"kind": "Heron", "age": 7},
        "lines": 3,
    }
    service.created(0, "e1", "workflow_queued")
    service.shown(
        5,
        "e1",
        "workflow_succeeded",
        startedAt=at(1),
        finishedAt=at(4),
        responsePayload=payload,
        statusReason=f"Sent to Grace Hopper <grace@navy.mil> with {payload['apiKey']}, a Heron, bob@navy.mil",
    )
    text = recorded(tmp_path, service, "--redact", "kind", "--redact", "/pet/age")["x.yaml"]
    out = capsys.readouterr().out
    for secret in ("Grace", "Hopper", "navy", "bob", "Arlington", "0123456789", "Heron", "age: 7"):
        assert secret not in text + out
    said = "Sent to Name 1 <person-1@example.com> with secret-1, a value-1, person-2@example.com"
    assert f'statusReason: "{said}"' in text
    assert "{name: Name 1, email: person-1@example.com, city: address-1}" in text.replace('"', "")
    assert "lines: 3" in text
    assert "replaced: 1 secret, 2 mail addresses, 1 address, 1 name, 1 value named by --redact" in out


def test_a_journal_with_answers_is_a_source_too(traffic: Traffic, tmp_path: Path) -> None:
    """Signals stand in the histories of executions, which are given beside it."""
    name = traffic.create("wf_waits_for_approval")
    poll(traffic, [name], 6)
    traffic.signal(name, "approve", {"by": "Ada"})
    poll(traffic, [name], 4)
    control = traffic.mock._control
    (tmp_path / "journal.json").write_text(json.dumps(control.call("GET", "/journal", limit=1000)))
    (tmp_path / "executions.json").write_text(json.dumps(control.call("GET", "/executions")))
    files = [str(tmp_path / "journal.json"), str(tmp_path / "executions.json")]
    assert main(["record", *files, "-o", str(tmp_path / "out")]) == 0
    text = (tmp_path / "out" / "scenarios" / "waits-for-approval.yaml").read_text(encoding="utf-8")
    assert "next: {signal: approve}" in text
    assert text.count("after: 2s") == 2


def test_of_changes_at_one_instant_the_signal_caused_what_was_waited_for(traffic: Traffic) -> None:
    """A signal in the instant in which the waiting begins leads out of it, not into it."""
    name = traffic.create("wf_waits_for_approval")
    traffic.mock.clock.advance("3s")
    traffic.signal(name, "approve", {"by": "Ada"})
    poll(traffic, [name], 3)
    (text,) = traffic.record().files.values()
    assert "status: workflow_waiting\n    next: {signal: approve}" in text


@pytest.mark.parametrize(
    ("workflow", "step", "status"),
    [
        ("0197b3d2-6a1e-7c40-9f55-2f0d8c6e41b7", "1s", "completed"),  # embed-running
        ("0198c2e9-cc9f-7277-af8a-40c7ef192740", "1s", "failed"),  # embed-action-fails
        ("0198e0c7-08f1-7b55-9e31-6a4d5b20c9f3", "1s", "completed"),  # embed-nothing-to-do
        ("0198d2a4-51b3-7d02-8a66-3c9b1f7e2d10", "10m", "completed"),  # embed-stopped, which nobody stops
    ],
)
def test_an_embedded_workflow_is_recorded_from_reads_of_its_executions(
    traffic: Traffic, workflow: str, step: str, status: str
) -> None:
    """Counts are set as they were seen; the file replays them within one interval, and is recorded again."""

    def play(played: Traffic) -> list[tuple[Any, ...]]:
        name = played.call("POST", f"/api/v1/workflows/{workflow}/execute", {})["id"]
        seen = []
        for _ in range(9):
            view = dict(played.mock.executions.embed[name].fields)
            played.add("GET", f"{played.mock.url}/api/v1/executions/{name}", 200, json.dumps(view))
            counts = sorted((key, value) for key, value in view.items() if key.endswith("_actions_count"))
            seen.append((view["status"], *counts))
            played.mock.clock.advance(step)
        return seen

    was, first = play(traffic), traffic.record()
    assert was[-1][0] == status
    ((file, text),) = first.files.items()
    assert file.startswith("scenarios/workflow-1")
    traffic.mock.add_scenario(text)
    again = Traffic(traffic.mock)
    assert play(again) == was
    assert again.record().files == first.files
