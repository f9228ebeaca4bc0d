"""Each kind of trigger says all that is particular to it, and no other module names a kind."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from tests.sources import tree

from execmock.core.scenario.source import TriggerSource
from execmock.core.scenario.triggers import KINDS, After, Left, Polls, Signalled, Trigger, Visits
from execmock.core.visit import Visit

ROOT = Path(__file__).parents[3]
SRC = ROOT / "src" / "execmock"
SEED = b"0" * 16
LEFT = Left(1_500, 2, {"by": "Ada"})
HERE = (Visit(0, 1_000), Visit(1, 2_000))


@pytest.mark.parametrize(
    ("trigger", "label", "waits_for", "cause", "cause_as_json"),
    [
        (After(1_000, 1_000, 1), "after 1s", None, "after 1s500ms", {"after": "1s500ms"}),
        (After(0, 60_000, 1), "after 0s..1m", None, "after 1s500ms", {"after": "1s500ms"}),
        (Polls(1, 1), "read 1 time", "0 more reads", "read 2 times", {"polls": 2}),
        (Polls(3, 1), "read 3 times", "2 more reads", "read 2 times", {"polls": 2}),
        (
            Signalled("approve", 1),
            "signal approve",
            "signal approve",
            'signal approve {"by":"Ada"}',
            {"signal": "approve", "payload": {"by": "Ada"}},
        ),
        (Visits(2, 1), "visit 2", None, "visit 2", {"visits": 2}),
    ],
)
def test_how_a_kind_is_worded(
    trigger: Trigger, label: str, waits_for: str | None, cause: str, cause_as_json: dict[str, Any]
) -> None:
    assert (trigger.label(), trigger.waits_for(1)) == (label, waits_for)
    assert (trigger.cause(LEFT), trigger.cause_as_json(LEFT)) == (cause, cause_as_json)


@pytest.mark.parametrize(
    ("trigger", "due", "read", "signal", "soonest", "latest"),
    [
        (After(0, 0, 1), 2_000, False, None, 0, 0),
        (After(500, 500, 1), 2_500, False, None, 500, 500),
        (Polls(3, 1), None, True, None, None, None),
        (Polls(4, 1), None, False, None, None, None),
        (Signalled("go", 1), None, False, "go", None, None),
        (Visits(1, 1), 2_000, False, None, 0, None),
    ],
)
def test_what_leads_through_a_kind(
    trigger: Trigger, due: int | None, read: bool, signal: str | None, soonest: int | None, latest: int | None
) -> None:
    assert (trigger.due(HERE, 0, SEED), trigger.takes_read(3), trigger.signal) == (due, read, signal)
    assert (trigger.soonest, trigger.latest) == (soonest, latest)
    assert trigger.timed == (due is not None)
    assert trigger.counted == isinstance(trigger, Polls)


@pytest.mark.parametrize(
    ("steps", "due"),
    [((0,), False), ((0, 1, 0), True), ((0, 1, 0, 1), True), ((0, 0, 1), False), ((0, 0), True)],
)
def test_visits_are_those_of_the_present_step(steps: tuple[int, ...], due: bool) -> None:
    visits = tuple(Visit(step, 1_000 + number) for number, step in enumerate(steps))
    assert Visits(2, 5).due(visits, 0, SEED) == (visits[-1].at if due else None)


def test_a_range_is_drawn_within_its_ends_for_each_visit() -> None:
    trigger = After(100, 102, 1)
    dues = {trigger.due((*HERE, *[Visit(1, 2_000)] * more), 0, SEED) for more in range(100)}
    assert dues == {2_100, 2_101, 2_102}


@pytest.mark.parametrize(
    ("trigger", "random"),
    [
        (After(1, 1, 1), False),
        (After(1, 2, 1), True),
        (After(1, 1, 1, 0.5), True),
        (Polls(1, 1), False),
        (Polls(1, 1, 0.5), True),
        (Signalled("go", 1), False),
        (Signalled("go", 1, 0.5), True),
        (Visits(2, 1), False),
    ],
)
def test_what_is_drawn_for_each_visit(trigger: Trigger, random: bool) -> None:
    assert trigger.random == random


def test_every_kind_is_written_as_a_property_that_the_guide_shows() -> None:
    assert [*KINDS, "to", "chance"] == list(TriggerSource.__struct_fields__)
    guide = (ROOT / "docs" / "scenarios.md").read_text("utf-8")
    assert [word for word in KINDS if f"| `{word}: " not in guide] == []


def test_no_module_but_their_own_names_a_kind() -> None:
    names = {kind.__name__ for kind in KINDS.values()}
    assert names >= {"After", "Polls", "Signalled"}
    naming = {
        path.relative_to(SRC).as_posix()
        for path in SRC.rglob("*.py")
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Name) and node.id in names)
        or (isinstance(node, ast.Attribute) and node.attr in names)
        or (isinstance(node, ast.ImportFrom) and names & {alias.name for alias in node.names})
    }
    assert naming == set()
