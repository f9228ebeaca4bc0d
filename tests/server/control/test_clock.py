"""A sandbox's clock: held, sped up, advanced; everything that is dated reads it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest

from execmock.core.execution import Execution
from execmock.core.progress import begin
from execmock.service.executions.repository import put_of

NINE = "2026-01-01T09:00:00.000Z"


async def test_it_shows_where_it_stands(control: Any) -> None:
    assert await control.get("/clock") == {"now": NINE, "frozen": False, "speed": 1.0}


async def test_it_runs_with_real_time_until_it_is_frozen(control: Any) -> None:
    control.server.clock.advance(1_500)
    assert (await control.get("/clock"))["now"] == "2026-01-01T09:00:01.500Z"
    await control.put("/clock", {"frozen": True})
    control.server.clock.advance(60_000)
    assert await control.get("/clock") == {"now": "2026-01-01T09:00:01.500Z", "frozen": True, "speed": 1.0}


async def test_a_speed_makes_an_hour_of_a_minute_and_outlasts_being_frozen(control: Any) -> None:
    await control.put("/clock", {"speed": 60})
    control.server.clock.advance(60_000)
    assert (await control.get("/clock"))["now"] == "2026-01-01T10:00:00.000Z"
    await control.put("/clock", {"frozen": True})
    assert await control.put("/clock", {"frozen": False}) == {
        "now": "2026-01-01T10:00:00.000Z",
        "frozen": False,
        "speed": 60.0,
    }


async def test_a_speed_that_is_set_while_it_is_frozen_waits(control: Any) -> None:
    await control.put("/clock", {"frozen": True})
    assert await control.put("/clock", {"speed": 2}) == {"now": NINE, "frozen": True, "speed": 2.0}


async def test_it_is_advanced_by_a_duration_and_to_an_instant(control: Any) -> None:
    assert (await control.advance("1h30m"))["now"] == "2026-01-01T10:30:00.000Z"
    to = await control.post("/clock/advance", {"to": "2026-02-01T00:00:00+01:00"})
    assert to["now"] == "2026-01-31T23:00:00.000Z"


async def test_it_is_advanced_until_an_execution_reaches_a_status_or_a_step(control: Any) -> None:
    name = await control.create("wf_waits_for_approval")
    for status, day in (("workflow_waiting", "2026-01-01"), ("forgotten", "2026-01-02")):
        clock = await control.post("/clock/advance", {"until": {"execution": name, "status": status}})
        assert clock["now"] == f"{day}T09:00:03.000Z"
    assert await control.status(name) == "workflow_failed"


async def test_until_what_has_been_reached_leaves_it_where_it_is(control: Any) -> None:
    name = await control.create("wf_free_happy_path")
    await control.advance("1h")
    until = {"until": {"execution": name, "status": "workflow_running"}}
    assert (await control.post("/clock/advance", until))["now"] == "2026-01-01T10:00:00.000Z"


async def test_until_what_time_alone_never_brings_is_refused(control: Any) -> None:
    name = await control.create("wf_waits_for_approval")
    until = {"until": {"execution": name, "status": "workflow_succeeded"}}
    error = await control.refused(409, "POST", "/clock/advance", until)
    assert error["message"] == "Time alone never leads from workflow_queued to workflow_succeeded."
    assert (await control.get("/clock"))["now"] == NINE


async def test_until_a_status_that_is_none_names_the_nearest(control: Any) -> None:
    name = await control.create("wf_waits_for_approval")
    until = {"until": {"execution": name, "status": "workflow_succeded"}}
    error = await control.refused(409, "POST", "/clock/advance", until)
    assert "Did you mean 'workflow_succeeded'?" in error["details"][0]["message"]


async def test_until_needs_an_execution_of_the_sandbox(control: Any) -> None:
    until = {"until": {"execution": "exec_none", "status": "workflow_failed"}}
    error = await control.refused(404, "POST", "/clock/advance", until)
    assert error["message"] == "Unknown execution"


async def test_until_finds_the_end_of_a_loop_of_thousands_of_visits(control: Any) -> None:
    """Each visit is marched through once; marching from the start for each would take minutes."""
    steps = [
        {"status": "workflow_queued", "next": {"after": "1s"}},
        {"name": "on", "status": "workflow_running", "next": [{"after": "1s", "to": "off"}]},
        {
            "name": "off",
            "status": "workflow_waiting",
            "next": [{"after": "1s", "chance": 0.001, "to": "done"}, {"after": "1s", "to": "on"}],
        },
        {"name": "done", "status": "workflow_succeeded"},
    ]
    await control.put("/scenarios/loop", {"scenario": {"scenario": "loop", "steps": steps}})
    created = await control.server.create(headers={"X-Execmock-Scenario": "loop"})
    name = created.data["execution"]["id"]
    with counted_calls() as calls:
        await control.post("/clock/advance", {"until": {"execution": name, "status": "done"}})
    history = (await control.get(f"/executions/{name}"))["history"]
    assert len(history) > 100
    assert history[-1]["status"] == "workflow_succeeded"
    assert sum(calls) < 40 * len(history) + 1_000


@pytest.mark.parametrize("move", [{"to": "2026-01-01T08:59:59Z"}, {"to": "1970-01-01T00:00:00Z"}])
async def test_it_never_goes_back(control: Any, move: Any) -> None:
    error = await control.refused(409, "POST", "/clock/advance", move)
    assert error["message"].startswith(f"the clock never goes back: it shows {NINE}, which is after")
    assert (await control.get("/clock"))["now"] == NINE


@pytest.mark.parametrize(
    ("body", "status", "place"),
    [
        ({}, 400, "body"),
        ({"by": "1s", "to": "2027-01-01T00:00:00Z"}, 400, "body"),
        ({"by": "5"}, 400, "body/by"),
        ({"by": "-5s"}, 400, "body/by"),
        ({"by": "999999d"}, 409, "body/by"),
        ({"to": "tomorrow"}, 400, "body/to"),
        ({"until": {"execution": "exec_x"}}, 400, "body/until/status"),
    ],
)
async def test_what_is_no_advance_is_refused_with_its_place(
    control: Any, body: Any, status: int, place: str
) -> None:
    error = await control.refused(status, "POST", "/clock/advance", body)
    assert error["details"][0]["location"] == place


async def test_it_ends_where_dates_end(control: Any) -> None:
    await control.post("/clock/advance", {"to": "9998-12-31T00:00:00Z"})
    await control.create("wf_waits_for_approval")
    await control.refused(409, "POST", "/clock/advance", {"to": "9999-06-01T00:00:00Z"})
    await control.refused(409, "POST", "/clock/advance", {"by": "52w"})
    await control.put("/clock", {"speed": 1_000_000})
    control.server.clock.advance(10**9)
    assert (await control.get("/clock"))["now"] == "9998-12-31T23:59:59.999Z"
    assert (await control.get("/executions"))["executions"][0]["nextAt"] is None


@pytest.mark.parametrize("body", [{}, {"speed": 0}, {"speed": -1}, {"speed": 1_000_001}, {"frozen": "yes"}])
async def test_a_speed_is_above_0_and_at_most_a_million(control: Any, body: Any) -> None:
    await control.refused(400, "PUT", "/clock", body)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("GET", "", None), ("PUT", "", {"frozen": True}), ("POST", "/advance", {"by": "1s"})],
)
async def test_an_unknown_sandbox_has_none(control: Any, method: str, path: str, body: Any) -> None:
    error = await control.refused(404, method, f"/clock{path}?sandbox=defualt", body)
    assert error["message"] == "Unknown sandbox"
    assert error["details"][0]["location"] == "query/sandbox"


async def test_a_misspelt_sandbox_gets_the_nearest_name(control: Any) -> None:
    error = await control.refused(404, "GET", "/clock?sandbox=defualt")
    assert "Did you mean 'default'?" in error["details"][0]["message"]


async def test_two_sandboxes_clocks_are_independent(control: Any) -> None:
    keys = [await control.sandbox(name, clock={"now": "2026-01-01T09:00:00Z"}) for name in ("a", "b")]
    made = [await control.create("wf_free_happy_path", key=key) for key in keys]
    await control.put("/clock?sandbox=a", {"frozen": True})
    await control.post("/clock/advance?sandbox=b", {"by": "1h"})
    control.server.clock.advance(500)
    shown = [(await control.get(f"/clock?sandbox={name}"))["now"] for name in ("a", "b", "default")]
    assert shown == [NINE, "2026-01-01T10:00:00.500Z", "2026-01-01T09:00:00.500Z"]
    statuses = [await control.status(name, key=key) for name, key in zip(made, keys, strict=True)]
    assert statuses == ["workflow_queued", "workflow_succeeded"]


async def test_everything_dated_reads_it(control: Any) -> None:
    await control.put("/clock", {"frozen": True})
    await control.post("/clock/advance", {"to": "2030-07-13T05:01:16Z"})
    name = await control.create("wf_free_happy_path")
    read = (await control.server.get(f"/v1/executions/{name}")).data
    assert read["execution"]["createdAt"].startswith("2030-07-13T05:01:16")
    assert {event["createdAt"][:19] for event in read["events"]} == {"2030-07-13T05:01:16"}
    embed = (await control.server.execute("workflow_15", {"id_type": "key"})).json
    assert embed["created_at_string"] == "Jul 13, 2030 01:01 am EDT"
    assert {entry["at"] for entry in (await control.get("/journal"))["entries"]} == {
        "2030-07-13T05:01:16.000Z"
    }


async def test_a_days_idempotency_passes_on_it(control: Any) -> None:
    headers = {"Idempotency-Key": "k"}

    async def execute() -> str:
        reply = await control.server.execute("workflow_15", {"id_type": "key"}, headers=headers)
        made: str = reply.json["id"]
        return made

    first = await execute()
    await control.advance("23h59m")
    assert await execute() == first
    await control.advance("1m")
    assert await execute() != first


async def test_an_advance_of_a_year_takes_no_work_however_many_executions_sleep(control: Any) -> None:
    store, engine = control.server.engine.store, control.server.engine
    scenario = engine.registry.current["waits-for-approval"].reference
    now = 1_767_258_000_000
    sleeping = [
        put_of(
            Execution(f"exec_{n:06}", "default", now, scenario, b'{"workflowId":"w"}', "key_x", begin(now))
        )
        for n in range(100_000)
    ]
    work = []
    for some in (sleeping[:1], sleeping[1:]):
        await store.update(some[0].key, lambda _, some=some: some)
        with counted_calls() as calls:
            await control.advance("52w")
        work.append(sum(calls))
    assert (await control.get("/executions?limit=1"))["total"] == 100_000
    # Not one of the 100,000 is touched; the first call warms what is prepared once.
    assert work[1] <= work[0]
    assert (await control.get("/executions/exec_099999"))["status"] == "workflow_failed"


@contextmanager
def counted_calls() -> Iterator[list[int]]:
    """Count the calls of execmock's own functions."""
    calls: list[int] = []

    def profile(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and "/execmock/" in frame.f_code.co_filename:
            calls.append(1)

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        yield calls
    finally:
        sys.setprofile(before)
