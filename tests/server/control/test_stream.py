"""The live stream: what happens in a sandbox as it happens, and again from where it broke off."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import pytest

from execmock.clocks import SystemClock
from execmock.service.scenario_reload import ScenarioReloader

TIMEOUT = 30


class Message(NamedTuple):
    number: int
    kind: str
    data: Any


class Stream:
    """An open stream."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response
        self.seen: list[Message] = []

    async def until(self, wanted: Callable[[Message], bool]) -> Message:
        """Return the next message that is wanted; those before it are in `seen`."""
        while True:
            message = await self._next()
            assert message is not None, f"the stream ended after {self.seen}"
            self.seen.append(message)
            if wanted(message):
                return message

    async def rest(self) -> list[Message]:
        """Return what comes until the server ends the stream."""
        found = []
        while message := await self._next():
            found.append(message)
        return found

    async def _next(self) -> Message | None:
        fields: dict[str, str] = {}
        while line := (await asyncio.wait_for(self.response.content.readline(), TIMEOUT)).decode():
            name, _, value = line.rstrip("\n").partition(": ")
            if name and not line.startswith(":"):
                fields[name] = value
            elif not name and fields:
                return Message(int(fields["id"]), fields["event"], json.loads(fields["data"]))
        return None


@pytest.fixture
async def listen() -> AsyncIterator[Callable[..., Any]]:
    """Open streams; they are closed at the end of the test."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())

        async def start(control: Any, query: str = "", last: int | None = None, **headers: str) -> Stream:
            if last is not None:
                headers["Last-Event-ID"] = str(last)
            url = f"{control.server.url}/_execmock/stream{query}"
            response = await stack.enter_async_context(session.get(url, headers=headers))
            assert response.status == 200, await response.read()
            return Stream(response)

        yield start


def is_execution(status: str) -> Callable[[Message], bool]:
    return lambda message: message.kind == "execution" and message.data["status"] == status


def is_kind(kind: str) -> Callable[[Message], bool]:
    return lambda message: message.kind == kind


async def test_it_is_server_sent_events_that_nobody_keeps(control: Any, listen: Any) -> None:
    headers = (await listen(control)).response.headers
    assert headers["Content-Type"] == "text/event-stream"
    assert headers["Cache-Control"] == "no-store"


async def test_a_request_is_told_as_the_journal_has_it(control: Any, listen: Any) -> None:
    stream = await listen(control)
    await control.create("wf_any")
    message = await stream.until(is_kind("request"))
    (entry,) = (await control.get("/journal"))["entries"]
    assert (message.data, message.number) == (entry, entry["number"])
    assert message.data["headers"]["Authorization"] == "***"


async def test_a_request_is_told_with_the_faults_that_struck_it(control: Any, listen: Any) -> None:
    late = {"fault": "late", "slow": "1ms"}
    await control.post("/faults", {"faults": [late, {"fault": "down", "times": 1, "refused": 503}]})
    stream = await listen(control)
    for _ in range(2):
        await control.server.get("/v1/executions")
    told = [(await stream.until(is_kind("request"))).data for _ in range(2)]
    assert [(one["status"], one["faults"]) for one in told] == [(503, ["late", "down"]), (200, ["late"])]


async def test_a_creation_and_every_move_of_an_execution_are_told(control: Any, listen: Any) -> None:
    stream = await listen(control)
    name = await control.create("wf_waits_for_approval")
    created = await stream.until(is_kind("execution"))
    assert (created.data["id"], created.data["status"]) == (name, "workflow_queued")
    await control.advance("3s")
    await stream.until(is_execution("workflow_waiting"))
    await control.post(f"/executions/{name}/signal", {"signal": "reject"})
    failed = await stream.until(is_execution("workflow_failed"))
    assert failed.data == {k: v for k, v in (await control.get(f"/executions/{name}")).items() if k != "view"}


async def test_a_move_by_time_alone_is_told_with_no_request(controlled: Any, listen: Any) -> None:
    control = await controlled(clock=SystemClock(), clock_start=None, speed=20.0)
    stream = await listen(control)
    await control.create("wf_free_happy_path")
    await stream.until(is_execution("workflow_succeeded"))
    assert [message.kind for message in stream.seen].count("request") == 1


async def test_clock_scenario_and_sandbox_are_told(control: Any, listen: Any) -> None:
    stream = await listen(control)
    clock = await control.put("/clock", {"frozen": True})
    assert (await stream.until(is_kind("clock"))).data == clock
    steps = [{"status": "workflow_queued", "next": {"after": "1s"}}, {"status": "workflow_failed"}]
    put = await control.put("/scenarios/quick", {"scenario": {"scenario": "quick", "steps": steps}})
    told = (await stream.until(is_kind("scenario"))).data
    assert told == {"name": "quick", "version": put["version"]}
    await control.sandbox("other")
    await control.post("/sandboxes/other/reset")
    await control.delete("/sandboxes/other")
    for change in ("created", "reset", "deleted"):
        assert (await stream.until(is_kind("sandbox"))).data == {"id": "other", "change": change}


async def test_what_happens_in_another_sandbox_is_not_told(control: Any, listen: Any) -> None:
    key = await control.sandbox("other")
    stream, other = await listen(control), await listen(control, "?sandbox=other")
    await control.create("wf_any", key=key)
    await control.put("/clock?sandbox=other", {"frozen": True})
    await control.put("/clock", {"frozen": True})
    await stream.until(is_kind("clock"))
    await other.until(is_kind("clock"))
    assert len(stream.seen) == 1
    assert other.seen[0].kind == "request"


async def test_what_was_before_is_not_told_to_a_new_listener(control: Any, listen: Any) -> None:
    """Neither what happened before anybody listened nor what moved while nobody did."""
    await control.create("wf_free_happy_path")
    first = await listen(control)
    await control.put("/clock", {"speed": 2})
    await first.until(is_kind("clock"))
    first.response.close()
    await control.advance("1h")
    second = await listen(control)
    await control.put("/clock", {"speed": 3})
    await second.until(is_kind("clock"))
    assert len(second.seen) == 1


async def test_a_signal_is_told_once(control: Any, listen: Any) -> None:
    name = await control.create("wf_waits_for_approval")
    await control.advance("3s")
    stream = await listen(control)
    await control.post(f"/executions/{name}/signal", {"signal": "reject"})
    await stream.until(is_kind("execution"))
    await control.create("wf_any")
    await stream.until(is_execution("awaiting_payment"))
    assert len([m for m in stream.seen if m.kind == "execution" and m.data["id"] == name]) == 1


async def test_it_resumes_without_loss_or_repeats(control: Any, listen: Any) -> None:
    """Also of what moved by time alone while nobody listened."""
    whole, broken = await listen(control), await listen(control)
    name = await control.create("wf_waits_for_approval")
    last = await broken.until(is_kind("execution"))
    broken.response.close()
    await control.advance("3s")
    await whole.until(is_execution("workflow_waiting"))
    whole.response.close()
    await settled(control)
    await control.post(f"/executions/{name}/signal", {"signal": "approve"})
    await control.server.get(f"/v1/executions/{name}")
    control.server.clock.advance(2_000)
    resumed = await listen(control, last=last.number)
    await resumed.until(is_execution("workflow_succeeded"))
    await control.put("/clock", {"frozen": True})
    await resumed.until(lambda message: message.kind == "clock" and message.data["frozen"])
    told = [
        message.data["status"] if message.kind == "execution" else message.data.get("method", message.kind)
        for message in resumed.seen
    ]
    assert told == ["clock", "workflow_waiting", "workflow_running", "GET", "workflow_succeeded", "clock"]
    numbers = [message.number for message in (*broken.seen, *resumed.seen)]
    assert numbers == sorted(set(numbers))
    assert [m for m in whole.seen if m.number > last.number] == resumed.seen[:2]


async def test_two_listeners_hear_the_same(control: Any, listen: Any) -> None:
    streams = [await listen(control) for _ in range(2)]
    await control.create("wf_waits_for_approval")
    await control.advance("1d")
    for stream in streams:
        await stream.until(is_execution("workflow_waiting"))
    assert streams[0].seen == streams[1].seen


async def test_after_another_servers_last_number_everything_here_is_told(control: Any, listen: Any) -> None:
    await control.create("wf_any")
    stream = await listen(control, last=999_999)
    assert (await stream.until(is_kind("request"))).data["operation"] == "createExecution"


@pytest.mark.parametrize("last", ["x", "-1", "", "9" * 5000, "\u00b2"])
async def test_a_last_number_that_is_none_means_from_now_on(control: Any, listen: Any, last: str) -> None:
    await control.create("wf_any")
    stream = await listen(control, **{"Last-Event-ID": last})
    await control.put("/clock", {"frozen": True})
    await stream.until(is_kind("clock"))
    assert len(stream.seen) == 1


async def test_an_id_that_comes_again_after_a_reset_is_told_again(control: Any, listen: Any) -> None:
    await control.put("/clock", {"frozen": True})
    stream = await listen(control)
    first = await control.create("wf_any")
    await stream.until(is_kind("execution"))
    await control.post("/sandboxes/default/reset")
    assert await control.create("wf_any") == first
    assert (await stream.until(is_kind("execution"))).data["id"] == first


async def test_what_a_snapshot_brings_is_told_as_one_change(control: Any, listen: Any) -> None:
    await control.create("wf_any")
    document = await control.get("/snapshot")
    stream = await listen(control)
    await control.put("/snapshot", document)
    assert (await stream.until(is_kind("sandbox"))).data == {"id": "default", "change": "restored"}
    await control.put("/clock", {"frozen": True})
    await stream.until(is_kind("clock"))
    assert [message.kind for message in stream.seen] == ["sandbox", "clock"]


async def test_it_ends_when_its_sandbox_is_deleted(control: Any, listen: Any) -> None:
    await control.sandbox("short")
    stream = await listen(control, "?sandbox=short")
    await control.delete("/sandboxes/short")
    assert [message.data["change"] for message in await stream.rest()] == ["deleted"]


async def test_it_ends_when_the_server_stops(control: Any, listen: Any) -> None:
    stream = await listen(control)
    control.server.mock.control.end()
    assert await stream.rest() == []


async def test_an_unknown_sandbox_has_none(control: Any) -> None:
    await control.refused(404, "GET", "/stream?sandbox=none")
    await control.refused(405, "POST", "/stream")


async def settled(control: Any) -> None:
    """Return once the server has noticed that nobody listens: then nothing waits for news."""
    while control.server.engine.changes.waiting:
        control.server.engine.changes.next_number()
        await asyncio.sleep(0.01)


SCENARIO = """
scenario: mine
summary: {summary}
steps:
  - {{status: workflow_queued, next: {{after: 1s}}}}
  - status: workflow_failed
