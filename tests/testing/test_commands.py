"""Clock, scenarios, signals, jumps and waiting, as a test uses them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from execmock.errors import ExecmockError, MockError, ScenarioError, WorldError
from execmock.testing import ExecMock

from .conftest import AT_NINE, BODY, create

NINE = datetime(2026, 1, 1, 9, tzinfo=UTC)
QUICK = {
    "scenario": "quick",
    "steps": [
        {"status": "workflow_queued", "next": {"after": "1s"}},
        {"status": "workflow_running", "next": {"after": "1s"}},
        {"status": "workflow_failed"},
    ],
}
QUICK_TEXT = """
scenario: quick
steps:
  - status: workflow_queued
    next: {after: 1s}
  - status: workflow_running
    next: {after: 1s}
  - status: workflow_failed
"""


def test_the_clock_moves_as_it_is_told(mock: ExecMock) -> None:
    clock = mock.clock
    assert clock.now == NINE
    assert clock.frozen
    assert clock.advance("1h30m") == NINE + timedelta(minutes=90)
    assert clock.advance(timedelta(milliseconds=250)) == NINE + timedelta(minutes=90, milliseconds=250)
    assert clock.advance_to("2026-01-02T00:00:00Z") == datetime(2026, 1, 2, tzinfo=UTC)
    assert clock.advance_to(datetime(2026, 1, 2, 1, tzinfo=UTC)) == datetime(2026, 1, 2, 1, tzinfo=UTC)
    clock.speed(60)
    assert not clock.frozen
    assert clock.rate == 60
    clock.freeze()
    clock.unfreeze()
    assert clock.rate == 60


@pytest.mark.parametrize(
    ("move", "message"),
    [
        (lambda clock: clock.advance("5"), "'5' is not a duration"),
        (lambda clock: clock.advance_to("2025-01-01T00:00:00Z"), "never goes back"),
        (lambda clock: clock.speed(-1), "expected more than 0"),
        (lambda clock: clock.advance_until("exec_none", "workflow_failed"), "Unknown execution"),
    ],
)
def test_a_clock_says_what_it_cannot_do(mock: ExecMock, move: object, message: str) -> None:
    with pytest.raises(ExecmockError, match=message):
        move(mock.clock)  # type: ignore[operator]
    assert mock.clock.now == NINE


def test_an_advance_until_a_status_takes_as_long_as_the_scenario(mock: ExecMock) -> None:
    mock.scenario("free-happy-path")
    made = create(mock)
    assert mock.clock.advance_until(made["id"], "workflow_succeeded") == NINE + timedelta(seconds=6)
    assert mock.executions[made["id"]].status == "workflow_succeeded"


@pytest.mark.parametrize("form", ["mapping", "text", "file"])
def test_a_scenario_may_be_a_mapping_a_text_or_a_file(mock: ExecMock, tmp_path: Path, form: str) -> None:
    file = tmp_path / "quick.yaml"
    file.write_text(QUICK_TEXT)
    given = {"mapping": QUICK, "text": QUICK_TEXT, "file": file}[form]
    assert mock.scenario(given) == "quick"  # type: ignore[arg-type]
    made = create(mock)
    mock.clock.advance("2s")
    assert mock.executions[made["id"]].status == "workflow_failed"


def test_the_default_scenario_can_be_set_and_unset(mock: ExecMock) -> None:
    assert mock.scenario("free-happy-path") == "free-happy-path"
    assert create(mock)["status"] == "workflow_queued"
    assert mock.scenario(None) == ""
    assert create(mock)["status"] == "awaiting_payment"


def test_an_added_scenario_is_followed_by_what_it_binds_in_its_sandbox_alone(mock: ExecMock) -> None:
    with mock.sandbox() as other:
        mock.add_scenario({**QUICK, "bind": {"workflowId": "wf_free_happy_path"}})
        assert mock.executions[create(mock, workflowId="wf_free_happy_path")["id"]].scenario == "quick"
        assert (
            other.executions[create(other, workflowId="wf_free_happy_path")["id"]].scenario
            == "free-happy-path"
        )


def test_mistakes_in_a_scenario_are_shown_with_their_lines(mock: ExecMock) -> None:
    with pytest.raises(ScenarioError) as caught:
        mock.scenario(QUICK_TEXT.replace("workflow_running", "workflow_runing"))
    assert "scenario:6:5: unknown status 'workflow_runing'" in str(caught.value)
    assert "Did you mean 'workflow_running'?" in str(caught.value)


@pytest.mark.parametrize("given", [{"steps": [object()]}, Path("nowhere.yaml")])
def test_a_scenario_that_cannot_be_read_is_said(mock: ExecMock, given: object) -> None:
    with pytest.raises(ScenarioError, match="the scenario cannot be read"):
        mock.scenario(given)  # type: ignore[arg-type]


def test_a_signal_moves_what_waits_for_it(mock: ExecMock) -> None:
    mock.scenario("waits-for-approval")
    made = create(mock)
    mock.clock.advance("3s")
    assert mock.executions[made["id"]].waits_for == ("approve", "reject")
    after = mock.signal(made["id"], "approve", payload={"by": "Ada"})
    assert (after.status, after.history[-1].signal) == ("workflow_running", "approve")
    mock.clock.advance("2s")
    assert mock.executions[after.id].fields["responsePayload"] == {"approved": True, "by": "Ada"}
    with pytest.raises(MockError, match="waits for no signal"):
        mock.signal(after, "approve")


def test_a_jump_leads_to_a_status_at_once(mock: ExecMock) -> None:
    made = create(mock)
    assert mock.jump(made["id"], "workflow_cancelled").status == "workflow_cancelled"
    with pytest.raises(MockError, match="cannot follow"):
        mock.jump(made["id"], "workflow_running")


def test_waiting_returns_when_the_status_is_reached() -> None:
    with ExecMock("free-happy-path", speed=1000) as mock:
        made = create(mock)
        done = mock.wait(made["id"], "workflow_succeeded")
        assert [visit.status for visit in done.history] == [
            "workflow_queued",
            "workflow_running",
            "workflow_succeeded",
        ]
        with pytest.raises(MockError, match="cannot follow workflow_succeeded"):
            mock.wait(made["id"], "workflow_failed")


def test_waiting_for_what_does_not_come_says_where_it_stands(mock: ExecMock) -> None:
    made = create(mock)
    with pytest.raises(TimeoutError) as caught:
        mock.wait(made["id"], "workflow_succeeded", timeout=0)
    text = str(caught.value)
    assert text.startswith("no workflow_succeeded within 0 s. The clock is frozen: advance it.\n")
    assert "09:00:00.000  awaiting_payment" in text


def test_executions_are_found_by_where_they_stand(mock: ExecMock) -> None:
    made = create(mock)
    mock.scenario("waits-for-approval")
    waiting = create(mock, workflowId="wf_b")
    mock.clock.advance("3s")
    assert [one.id for one in mock.executions.where(status="workflow_waiting")] == [waiting["id"]]
    assert [one.id for one in mock.executions.where(waits_for="reject", step="approval")] == [waiting["id"]]
    assert [one.id for one in mock.executions.where(workflow="wf_b")] == [waiting["id"]]
    paid = mock.executions.where(scenario="paid-happy-path")
    assert ([one.id for one in paid], len(paid), paid[0].id) == ([made["id"]], 1, made["id"])
    assert len(mock.executions.embed.where(status="running")) == 0
    with pytest.raises(MockError, match="Did you mean 'workflow_waiting'"):
        mock.executions.where(status="workflow_waitin")


def test_the_client_token_of_an_execution_can_be_asked_for(mock: ExecMock) -> None:
    made = create(mock)
    token = mock.client_token(made["id"])
    answer = requests.get(f"{mock.url}/v1/public/executions/{made['id']}", {"token": token}, timeout=60)
    assert answer.json()["data"]["id"] == made["id"]
    with pytest.raises(MockError, match="Unknown execution"):
        mock.client_token("exec_none")


def test_an_async_test_can_wait_while_its_own_loop_moves_things_on(mock: ExecMock) -> None:
    mock.scenario("waits-for-approval")
    made = create(mock)
    mock.clock.advance("3s")

    async def approve() -> None:
        mock.signal(made["id"], "approve", payload={"by": "Ada"})

    async def body() -> str:
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(mock.async_wait(made["id"], "finishing"))
            group.create_task(approve())
        return waiting.result().step

    assert asyncio.run(body()) == "finishing"


def test_a_snapshot_brings_back_what_was(mock: ExecMock) -> None:
    made = create(mock)
    taken = mock.snapshot()
    mock.clock.advance("1h")
    mock.reset()
    assert len(mock.executions) == 0
    mock.restore(taken)
    assert mock.clock.now == NINE
    assert [execution.id for execution in mock.executions] == [made["id"]]


def test_a_sandbox_has_its_own_key_clock_and_past(mock: ExecMock) -> None:
    with mock.sandbox("free-happy-path", start=AT_NINE, frozen=True) as one, mock.sandbox() as other:
        create(one)
        one.clock.advance("1h")
        mock.clock.advance("2h")
        assert (len(mock.executions), len(one.executions), len(other.executions)) == (0, 1, 0)
        assert one.clock.now == NINE + timedelta(hours=1)
        assert not other.clock.frozen
        assert len({mock.key, one.key, other.key}) == 3
        assert one.url == other.url == mock.url
    assert not one.running


def test_a_seed_and_a_name_give_the_same_ids_again() -> None:
    made = []
    for _ in range(2):
        with ExecMock() as mock, mock.sandbox(name="mine", seed=7, frozen=True, start=AT_NINE) as sandbox:
            made.append((create(sandbox)["id"], sandbox.key))
    assert made[0] == made[1]


def test_a_closed_sandbox_lets_its_key_in_nowhere(mock: ExecMock) -> None:
    sandbox = mock.sandbox(name="mine")
    sandbox.close()
    sandbox.close()
    with mock.sandbox(name="mine") as again:
        assert again.key == sandbox.key
        with pytest.raises(MockError, match="exists"):
            mock.sandbox(name="mine")
    with pytest.raises(MockError, match="not running"):
        sandbox.reset()


def test_a_world_is_there_from_the_start() -> None:
    with ExecMock(world="demo", frozen=True) as mock, mock.sandbox(world="empty") as empty:
        assert len(mock.executions) > 100
        assert mock.executions[0].created_at > mock.executions[-1].created_at
        assert len(empty.executions) == 0


def test_a_sandbox_may_start_as_a_world_that_the_test_wrote(mock: ExecMock) -> None:
    request = {"workflowId": "wf_x", "sourceSystem": "shop", "sourceEntityType": "order"}
    generated = [{"count": 5, "over": "7d", "scenarios": {"free-happy-path": 1}}]
    world = {"sandboxes": {"default": {"request": request, "generate": generated}}}
    with mock.sandbox(world=world, start=AT_NINE, frozen=True) as sandbox:
        assert [execution.status for execution in sandbox.executions] == ["workflow_succeeded"] * 5
        assert sandbox.clock.now == NINE
    assert len(mock.executions) == 0


def test_a_sandbox_starts_from_a_world_and_a_reset_goes_back_to_it() -> None:
    world = {
        "clock": {"start": "2026-02-02T09:00:00Z", "frozen": True},
        "sandboxes": {"default": {"request": BODY, "executions": [{"age": "1h"}]}},
    }
    with ExecMock() as mock:
        mock.world(world)
        (first,) = [one.id for one in mock.executions]
        create(mock)
        mock.clock.advance("1d")
        mock.reset()
        assert [one.id for one in mock.executions] == [first]
        assert mock.clock.now == datetime(2026, 2, 2, 9, tzinfo=UTC)
        mock.reset(empty=True)
        assert len(mock.executions) == 0
        with pytest.raises(WorldError, match="Did you mean 'sandboxes'"):
            mock.world({**world, "sandboxs": {}})


def test_an_added_scenario_can_be_taken_back(mock: ExecMock) -> None:
    mock.add_scenario(QUICK)
    mock.delete_scenario("quick")
    with pytest.raises(MockError, match="Unknown scenario"):
        mock.delete_scenario("quick")


def test_a_scenario_uses_those_of_its_sandbox_and_its_folder(mock: ExecMock, tmp_path: Path) -> None:
    use = {"use": "quick.workflow_running", "next": {"signal": "go"}}
    mock.add_scenario(QUICK)
    mock.scenario({"scenario": "user", "steps": [use, {"status": "workflow_cancelled"}]})
    execution = create(mock)
    mock.clock.advance("1m")
    assert mock.signal(execution["id"], "go").status == "workflow_cancelled"
    (tmp_path / "quick.yaml").write_text(QUICK_TEXT.replace("quick", "near"))
    (tmp_path / "user.yaml").write_text(
        "scenario: of-file\nsteps:\n  - use: near.workflow_queued\n  - status: workflow_failed\n"
    )
    assert mock.scenario(tmp_path / "user.yaml") == "of-file"
