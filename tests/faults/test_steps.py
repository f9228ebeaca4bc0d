"""Faults of a scenario's steps: part of the situation that each execution lives through."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from execmock.cli import main

FLAKY = """\
scenario: flaky-reads
bind: {workflowId: wf_flaky_reads}
steps:
  - status: workflow_queued
    next: {after: 10s}
  - status: workflow_running
    faults:
      - {fault: third, skip: 2, times: 1, refused: 503}
      - {fault: late, for: 5s, slow: 1ms}
    next: {after: 1m}
  - status: workflow_succeeded
"""


@pytest.fixture
async def flaky(control: Any) -> Any:
    await control.put("/clock", {"frozen": True})
    await control.put("/scenarios/flaky-reads", {"text": FLAKY})
    return control


async def statuses(control: Any, order: str, times: int) -> list[int]:
    return [(await control.server.get(f"/v1/executions/{order}")).status for _ in range(times)]


async def test_the_third_read_while_running_is_refused(flaky: Any) -> None:
    first, second = [await flaky.create("wf_flaky_reads") for _ in range(2)]
    assert await statuses(flaky, first, 4) == [200, 200, 200, 200]
    await flaky.advance("10s")
    for order in (first, second):
        assert await statuses(flaky, order, 4) == [200, 200, 503, 200]
    assert (await flaky.server.get("/v1/executions")).status == 200
    await flaky.advance("1m")
    assert await statuses(flaky, first, 3) == [200, 200, 200]
    struck = [entry["faults"] for entry in (await flaky.get("/journal"))["entries"] if entry["faults"]]
    assert struck.count(["third", "late"]) == 2
    assert struck.count(["late"]) == 6


async def test_the_public_read_counts_too_and_a_fault_lasts_from_the_entry_on(flaky: Any) -> None:
    made = (await flaky.server.create({"workflowId": "wf_flaky_reads"})).data
    order = made["execution"]["id"]
    await flaky.advance("14s")
    assert await statuses(flaky, order, 2) == [200, 200]
    public = f"/v1/public/executions/{order}?token={made['clientToken']}"
    assert (await flaky.server.get(public, key=None)).status == 503
    await flaky.advance("1s")
    assert "X-Execmock-Fault" not in (await flaky.server.get(public, key=None)).headers


async def test_a_refused_read_is_no_poll(control: Any) -> None:
    text = """\
scenario: polled
bind: {workflowId: wf_polled}
steps:
  - status: workflow_queued
    faults: [{times: 2, refused: 500}]
    next: {polls: 2}
  - {status: workflow_failed}
"""
    await control.put("/scenarios/polled", {"text": text})
    order = await control.create("wf_polled")
    assert await statuses(control, order, 2) == [500, 500]
    shown = [
        (await control.server.get(f"/v1/executions/{order}")).data["execution"]["status"] for _ in range(3)
    ]
    assert shown == ["workflow_queued", "workflow_queued", "workflow_failed"]


async def test_they_are_there_after_a_snapshot_is_restored_elsewhere(flaky: Any, controlled: Any) -> None:
    order = await flaky.create("wf_flaky_reads")
    await flaky.advance("10s")
    assert await statuses(flaky, order, 2) == [200, 200]
    other = await controlled()
    await other.put("/snapshot", await flaky.get("/snapshot"))
    assert await statuses(other, order, 2) == [503, 200]


async def test_a_sandbox_of_a_world_has_them(flaky: Any) -> None:
    world = """\
world: flaky
clock: {start: 2026-01-01T09:00:00Z, frozen: true}
sandboxes:
  default:
    request: {sourceSystem: a, sourceEntityType: b}
    executions:
      - {request: {workflowId: wf_flaky_reads}, age: 20s}
"""
    await flaky.put("/worlds", {"text": world})
    (item,) = (await flaky.server.get("/v1/executions")).data["items"]
    assert await statuses(flaky, item["id"], 3) == [200, 200, 503]


@pytest.mark.parametrize(
    ("fault", "finding"),
    [
        ("{status: workflow_running, refused: 503}", "`status` says nothing here"),
        ("{operation: listExecutions, refused: 503}", "a step's fault strikes reads by id"),
        ("{operation: getExecutio, refused: 503}", "Did you mean 'getExecution'?"),
        ("{skip: 1}", "nothing happens to a request here"),
        ("{refusd: 503}", "Did you mean 'refused'?"),
    ],
)
def test_a_mistake_is_told_at_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fault: str, finding: str
) -> None:
    file = tmp_path / "flaky.yaml"
    file.write_text(FLAKY.replace("{fault: late, for: 5s, slow: 1ms}", fault))
    assert main(["check", str(file)]) == 1
    (found,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith(str(file))]
    assert f"{file}:9:" in found
    assert finding in found