"""


async def test_each_edit_of_a_scenario_file_is_told_once(
    controlled: Any, listen: Any, tmp_path: Path
) -> None:
    """Also where several servers share a store: each of them watches the files."""
    folder = tmp_path / "scenarios"
    folder.mkdir()
    servers = [await controlled(store=f"sqlite:{tmp_path}/one.db") for _ in range(2)]
    reloaders = [ScenarioReloader(control.server.engine, [folder]) for control in servers]
    stream = await listen(servers[0])
    file = folder / "mine.yaml"
    for summary in ("first", "second", None):
        if summary is None:
            file.unlink()
        else:
            file.write_text(SCENARIO.format(summary=summary))
        for reloader in reloaders:
            await reloader.take_up([str(file)])
    await servers[1].put("/clock", {"frozen": True})
    await stream.until(is_kind("clock"))
    told = [message.data for message in stream.seen if message.kind == "scenario"]
    assert [data["name"] for data in told] == ["mine"] * 3
    assert [data["version"] is None for data in told] == [False, False, True]


@pytest.mark.parametrize("store", ["memory:", "sqlite"])
async def test_a_listener_that_lacks_messages_is_told(
    controlled: Any, listen: Any, tmp_path: Path, store: str
) -> None:
    url = store if store == "memory:" else f"sqlite:{tmp_path / 'a.db'}"
    control = await controlled(journal_size=2, store=url)
    stream = await listen(control)
    await control.create("wf_any")
    first = await stream.until(is_kind("request"))
    stream.response.close()
    await settled(control)
    for _ in range(3):
        await control.server.get("/v1/executions")
    resumed = await listen(control, last=first.number)
    gap = await resumed.until(is_kind("gap"))
    await resumed.until(is_kind("request"))
    await resumed.until(is_kind("request"))
    assert [message.kind for message in resumed.seen if message.kind != "execution"] == [
        "gap",
        "request",
        "request",
    ]
    if store == "memory:":
        assert (gap.number, gap.data) == (first.number, {"after": first.number})


async def test_a_listener_that_lacks_nothing_is_told_of_no_gap(controlled: Any, listen: Any) -> None:
    """Whatever is dropped of other sandboxes."""
    control = await controlled(journal_size=1)
    key = await control.sandbox("other")
    stream = await listen(control)
    await control.create("wf_any")
    first = await stream.until(is_kind("request"))
    for _ in range(3):
        await control.server.get("/v1/executions", key=key)
    resumed = await listen(control, last=first.number)
    await control.put("/clock", {"frozen": True})
    await resumed.until(is_kind("clock"))
    assert "gap" not in [message.kind for message in resumed.seen]
