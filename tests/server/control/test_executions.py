"""Executions as a tester sees and moves them: where they stand, signals, jumps."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

WAITING = "wf_waits_for_approval"


async def waiting(control: Any) -> str:
    """Return an execution that waits for its approval."""
    name: str = await control.create(WAITING)
    await control.advance("3s")
    return name


async def test_a_sandbox_without_executions_lists_none(control: Any) -> None:
    for api in ("executions", "embed"):
        assert await control.get(f"/executions?api={api}") == {"executions": [], "total": 0}


async def test_they_are_listed_newest_first_in_pages(control: Any) -> None:
    names = [await control.create("wf_free_happy_path") for _ in range(3)]
    page = await control.get("/executions?limit=2")
    assert [standing["id"] for standing in page["executions"]] == [names[2], names[1]]
    assert page["total"] == 3
    page = await control.get("/executions?limit=2&offset=2")
    assert [standing["id"] for standing in page["executions"]] == [names[0]]


@pytest.fixture
async def varied(control: Any) -> dict[str, str]:
    """One that waits for its approval, one that is queued, one that ended: their ids by those words."""
    ended = await control.create("wf_free_happy_path")
    await control.advance("1h")
    waits = await waiting(control)
    return {"ended": ended, "waits": waits, "queued": await control.create("wf_free_happy_path")}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=workflow_queued", ["queued"]),
        ("status=workflow_succeeded", ["ended"]),
        ("status=workflow_failed", []),
        ("step=approval", ["waits"]),
        ("step=approva", []),
        ("scenario=free-happy-path", ["queued", "ended"]),
        ("workflow=wf_waits_for_approval", ["waits"]),
        ("workflow=wf_", []),
        ("waitsFor=reject", ["waits"]),
        ("waitsFor=rejec", []),
        ("scenario=free-happy-path&status=workflow_queued&workflow=wf_free_happy_path", ["queued"]),
        ("status=workflow_queued&waitsFor=reject", []),
    ],
)
async def test_filters_narrow_the_list(
    control: Any, varied: dict[str, str], query: str, found: list[str]
) -> None:
    page = await control.get(f"/executions?{query}")
    assert [standing["id"] for standing in page["executions"]] == [varied[name] for name in found]
    assert page["total"] == len(found)


async def test_a_filtered_list_comes_in_pages(control: Any) -> None:
    names = []
    for number in range(5):
        names.append(await control.create("wf_free_happy_path"))
        await control.create(WAITING)
        await control.advance("1s" if number % 2 else "1ms")
    listed = []
    for offset in range(0, 6, 2):
        page = await control.get(f"/executions?scenario=free-happy-path&limit=2&offset={offset}")
        assert page["total"] == 5
        listed += [standing["id"] for standing in page["executions"]]
    assert listed == names[::-1]


async def test_more_than_a_page_of_the_store_is_searched(control: Any) -> None:
    first = await control.create(WAITING)
    for _ in range(200):
        await control.create("wf_free_happy_path")
    page = await control.get(f"/executions?workflow={WAITING}")
    assert [standing["id"] for standing in page["executions"]] == [first]


async def test_embed_executions_are_found_by_their_workflow(control: Any) -> None:
    made = (await control.server.execute("workflow_15", {"id_type": "key"})).json["id"]
    await control.server.execute("workflow_1", {"id_type": "key"})
    page = await control.get("/executions?api=embed&workflow=workflow_15&status=running")
    assert [standing["id"] for standing in page["executions"]] == [made]


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("status=workflow_faild", "Did you mean 'workflow_failed'?"),
        ("status=finished&api=embed", "expected a status of embed"),
        ("scenario=free-happy-pat", "Did you mean 'free-happy-path'?"),
    ],
)
async def test_a_filter_by_a_name_that_nothing_has_is_refused(control: Any, query: str, hint: str) -> None:
    error = await control.refused(404, "GET", f"/executions?{query}")
    assert hint in error["details"][0]["message"]


async def test_the_client_token_of_an_execution_can_be_asked_for(control: Any) -> None:
    created = (await control.server.create({"workflowId": WAITING})).data
    name = created["execution"]["id"]
    told = await control.get(f"/executions/{name}/client-token")
    assert told == {"clientToken": created["clientToken"]}
    await control.refused(404, "GET", "/executions/exec_none/client-token")


async def test_an_embed_execution_has_no_client_token(control: Any) -> None:
    made = (await control.server.execute("workflow_15", {"id_type": "key"})).json["id"]
    error = await control.refused(409, "GET", f"/executions/{made}/client-token")
    assert error["message"] == "Executions of the API embed have no client token"


async def test_those_of_the_embed_api_are_listed_apart(control: Any) -> None:
    made = (await control.server.execute("workflow_15", {"id_type": "key"})).json["id"]
    assert (await control.get("/executions"))["total"] == 0
    listed = await control.get("/executions?api=embed")
    assert [(one["id"], one["api"], one["scenario"]) for one in listed["executions"]] == [
        (made, "embed", "embed-running")
    ]


async def test_one_shows_scenario_step_history_and_what_it_waits_for(control: Any) -> None:
    name = await waiting(control)
    standing = await control.get(f"/executions/{name}")
    assert standing["scenario"] == "waits-for-approval"
    assert (standing["status"], standing["step"]) == ("workflow_waiting", "approval")
    assert standing["waitsFor"] == ["approve", "reject"]
    assert standing["nextAt"] == "2026-01-02T09:00:03.000Z"
    assert [(visit["status"], visit["at"][11:19]) for visit in standing["history"]] == [
        ("workflow_queued", "09:00:00"),
        ("workflow_running", "09:00:01"),
        ("workflow_waiting", "09:00:03"),
    ]


async def test_its_view_is_what_the_api_shows(control: Any) -> None:
    name = await waiting(control)
    view = (await control.get(f"/executions/{name}"))["view"]
    read = (await control.server.get(f"/v1/executions/{name}")).data
    assert (view["execution"], view["events"]) == (read["execution"], read["events"])


async def test_the_view_of_an_embed_execution_shows_its_actions(control: Any) -> None:
    made = (await control.server.execute("workflow_15", {"id_type": "key"})).json["id"]
    await control.advance("1h")
    view = (await control.get(f"/executions/{made}"))["view"]
    assert (view["status"], view["completed_actions_count"]) == ("completed", 3)


async def test_looking_counts_as_no_read_by_id(control: Any) -> None:
    steps = [
        {"status": "workflow_queued", "next": {"polls": 2}},
        {"status": "workflow_running", "next": {"after": "1s"}},
        {"status": "workflow_succeeded"},
    ]
    await control.put("/scenarios/polled", {"scenario": {"scenario": "polled", "steps": steps}})
    created = await control.server.create(headers={"X-Execmock-Scenario": "polled"})
    name = created.data["execution"]["id"]
    for _ in range(3):
        assert (await control.get(f"/executions/{name}"))["polls"] == 0
    await control.server.get(f"/v1/executions/{name}")
    assert (await control.get(f"/executions/{name}"))["polls"] == 1


@pytest.mark.parametrize("path", ["", "/signal", "/jump", "/wait?status=workflow_failed"])
async def test_an_unknown_execution_is_not_found(control: Any, path: str) -> None:
    method, body = {"/signal": ("POST", {"signal": "x"}), "/jump": ("POST", {"to": "x"})}.get(
        path, ("GET", None)
    )
    error = await control.refused(404, method, f"/executions/exec_none{path}", body)
    assert error["details"][0]["location"] == "path/id"


async def test_one_of_another_sandbox_is_not_found(control: Any) -> None:
    name = await control.create(WAITING)
    await control.sandbox("other")
    await control.refused(404, "GET", f"/executions/{name}?sandbox=other")
    await control.refused(404, "POST", f"/executions/{name}/signal?sandbox=other", {"signal": "approve"})


async def test_a_signal_leads_on_and_templates_use_its_payload(control: Any) -> None:
    name = await waiting(control)
    after = await control.post(f"/executions/{name}/signal", {"signal": "approve", "payload": {"by": "Ada"}})
    assert (after["status"], after["history"][-1]["signal"]) == ("workflow_running", "approve")
    await control.advance("2s")
    read = (await control.server.get(f"/v1/executions/{name}")).data
    assert read["execution"]["responsePayload"] == {"approved": True, "by": "Ada"}
    assert "Approved by Ada" in [event["message"] for event in read["events"] if "message" in event]


async def test_a_signal_that_nothing_waits_for_is_refused_and_changes_nothing(control: Any) -> None:
    name = await waiting(control)
    error = await control.refused(409, "POST", f"/executions/{name}/signal", {"signal": "aprove"})
    assert error["message"] == "Step 'approval' waits for approve, reject"
    assert "Did you mean 'approve'?" in error["details"][0]["message"]
    assert await control.status(name) == "workflow_waiting"


async def test_a_signal_comes_too_early_and_too_late(control: Any) -> None:
    name = await control.create(WAITING)
    error = await control.refused(409, "POST", f"/executions/{name}/signal", {"signal": "approve"})
    assert error["message"].endswith("waits for no signal")
    await control.advance("2d")
    await control.refused(409, "POST", f"/executions/{name}/signal", {"signal": "approve"})


async def test_of_two_signals_at_once_one_is_refused(control: Any) -> None:
    name = await waiting(control)
    replies = await asyncio.gather(
        *(
            control.send("POST", f"/executions/{name}/signal", {"signal": signal})
            for signal in ("approve", "reject")
        )
    )
    assert sorted(reply.status for reply in replies) == [200, 409]


async def test_a_jump_takes_the_shortest_legal_way(control: Any) -> None:
    name = await control.create("wf_paid_happy_path")
    after = await control.post(f"/executions/{name}/jump", {"to": "workflow_running"})
    assert [visit["status"] for visit in after["history"]] == [
        "awaiting_payment",
        "payment_confirmed",
        "workflow_queued",
        "workflow_running",
    ]
    assert {visit["at"] for visit in after["history"]} == {"2026-01-01T09:00:00.000Z"}
    assert after["nextAt"] == "2026-01-01T09:00:06.000Z"


async def test_a_jump_leads_to_a_status_that_the_scenario_does_not_name(control: Any) -> None:
    name = await control.create("wf_free_happy_path")
    after = await control.post(f"/executions/{name}/jump", {"to": "workflow_cancelled"})
    assert (after["status"], after["nextAt"], after["waitsFor"]) == ("workflow_cancelled", None, [])
    read = (await control.server.get(f"/v1/executions/{name}")).data["execution"]
    assert (read["status"], read["finishedAt"][:19]) == ("workflow_cancelled", "2026-01-01T09:00:00")


async def test_a_jump_leads_to_a_step_by_name(control: Any) -> None:
    name = await control.create(WAITING)
    after = await control.post(f"/executions/{name}/jump", {"to": "finishing"})
    assert (after["status"], after["step"]) == ("workflow_running", "finishing")


@pytest.mark.parametrize("target", ["workflow_queued", "awaiting_payment"])
async def test_a_jump_back_is_refused(control: Any, target: str) -> None:
    name = await waiting(control)
    error = await control.refused(409, "POST", f"/executions/{name}/jump", {"to": target})
    assert error["message"] == f"{target} cannot follow workflow_waiting"
    assert await control.status(name) == "workflow_waiting"


async def test_nothing_leads_out_of_a_terminal_status(control: Any) -> None:
    name = await control.create("wf_free_happy_path")
    await control.advance("1h")
    for target in ("workflow_failed", "workflow_succeeded"):
        error = await control.refused(409, "POST", f"/executions/{name}/jump", {"to": target})
        assert error["message"] == f"{target} cannot follow workflow_succeeded"


async def test_a_jump_to_what_is_no_status_names_the_nearest(control: Any) -> None:
    name = await control.create(WAITING)
    error = await control.refused(409, "POST", f"/executions/{name}/jump", {"to": "workflow_faild"})
    assert "Did you mean 'workflow_failed'?" in error["details"][0]["message"]


async def test_an_embed_execution_jumps_and_waits_as_others_do(control: Any) -> None:
    made = (await control.server.execute("workflow_15", {"id_type": "key"})).json["id"]
    assert (await control.post(f"/executions/{made}/jump", {"to": "completed"}))["status"] == "completed"
    assert (await control.get(f"/executions/{made}/wait?status=completed"))["status"] == "completed"


@pytest.mark.parametrize(
    ("path", "body", "place"),
    [
        ("signal", {}, "body/signal"),
        ("signal", {"signal": 5}, "body/signal"),
        ("jump", {"to": None}, "body/to"),
        ("jump", {"to": "done", "now": True}, "body/now"),
    ],
)
async def test_a_body_that_breaks_the_contract_is_refused(
    control: Any, path: str, body: Any, place: str
) -> None:
    name = await control.create(WAITING)
    error = await control.refused(400, "POST", f"/executions/{name}/{path}", body)
    assert error["details"][0]["location"] == place


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "offset=-1", "api=other"])
async def test_a_page_that_cannot_be_is_refused(control: Any, query: str) -> None:
    await control.refused(400, "GET", f"/executions?{query}")
