"""Starting sandboxes from worlds while the server runs, and going back to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

WORLD = """
world: office
seed: 7
clock: {start: 2026-02-02T09:00:00Z, frozen: true}
sandboxes:
  default:
    scenario: free-happy-path
    request: {workflowId: wf_a, sourceSystem: shop, sourceEntityType: order}
    executions:
      - {request: {externalRef: one}, age: 1h}
      - {request: {externalRef: two}, age: 1ms}
  archive:
    keys: {b3sk_archive: read}
"""
AS_JSON = {
    "world": "tiny",
    "clock": {"start": "2026-02-02T09:00:00Z", "frozen": True},
    "sandboxes": {
        "default": {
            "request": {"workflowId": "wf_a", "sourceSystem": "shop", "sourceEntityType": "order"},
            "executions": [{"age": "1h"}],
        }
    },
}


@pytest.fixture
async def control(controlled: Any) -> Any:
    """The control API of a mock whose command names no start, which would go before a world's."""
    return await controlled(clock_start=None)


async def names(control: Any, sandbox: str = "default") -> list[str]:
    page = await control.get(f"/executions?sandbox={sandbox}")
    return [standing["id"] for standing in page["executions"]]


async def test_all_sandboxes_of_a_world_are_made(control: Any) -> None:
    await control.create("wf_free_happy_path")
    made = await control.put("/worlds", {"text": WORLD})
    assert made["world"] == "office"
    shown = [(one["id"], one["executions"], one["world"], one["scenario"]) for one in made["sandboxes"]]
    assert shown == [("default", 2, "office", "free-happy-path"), ("archive", 0, "office", None)]
    assert made["sandboxes"][0]["clock"]["now"] == "2026-02-02T09:00:00.000Z"
    assert (await control.server.get("/v1/executions", key="b3sk_archive")).status == 200
    assert await control.get("/journal/count") == {"count": 0}


async def test_a_shipped_world_is_named(control: Any) -> None:
    made = await control.put("/worlds", {"name": "demo"})
    assert [one["id"] for one in made["sandboxes"]] == ["default", "ledger"]


async def test_one_sandbox_begins_as_the_default_of_a_world_and_keeps_its_keys(control: Any) -> None:
    key = await control.sandbox("mine")
    (made,) = (await control.put("/worlds?sandbox=mine", {"world": AS_JSON}))["sandboxes"]
    assert (made["id"], made["world"], made["executions"]) == ("mine", "tiny", 1)
    listed = (await control.server.get("/v1/executions", key=key)).data
    assert len(listed["items"]) == 1
    assert await names(control) == []


async def test_a_reset_goes_back_to_the_world_with_its_clock_and_ids(control: Any) -> None:
    await control.put("/worlds", {"text": WORLD})
    before, snapshot = await names(control), await control.get("/snapshot")
    await control.create("wf_free_happy_path")
    await control.advance("3d")
    await control.put("/default-scenario", {"scenario": "node-fails"})
    reset = await control.post("/sandboxes/default/reset")
    assert (reset["executions"], reset["clock"]["now"]) == (2, "2026-02-02T09:00:00.000Z")
    assert await names(control) == before
    assert await control.get("/snapshot") == snapshot
    assert await control.get("/journal/count") == {"count": 0}


async def test_a_world_without_a_seed_is_gone_back_to_with_the_same_ids(controlled: Any) -> None:
    control = await controlled(clock_start=None, seed=None)
    await control.put("/worlds", {"text": WORLD.replace("seed: 7", "")})
    snapshot = await control.get("/snapshot")
    await control.create("wf_free_happy_path")
    await control.post("/sandboxes/default/reset")
    assert await control.get("/snapshot") == snapshot


async def test_a_sandbox_that_began_as_the_default_of_a_world_goes_back_to_that(control: Any) -> None:
    key = await control.sandbox("mine")
    await control.put("/worlds?sandbox=mine", {"text": WORLD})
    before = await names(control, "mine")
    await control.create("wf_free_happy_path", key=key)
    await control.post("/sandboxes/mine/reset")
    assert await names(control, "mine") == before


