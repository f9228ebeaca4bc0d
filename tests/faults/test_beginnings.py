"""Faults that a sandbox begins with: of a server's options, of a world, of a snapshot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from execmock.errors import ConfigError, FaultError

WORLD = """\
world: shaky
sandboxes:
  default:
    faults:
      - {fault: once, operation: listExecutions, refused: 503, times: 1}
"""


async def statuses(control: Any, times: int) -> list[int]:
    return [(await control.server.get("/v1/executions")).status for _ in range(times)]


async def names(control: Any) -> list[str]:
    return [fault["name"] for fault in (await control.get("/faults"))["faults"]]


async def test_a_server_is_started_with_files_and_shipped_names(controlled: Any, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("faults: [{fault: mine, operation: listExecutions, refused: 500, times: 1}]\n")
    control = await controlled(faults=(file, "session-expired"), rate_limit="5/s")
    assert await names(control) == ["rate-limit", "mine", "session-expired"]
    assert await statuses(control, 2) == [500, 401]
    await control.post("/faults", {"faults": [{"fault": "later", "slow": "1ms"}]})
    await control.post("/sandboxes/default/reset")
    assert await names(control) == ["rate-limit", "mine", "session-expired"]
    assert await statuses(control, 2) == [500, 401]


async def test_a_store_that_was_kept_gets_the_faults_of_a_new_start(controlled: Any, tmp_path: Path) -> None:
    store = f"sqlite:{tmp_path / 'store.db'}"
    first = await controlled(store=store, faults=("server-error",))
    assert await statuses(first, 1) == [500]
    second = await controlled(store=store, faults=("server-error", "rate-limited"))
    assert await names(second) == ["server-error", "rate-limited"]


@pytest.mark.parametrize(
    ("named", "error", "said"),
    [
        ("gateway-dwon", FaultError, "--faults: there are no faults 'gateway-dwon'"),
        (Path("nothing.yaml"), FaultError, "nothing.yaml: cannot be read"),
    ],
)
async def test_faults_that_there_are_none_of(
    controlled: Any, named: Any, error: type[ConfigError], said: str
) -> None:
    with pytest.raises(error, match=said):
        await controlled(faults=(named,))


async def test_a_world_begins_with_faults_and_goes_back_to_them(control: Any) -> None:
    await control.post(
        "/faults?stays=true", {"faults": [{"fault": "mine", "operation": "createExecution", "refused": 500}]}
    )
    await control.put("/worlds", {"text": WORLD})
    assert await names(control) == ["once", "mine"]
    assert await statuses(control, 2) == [503, 200]
    assert (await control.server.create()).status == 500
    await control.post("/sandboxes/default/reset")
    assert await statuses(control, 2) == [503, 200]


async def test_a_snapshot_holds_faults_and_their_counts(control: Any) -> None:
    await control.post("/faults", {"faults": [{"operation": "listExecutions", "refused": 503, "times": 2}]})
    assert await statuses(control, 1) == [503]
    before = await control.get("/snapshot")
    await control.post("/sandboxes/default/reset")
    assert not control.server.engine.sandboxes.faults_active
    await control.put("/snapshot", before)
    assert await statuses(control, 2) == [503, 200]


async def test_a_snapshot_with_a_fault_that_is_none_is_refused(control: Any) -> None:
    before = await control.get("/snapshot")
    fault = {"name": "x", "text": '{"slow": "soon"}', "added": 0, "edition": 1, "stays": False}
    for text in ('{"slow": "soon"}', '{"slow"', '{"refused": 503, "body": {"a": {"matches": "("}}}', "{}"):
        before["sandbox"]["faults"] = [{**fault, "text": text}]
        error = await control.refused(422, "PUT", "/snapshot", before)
        assert error["message"] == "This is no snapshot of execmock"
    assert await statuses(control, 1) == [200]
