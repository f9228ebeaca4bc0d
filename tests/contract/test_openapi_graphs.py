"""The status graphs, the events and the lifecycle of the contract agree with its enums and schemas."""

from __future__ import annotations

from typing import Any

import pytest

from .openapi_reading import DOCUMENT

SCHEMAS = DOCUMENT["components"]["schemas"]
STATUS = SCHEMAS["ExecutionStatus"]
GRAPH: dict[str, list[str]] = STATUS["x-transitions"]["next"]
INITIAL: list[str] = STATUS["x-transitions"]["initial"]
TERMINAL = {status for status, after in GRAPH.items() if not after}
LIFECYCLE: dict[str, dict[str, Any]] = SCHEMAS["Execution"]["x-lifecycle"]["properties"]
PAYMENT = {"checkoutSessionId", "orderId"}


def reached(starts: list[str], without: str | None = None) -> set[str]:
    """The statuses that can be reached from `starts` without passing one of them."""
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        status = waiting.pop()
        if status not in found and status != without:
            found.add(status)
            waiting += GRAPH[status]
    return found


def test_the_graph_has_exactly_the_statuses_of_the_enum() -> None:
    assert list(GRAPH) == STATUS["enum"]
    assert {status for after in GRAPH.values() for status in after} <= set(STATUS["enum"])


def test_the_graph_is_the_order_that_the_vendors_statuses_have() -> None:
    forward = {
        status: [after for after in follows if after not in ("workflow_failed", "workflow_cancelled")]
        for status, follows in GRAPH.items()
    }
    assert INITIAL == ["awaiting_payment", "workflow_queued"]
    assert forward == {
        "awaiting_payment": ["payment_confirmed"],
        "payment_confirmed": ["workflow_queued"],
        "workflow_queued": ["workflow_running"],
        "workflow_running": ["workflow_waiting", "workflow_succeeded"],
        "workflow_waiting": ["workflow_running", "workflow_succeeded"],
        "workflow_succeeded": [],
        "workflow_failed": [],
        "workflow_cancelled": [],
    }


def test_failed_and_cancelled_follow_every_status_that_is_not_final() -> None:
    assert {"workflow_succeeded", "workflow_failed", "workflow_cancelled"} == TERMINAL
    for status in set(GRAPH) - TERMINAL:
        assert {"workflow_failed", "workflow_cancelled"} <= set(GRAPH[status])


def test_every_status_can_be_reached() -> None:
    assert reached(INITIAL) == set(GRAPH)


def test_drift_is_outside_the_enum_and_follows_known_statuses() -> None:
    assert set(STATUS["x-drift"]) == {"workflow_partial"}
    for status, drift in STATUS["x-drift"].items():
        assert status not in STATUS["enum"]
        assert drift["terminal"] is True
        assert set(drift["from"]) <= set(GRAPH) - TERMINAL


def test_entering_each_status_and_creation_have_an_event_of_their_own() -> None:
    events = STATUS["x-events"]
    assert set(events) == {"created", *STATUS["enum"], *STATUS["x-drift"]}
    assert len({event["eventType"] for event in events.values()}) == len(events)
    levels = DOCUMENT["x-choices"]["eventLevel"]["default"]
    assert [name for name, event in events.items() if event["level"] not in levels] == []


def test_the_lifecycle_speaks_of_real_properties_and_statuses() -> None:
    assert set(LIFECYCLE) <= set(SCHEMAS["Execution"]["properties"])
    for rule in LIFECYCLE.values():
        early = rule.get("early", {"in": [], "severity": "notice"})
        assert {*rule["due"], *early["in"]} <= set(GRAPH)
        assert {rule["severity"], early["severity"]} <= {"violation", "notice"}
        assert set(rule["due"]) & set(early["in"]) == set()


@pytest.mark.parametrize("name", sorted(set(LIFECYCLE) - PAYMENT - {"finishedAt", "statusReason"}))
def test_a_property_is_due_exactly_where_no_way_leads_round_its_first_status(name: str) -> None:
    start = LIFECYCLE[name]["from"]
    assert set(LIFECYCLE[name]["due"]) == set(GRAPH) - reached(INITIAL, without=start)


@pytest.mark.parametrize("name", sorted(PAYMENT))
def test_a_payment_property_is_due_only_where_a_payment_was_passed(name: str) -> None:
    due, start = set(LIFECYCLE[name]["due"]), LIFECYCLE[name]["from"]
    assert start in due
    assert due <= set(GRAPH) - reached(INITIAL, without=start)


@pytest.mark.parametrize("name", ["runId", "startedAt", "orderId"])
def test_a_property_is_early_in_every_status_that_only_comes_before(name: str) -> None:
    start = LIFECYCLE[name]["from"]
    before = {status for status in GRAPH if start in reached([status]) and status not in reached([start])}
    assert set(LIFECYCLE[name]["early"]["in"]) == before


def test_only_a_final_status_makes_finished_at_due_and_every_other_forbids_it() -> None:
    finished = LIFECYCLE["finishedAt"]
    assert set(finished["due"]) == TERMINAL
    assert set(finished["early"]["in"]) == set(GRAPH) - TERMINAL
    assert set(LIFECYCLE["statusReason"]["due"]) == TERMINAL - {"workflow_succeeded"}


def test_missing_dates_and_run_are_violations_and_the_rest_are_notices() -> None:
    assert {name for name, rule in LIFECYCLE.items() if rule["severity"] == "violation"} == {
        "runId",
        "startedAt",
        "finishedAt",
    }


def test_an_embed_execution_begins_running_and_ends_once() -> None:
    embed = SCHEMAS["EmbedStatus"]
    graph = embed["x-transitions"]["next"]
    assert embed["x-transitions"]["initial"] == ["running"]
    assert "enum" not in embed
    assert graph == {
        "running": ["completed", "failed", "stopped"],
        "completed": [],
        "failed": [],
        "stopped": [],
    }