async def test_a_reset_that_is_to_empty_empties_and_the_next_goes_back(control: Any) -> None:
    await control.put("/worlds", {"text": WORLD})
    emptied = await control.post("/sandboxes/default/reset?empty=true")
    assert (emptied["executions"], emptied["world"]) == (0, "office")
    assert (await control.post("/sandboxes/default/reset"))["executions"] == 2


async def test_what_the_command_was_started_with_is_gone_back_to(controlled: Any, tmp_path: Path) -> None:
    file = tmp_path / "office.yaml"
    file.write_text(WORLD)
    control = await controlled(world=file, clock_start=None)
    snapshot = await control.get("/snapshot")
    await control.advance("3d")
    await control.create("wf_free_happy_path")
    file.write_text("world: [broken")
    await control.post("/sandboxes/default/reset")
    assert await control.get("/snapshot") == snapshot


async def test_a_deleted_sandbox_forgets_its_world(control: Any) -> None:
    await control.put("/worlds", {"text": WORLD})
    await control.delete("/sandboxes/archive")
    await control.sandbox("archive")
    assert (await control.get("/sandboxes/archive"))["world"] is None


async def test_an_unknown_world_is_refused_with_the_nearest(control: Any) -> None:
    error = await control.refused(404, "PUT", "/worlds", {"name": "dmo"})
    assert "Did you mean 'demo'?" in error["details"][0]["message"]


@pytest.mark.parametrize(
    ("body", "place", "said"),
    [
        ({"text": WORLD.replace("age: 1h", "age: 1 fortnight")}, "body/text:10:", "is no unit"),
        ({"text": "world: [a"}, "body/text:1:", ""),
        ({"world": {**AS_JSON, "sandboxs": {}}}, "body/world:", "Did you mean 'sandboxes'?"),
    ],
)
async def test_a_world_with_mistakes_is_refused_and_changes_nothing(
    control: Any, body: Any, place: str, said: str
) -> None:
    await control.create("wf_free_happy_path")
    before = await control.get("/snapshot")
    error = await control.refused(422, "PUT", "/worlds", body)
    assert error["details"][0]["location"].startswith(place)
    assert said in error["details"][0]["message"]
    assert await control.get("/snapshot") == before


async def test_a_world_whose_key_opens_another_sandbox_is_refused(control: Any) -> None:
    await control.sandbox("other", keys=[{"key": "b3sk_archive"}])
    error = await control.refused(409, "PUT", "/worlds", {"text": WORLD})
    assert error["details"][0]["message"].endswith("a key of sandbox 'archive' opens 'other' already")


async def test_a_world_that_can_no_longer_be_used_says_so(control: Any) -> None:
    steps = [
        {"status": "workflow_queued", "next": {"after": "1s"}},
        {"status": "workflow_running", "next": {"after": "1s"}},
        {"status": "workflow_succeeded"},
    ]
    await control.put("/scenarios/late", {"scenario": {"scenario": "late", "steps": steps}})
    await control.put("/worlds", {"text": WORLD.replace("age: 1h", "scenario: late, age: 1h")})
    await control.delete("/scenarios/late")
    error = await control.refused(409, "POST", "/sandboxes/default/reset")
    assert error["message"] == "The sandbox's world cannot be used any more"
    assert "late" in error["details"][0]["message"]
    assert (await control.post("/sandboxes/default/reset?empty=true"))["executions"] == 0


async def test_it_needs_a_sandbox_that_is_there_and_one_world(control: Any) -> None:
    await control.refused(404, "PUT", "/worlds?sandbox=none", {"name": "demo"})
    await control.refused(400, "PUT", "/worlds", {})
    await control.refused(400, "PUT", "/worlds", {"name": "demo", "text": ""})
