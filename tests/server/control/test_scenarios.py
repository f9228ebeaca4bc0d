"""Scenarios over the control API: listed, put, chosen; whoever follows one keeps its version."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

TEXT = """\
scenario: quick
summary: Over in two seconds.
bind: {workflowId: wf_quick}
steps:
  - status: workflow_queued
    next: {after: 1s}
  - status: workflow_running
    next: {after: 1s}
  - status: workflow_succeeded
"""


def quick(**changes: Any) -> dict[str, Any]:
    steps = [
        {"status": "workflow_queued", "next": {"after": "1s"}},
        {"status": "workflow_running", "next": {"after": "1s"}},
        {"status": "workflow_succeeded"},
    ]
    return {"scenario": {"scenario": "quick", "steps": steps, **changes}}


async def followed(control: Any, headers: Any = None, **body: Any) -> str:
    """Create an execution; return the scenario it follows and its version."""
    created = await control.server.create(body, headers=headers)
    name = created.data["execution"]["id"]
    standing = await control.get(f"/executions/{name}")
    return f"{standing['scenario']}@{standing['version']}"


async def test_the_shipped_ones_are_listed_by_name(control: Any) -> None:
    listed = (await control.get("/scenarios"))["scenarios"]
    names = [scenario["name"] for scenario in listed]
    assert names == sorted(names)
    waits = listed[names.index("waits-for-approval")]
    assert (waits["api"], waits["signals"]) == ("executions", ["approve", "reject"])
    assert waits["bind"] == {"workflowId": "wf_waits_for_approval"}
    assert ("approval", "workflow_waiting") in [(step["name"], step["status"]) for step in waits["steps"]]
    assert all("text" not in scenario for scenario in listed)


async def test_one_shows_its_text(control: Any) -> None:
    one = await control.get("/scenarios/waits-for-approval")
    assert "scenario: waits-for-approval\n" in one["text"]


async def test_one_that_is_put_is_followed(control: Any) -> None:
    put = await control.put("/scenarios/quick", {"text": TEXT})
    assert await control.get("/scenarios/quick") == {**put, "text": TEXT}
    assert await followed(control, workflowId="wf_quick") == f"quick@{put['version']}"


async def test_one_may_come_as_json_whatever_its_texts_hold(control: Any) -> None:
    """What is fine in JSON and special in YAML goes through as it is."""
    texts = [
        "a: b",
        "- x",
        "# no comment",
        'quote " and \\',
        "line\nbreak",
        "\u0085\u2028\x7f",
        "😀 é",
        "yes",
        "1e3",
    ]
    values: dict[str, Any] = {"texts": texts, "number": 1e22, "small": 1e-7, "whole": 12, "none": None}
    scenario = quick()
    scenario["scenario"]["steps"][2]["set"] = {"responsePayload": values}
    await control.put("/scenarios/quick", scenario)
    created = await control.server.create(headers={"X-Execmock-Scenario": "quick"})
    await control.advance("2s")
    read = await control.server.get(f"/v1/executions/{created.data['execution']['id']}")
    assert read.data["execution"]["responsePayload"] == values


async def test_running_executions_keep_their_version(control: Any) -> None:
    old = await control.put("/scenarios/quick", {"text": TEXT})
    name = await control.create("wf_quick")
    new = await control.put("/scenarios/quick", {"text": TEXT.replace("after: 1s", "after: 1h")})
    assert old["version"] != new["version"]
    assert await followed(control, workflowId="wf_quick") == f"quick@{new['version']}"
    await control.advance("2s")
    standing = await control.get(f"/executions/{name}")
    assert (standing["version"], standing["status"]) == (old["version"], "workflow_succeeded")


async def test_the_same_text_is_the_same_version(control: Any) -> None:
    assert await control.put("/scenarios/quick", {"text": TEXT}) == await control.put(
        "/scenarios/quick", {"text": TEXT}
    )


async def test_mistakes_are_listed_with_their_places_and_change_nothing(control: Any) -> None:
    before = await control.put("/scenarios/quick", {"text": TEXT})
    broken = TEXT.replace("_running", "_runing").replace("_succeeded", "_suceeded")
    error = await control.refused(422, "PUT", "/scenarios/quick", {"text": broken})
    assert error["message"] == "The scenario has mistakes"
    assert [detail["location"] for detail in error["details"]] == ["body/text:7:5", "body/text:9:5"]
    assert "Did you mean 'workflow_running'?" in error["details"][0]["message"]
    assert (await control.get("/scenarios/quick"))["version"] == before["version"]


async def test_mistakes_in_json_are_placed_by_their_path(control: Any) -> None:
    scenario = quick()
    scenario["scenario"]["steps"][1]["status"] = "workflow_runing"
    error = await control.refused(422, "PUT", "/scenarios/quick", scenario)
    assert [detail["location"] for detail in error["details"]] == ["body/scenario/steps/1/status"]
    await control.refused(404, "GET", "/scenarios/quick")


@pytest.mark.parametrize("text", ["", "[]", "a: [", "\x00", "&a [*a]", "42"])
async def test_a_text_that_holds_no_scenario_is_refused_with_its_place(control: Any, text: str) -> None:
    error = await control.refused(422, "PUT", "/scenarios/quick", {"text": text})
    assert error["details"][0]["location"].startswith("body/text:")


async def test_its_name_is_that_of_the_path(control: Any) -> None:
    error = await control.refused(422, "PUT", "/scenarios/other", {"text": TEXT})
    assert error["details"][0]["expected"] == "other, as in the path"


@pytest.mark.parametrize("body", [{}, {"text": 5}, {"text": TEXT, "scenario": {}}, {"yaml": TEXT}])
async def test_a_body_of_another_form_is_refused(control: Any, body: Any) -> None:
    await control.refused(400, "PUT", "/scenarios/quick", body)


async def test_an_unknown_one_is_not_found_and_the_nearest_is_named(control: Any) -> None:
    error = await control.refused(404, "GET", "/scenarios/node-fail")
    assert "Did you mean 'node-fails'?" in error["details"][0]["message"]


async def test_the_default_is_none_until_it_is_set_and_can_be_unset(control: Any) -> None:
    assert await control.get("/default-scenario") == {"scenario": None}
    assert await control.put("/default-scenario", {"scenario": "node-fails"}) == {"scenario": "node-fails"}
    assert await control.get("/default-scenario") == {"scenario": "node-fails"}
    assert (await followed(control)).startswith("paid-happy-path@")  # its workflow id binds it
    assert (await followed(control, workflowId="wf_any")).startswith("node-fails@")
    await control.put("/default-scenario", {"scenario": None})
    assert (await followed(control, workflowId="wf_any")).startswith("paid-happy-path@")


async def test_a_default_belongs_to_one_sandbox(control: Any) -> None:
    await control.sandbox("other")
    await control.put("/default-scenario?sandbox=other", {"scenario": "node-fails"})
    assert await control.get("/default-scenario") == {"scenario": None}


async def test_an_unknown_default_is_refused(control: Any) -> None:
    await control.refused(404, "PUT", "/default-scenario", {"scenario": "node-fail"})
    await control.refused(400, "PUT", "/default-scenario", {})
    await control.refused(404, "GET", "/default-scenario?sandbox=none")


@pytest.mark.parametrize(
    ("header", "prefer", "bound", "default", "expected"),
    [
        ("flaky", "node-fails", True, "quick", "flaky"),
        (None, "node-fails", True, "quick", "node-fails"),
        (None, None, True, "quick", "payment-failed"),
        (None, None, False, "quick", "quick"),
        (None, None, False, None, "paid-happy-path"),
    ],
)
async def test_header_goes_before_prefer_before_bind_before_default(
    control: Any, header: str | None, prefer: str | None, bound: bool, default: str | None, expected: str
) -> None:
    await control.put("/scenarios/quick", {"text": TEXT})
    await control.put("/default-scenario", {"scenario": default})
    headers = {"X-Execmock-Scenario": header, "Prefer": prefer and f"scenario={prefer}"}
    name = await followed(
        control,
        {field: value for field, value in headers.items() if value},
        workflowId="wf_payment_failed" if bound else "wf_any",
    )
    assert name.partition("@")[0] == expected


async def test_one_that_was_put_is_taken_back_and_running_executions_keep_it(control: Any) -> None:
    await control.put("/scenarios/quick", {"text": TEXT})
    name = await control.create("wf_quick")
    await control.delete("/scenarios/quick")
    await control.refused(404, "GET", "/scenarios/quick")
    await control.refused(404, "DELETE", "/scenarios/quick")
    assert (await followed(control, workflowId="wf_quick")).startswith("paid-happy-path@")
    await control.advance("2s")
    assert await control.status(name) == "workflow_succeeded"


async def test_what_a_file_says_is_back_when_what_was_put_over_it_is_taken_back(control: Any) -> None:
    before = await control.get("/scenarios/node-fails")
    await control.put("/scenarios/node-fails", quick(scenario="node-fails"))
    await control.delete("/scenarios/node-fails")
    assert await control.get("/scenarios/node-fails") == before
    error = await control.refused(409, "DELETE", "/scenarios/node-fails")
    assert error["message"] == "Scenario 'node-fails' cannot be deleted: it comes from a file"


async def test_a_sandbox_takes_back_its_own_and_sees_the_others_again(control: Any) -> None:
    await control.put("/scenarios/quick", quick(summary="of all"))
    await control.put("/scenarios/quick?sandbox=default", quick(summary="own"))
    await control.delete("/scenarios/quick?sandbox=default")
    assert (await control.get("/scenarios/quick?sandbox=default"))["summary"] == "of all"
    error = await control.refused(409, "DELETE", "/scenarios/quick?sandbox=default")
    assert error["message"].endswith("sandbox 'default' has none of its own")


async def test_a_default_is_not_taken_back(control: Any) -> None:
    await control.put("/scenarios/quick", quick())
    await control.put("/default-scenario", {"scenario": "quick"})
    error = await control.refused(409, "DELETE", "/scenarios/quick")
    assert error["message"] == "Scenario 'quick' is the default of sandbox 'default'"
    await control.put("/default-scenario", {"scenario": None})
    await control.delete("/scenarios/quick")


async def test_an_unknown_one_that_is_to_go_is_refused_with_the_nearest(control: Any) -> None:
    error = await control.refused(404, "DELETE", "/scenarios/node-fail")
    assert "Did you mean 'node-fails'?" in error["details"][0]["message"]


async def test_what_a_request_carries_decides(control: Any) -> None:
    bind = {"workflowId": ["wf_quick", "wf_fast"], "requestPayload.amount": {"greater": 100}}
    put = await control.put("/scenarios/quick", quick(bind=bind))
    assert put["bind"] == bind
    for workflow in bind["workflowId"]:
        more = await followed(control, workflowId=workflow, requestPayload={"amount": 100.5})
        assert more.startswith("quick@")
    for payload in ({"amount": 100}, {"amount": "101"}, {}):
        other = await followed(control, workflowId="wf_quick", requestPayload=payload)
        assert other.startswith("paid-happy-path@")


async def test_one_that_is_put_can_use_others_and_stays_as_it_was_put(control: Any) -> None:
    await control.put("/scenarios/quick", {"text": TEXT})
    use = {"scenario": "user", "steps": [{"use": "quick.workflow_running"}, {"status": "workflow_failed"}]}
    put = await control.put("/scenarios/user", {"scenario": use})
    assert [step["status"] for step in put["steps"]] == [
        "workflow_queued",
        "workflow_running",
        "workflow_failed",
    ]
    text = (await control.get("/scenarios/user"))["text"]
    assert "use" not in text.replace("user", "")
    await control.put("/scenarios/quick", {"text": TEXT.replace("after: 1s", "after: 9s")})
    assert (await control.put("/scenarios/user", {"text": text}))["version"] == put["version"]
    error = await control.refused(
        422, "PUT", "/scenarios/user", {"scenario": {**use, "steps": [{"use": "quick.nope"}]}}
    )
    assert error["details"][0]["location"] == "body/scenario/steps/0/use"
    assert "'quick' has no step 'nope'" in error["details"][0]["message"]


async def test_others_are_answered_while_a_long_text_is_read(control: Any) -> None:
    values = ", ".join(["'{{ reqest.x }}'"] * 3_000)
    text = TEXT + f"    set: {{responsePayload: {{a: [{values}]}}}}\n"
    put = asyncio.create_task(control.send("PUT", "/scenarios/quick", {"text": text}))
    answered = 0
    while not put.done():
        await control.get("/clock")
        answered += 1
    assert (await put).status == 422
    assert answered > 5
