"""The contract's examples are valid, real, and tell the same stories as its rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator

from .openapi_reading import DOCUMENT, documented, json_content, named_examples, nodes, operations, resolved

BASE32HEX = "0123456789abcdefghijklmnopqrstuv"
EXAMPLES = {name: node["value"] for name, node in DOCUMENT["components"]["examples"].items()}
BODIES = [pytest.param(schema, value, id=name) for name, schema, value in named_examples()]
TIMELINES = {
    name: value["data"]
    for name, value in EXAMPLES.items()
    if {"events", "execution"} <= set(value.get("data", {}))
}
STATUS = DOCUMENT["components"]["schemas"]["ExecutionStatus"]


def validator(document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    whole = {**schema, "components": document["components"]}
    return Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)


@pytest.mark.parametrize("document", [DOCUMENT, documented()], ids=["expected", "documented"])
@pytest.mark.parametrize(("schema", "value"), BODIES)
def test_every_example_is_valid_at_both_levels(document: dict, schema: dict, value: Any) -> None:
    assert [error.message for error in validator(document, schema).iter_errors(value)] == []


def test_every_kind_of_answer_has_an_example() -> None:
    bare = [
        f"{name} {status}"
        for name, operation in operations().items()
        for status, response in operation["responses"].items()
        if not json_content(response).get("examples")
    ]
    assert bare == []


def test_parameter_examples_fit_their_schemas() -> None:
    given = [node for _, node in nodes(DOCUMENT) if "schema" in node and "example" in node]
    assert given
    for node in given:
        assert list(validator(DOCUMENT, node["schema"]).iter_errors(node["example"])) == []


def test_the_read_by_id_has_one_example_for_each_status_named_by_it() -> None:
    media = json_content(operations()["getExecution"]["responses"]["200"])
    shown = {
        name: resolved(node)["value"]["data"]["execution"]["status"]
        for name, node in media["examples"].items()
    }
    assert list(shown) == STATUS["enum"] == list(shown.values())


def executions() -> Iterator[Any]:
    for name, value in EXAMPLES.items():
        data = value.get("data", {})
        for number, found in enumerate([data.get("execution"), *data.get("items", [])]):
            if found:
                yield pytest.param(found, id=f"{name}-{number}")


@pytest.mark.parametrize("execution", list(executions()))
def test_executions_show_what_their_status_makes_due_and_nothing_too_early(execution: dict) -> None:
    lifecycle = DOCUMENT["components"]["schemas"]["Execution"]["x-lifecycle"]["properties"]
    status = execution["status"]
    free = "checkoutSessionId" not in execution
    due = {name for name, rule in lifecycle.items() if status in rule["due"]}
    early = {name for name, rule in lifecycle.items() if status in rule.get("early", {}).get("in", ())}
    assert due - set(execution) <= ({"checkoutSessionId", "orderId"} if free else set())
    assert early & set(execution) == set()


@pytest.mark.parametrize("name", TIMELINES)
def test_timelines_ascend_take_legal_steps_and_end_in_the_status_shown(name: str) -> None:
    events, execution = TIMELINES[name]["events"], TIMELINES[name]["execution"]
    instants = [event["createdAt"] for event in events]
    by_type = {event["eventType"]: status for status, event in STATUS["x-events"].items()}
    passed = [by_type[event["eventType"]] for event in events if event["eventType"] in by_type]
    assert (instants, passed[0]) == (sorted(instants), "created")
    assert instants[0] == execution["createdAt"]
    assert instants[-1] == execution["updatedAt"]
    graph = STATUS["x-transitions"]
    assert passed[1] in graph["initial"]
    assert [pair for pair in pairwise(passed[1:]) if pair[1] not in graph["next"][pair[0]]] == []
    assert passed[-1] == execution["status"]


@pytest.mark.parametrize("name", TIMELINES)
def test_events_of_a_timeline_belong_to_its_execution(name: str) -> None:
    execution = TIMELINES[name]["execution"]
    by_type = {shown["eventType"]: shown for shown in STATUS["x-events"].values()}
    for event in TIMELINES[name]["events"]:
        for theirs, ours in (("executionId", "id"), ("organizationId",) * 2, ("workflowId",) * 2):
            assert event[theirs] == execution[ours]
        assert event.get("runId") in (None, execution.get("runId"))
        standard = dict(by_type.get(event["eventType"], {}))
        for occasion in ("again", "unqueued"):
            standard.pop(occasion, None)
        assert {key: event[key] for key in standard} == standard


@pytest.mark.parametrize("name", ["WorkflowSucceeded", "AwaitingPayment"])
def test_the_public_example_is_the_private_one_without_what_is_hidden(name: str) -> None:
    schemas, private = DOCUMENT["components"]["schemas"], TIMELINES[name]
    hidden, hidden_of_events = (
        set(schemas[view]["x-hidden"]) for view in ("PublicExecution", "PublicExecutionEvent")
    )
    shown = {key: value for key, value in private["execution"].items() if key not in hidden}
    events = [
        {key: value for key, value in event.items() if key not in hidden_of_events}
        for event in private["events"]
    ]
    assert EXAMPLES[f"Public{name}"]["data"] == {**shown, "events": events, "message": private["message"]}


def test_ids_carry_the_time_at_which_they_were_made() -> None:
    for data in TIMELINES.values():
        for made in (data["execution"], *data["events"]):
            assert xid_time(made["id"]) == datetime.fromisoformat(made["createdAt"]).replace(microsecond=0)
        assert xid_time(data["execution"]["organizationId"]) < xid_time(data["execution"]["workflowId"])
        assert xid_time(data["execution"]["workflowId"]) < xid_time(data["execution"]["id"])


def xid_time(identifier: str) -> datetime:
    prefix, _, body = identifier.partition("_")
    assert prefix + "_" in {kind["prefix"] for kind in DOCUMENT["x-ids"].values()}
    assert len(body) == 20
    number = 0
    for character in body:
        number = number * 32 + BASE32HEX.index(character)
    assert number % 16 == 0, "100 bits hold 96"
    return datetime.fromisoformat("1970-01-01T00:00:00+00:00") + timedelta(seconds=number >> 68)


def test_the_embed_example_tells_one_instant_in_four_ways() -> None:
    shown = EXAMPLES["EmbedCreated"]
    local, utc = (datetime.fromisoformat(shown[key]) for key in ("created_at", "created_at_utc"))
    milliseconds = UUID(shown["id"]).int >> 80
    assert UUID(shown["id"]).version == 7
    assert local == utc == datetime.fromtimestamp(milliseconds // 1000, tz=utc.tzinfo)
    spelled = local.strftime("%b %d, %Y %I:%M ") + local.strftime("%p").lower()
    assert shown["created_at_string"] == f"{spelled} EST"


def test_a_page_example_fills_its_limit_newest_first() -> None:
    data = EXAMPLES["PageOfThree"]["data"]
    made = [item["createdAt"] for item in data["items"]]
    assert (len(made), made, data["hasMore"]) == (data["limit"], sorted(made, reverse=True), True)
    assert len(made) == 3


def test_an_error_example_carries_the_status_under_which_it_stands() -> None:
    told = {
        (status, resolved(example)["value"]["code"])
        for operation in operations().values()
        for status, response in operation["responses"].items()
        if status[0] in "45"
        for example in json_content(response)["examples"].values()
    }
    assert {pair for pair in told if pair[0] != str(pair[1])} == set()


def test_links_find_their_values_in_every_example_that_has_them() -> None:
    followed = 0
    for operation in operations().values():
        for response in map(resolved, operation["responses"].values()):
            for link in response.get("links", {}).values():
                for expression in link.get("parameters", {}).values():
                    followed += len(values(expression, json_content(response)))
    assert followed == 2 + 2 * 2 + 1


def values(expression: str, media: dict[str, Any]) -> list[str]:
    """What a link's expression finds in the examples of a response; an empty list holds no first item."""
    found = []
    for example in media["examples"].values():
        node = resolved(example)["value"]
        for part in expression.removeprefix("$response.body#/").split("/"):
            node = (node[int(part)] if node else None) if isinstance(node, list) else node and node[part]
        if node is not None:
            assert isinstance(node, str)
            found.append(node)
    return found
