"""An embed execution's three texts of one instant, daylight saving included, and its bare object."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execmock.core.contract.names import EMBED_EXECUTION
from execmock.core.durations import parse_instant
from execmock.core.embed_view import EmbedViews, instant_texts
from execmock.core.execution import EmbedExecution
from execmock.core.ids import uuid7
from execmock.core.progress import Tick, begin, progress
from execmock.core.scenario import Scenario
from execmock.core.schema.validator import SchemaValidator
from execmock.loading.scenarios import read_data

from .made_scenarios import CONTRACT, WORDS

SCHEMA = CONTRACT.schema(EMBED_EXECUTION)
FITS = SchemaValidator(CONTRACT.standalone(SCHEMA))
STRING = re.compile(SCHEMA["properties"]["created_at_string"]["pattern"])
ZONES = [
    "America/New_York",
    "UTC",
    "Asia/Kolkata",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Europe/London",
]
START = parse_instant("2026-01-01T09:00:00Z")


@pytest.mark.parametrize(
    ("utc", "zone", "local", "text"),
    [
        (
            "2025-12-02T03:52:16Z",
            "America/New_York",
            "2025-12-01T22:52:16-05:00",
            "Dec 01, 2025 10:52 pm EST",
        ),
        (
            "2025-07-13T05:01:00Z",
            "America/New_York",
            "2025-07-13T01:01:00-04:00",
            "Jul 13, 2025 01:01 am EDT",
        ),
        (
            "2025-03-09T06:59:59Z",
            "America/New_York",
            "2025-03-09T01:59:59-05:00",
            "Mar 09, 2025 01:59 am EST",
        ),
        (
            "2025-03-09T07:00:00Z",
            "America/New_York",
            "2025-03-09T03:00:00-04:00",
            "Mar 09, 2025 03:00 am EDT",
        ),
        (
            "2025-11-02T05:30:00Z",
            "America/New_York",
            "2025-11-02T01:30:00-04:00",
            "Nov 02, 2025 01:30 am EDT",
        ),
        (
            "2025-11-02T06:30:00Z",
            "America/New_York",
            "2025-11-02T01:30:00-05:00",
            "Nov 02, 2025 01:30 am EST",
        ),
        (
            "2025-06-01T16:00:00Z",
            "America/New_York",
            "2025-06-01T12:00:00-04:00",
            "Jun 01, 2025 12:00 pm EDT",
        ),
        (
            "2025-06-01T04:00:00Z",
            "America/New_York",
            "2025-06-01T00:00:00-04:00",
            "Jun 01, 2025 12:00 am EDT",
        ),
        ("2025-06-01T00:00:00Z", "UTC", "2025-06-01T00:00:00+00:00", "Jun 01, 2025 12:00 am UTC"),
        (
            "2025-06-01T00:00:00Z",
            "America/Sao_Paulo",
            "2025-05-31T21:00:00-03:00",
            "May 31, 2025 09:00 pm -03",
        ),
        ("2025-06-01T00:00:00Z", "Asia/Kolkata", "2025-06-01T05:30:00+05:30", "Jun 01, 2025 05:30 am IST"),
    ],
)
def test_one_instant_has_three_texts(utc: str, zone: str, local: str, text: str) -> None:
    assert instant_texts(parse_instant(utc), zone) == {
        "created_at": local,
        "created_at_utc": utc,
        "created_at_string": text,
    }


@given(st.integers(0, 4_000_000_000_000), st.sampled_from(ZONES))
def test_the_three_texts_are_of_the_same_second_and_of_the_contracts_form(
    milliseconds: int, zone: str
) -> None:
    texts = instant_texts(milliseconds, zone)
    assert parse_instant(texts["created_at"]) == parse_instant(texts["created_at_utc"])
    assert parse_instant(texts["created_at"]) == milliseconds // 1000 * 1000
    assert STRING.search(texts["created_at_string"])
    day = datetime.strptime(texts["created_at_string"][:21], "%b %d, %Y %I:%M %p")  # noqa: DTZ007 - compared with local time
    assert day == datetime.fromisoformat(texts["created_at"]).replace(tzinfo=None, second=0)


def made(*steps: dict[str, Any]) -> Scenario:
    scenario, findings = read_data({"scenario": "made", "api": "embed", "steps": list(steps)}, "", WORDS)
    assert scenario is not None, findings
    return scenario


SCENARIO = made(
    {"status": "running", "next": {"after": "5s"}, "set": {"actions_count": 2, "running_actions_count": 2}},
    {
        "status": "completed",
        "set": {
            "completed_actions_count": 2,
            "running_actions_count": 0,
            "log": {"who": "{{ request.execution_data.name }}"},
        },
    },
)


def shown(after: int) -> dict[str, Any]:
    execution = EmbedExecution(
        uuid7(START, b"0123456789"),
        "default",
        START,
        "made@1",
        "abc12",
        ("workflow_15", "Workflow 15"),
        b"",
        begin(START),
    )
    state = progress(SCENARIO, begin(START), Tick(), START + after, b"seed")
    return EmbedViews(CONTRACT, "America/New_York").show(execution, state, SCENARIO, {"name": "Ada"})


def test_a_bare_object_has_every_property_of_the_contract() -> None:
    first = shown(0)
    assert first.keys() == SCHEMA["properties"].keys()
    assert FITS.violations(first) == []
    assert (first["status"], first["object"], first["log"], first["key"], first["name"]) == (
        "running",
        "execution",
        {},
        "workflow_15",
        "Workflow 15",
    )
    assert first["execution_data"] == {"name": "Ada"}
    assert UUID(first["id"]).int >> 80 == START


def test_what_later_steps_set_is_shown_when_they_are_reached() -> None:
    assert [shown(after)["completed_actions_count"] for after in (4_999, 5_000)] == [0, 2]
    assert shown(5_000)["status"] == "completed"
    assert shown(5_000)["log"] == {"who": "Ada"}
    assert shown(0) == shown(0)
