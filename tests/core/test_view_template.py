"""A form filled in is byte for byte what drawing gives, whatever was sent and whatever a step sets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st
from tests.effort import examples

from execmock.core.contract.names import CREATE_BODY, EXECUTION
from execmock.core.execution import Execution
from execmock.core.ids import xid
from execmock.core.json_text import encode
from execmock.core.progress import begin, counts_reads, standing
from execmock.core.scenario import Scenario
from execmock.core.view_template import ViewTemplate, view_template_of
from execmock.core.views import Views, next_event
from execmock.loading.contract import data_path
from execmock.loading.scenarios import read_folder

from .made_scenarios import CONTRACT, WORDS, scenarios

VIEWS = Views(CONTRACT)
SHIPPED = [
    file.scenario
    for file in read_folder([data_path("fixtures") / "scenarios"], WORDS)
    if file.scenario and file.scenario.api == "executions"
]
PAID = next(scenario for scenario in SHIPPED if scenario.name == "paid-happy-path")
SENT = CONTRACT.schema(CREATE_BODY)["properties"]
SHOWN = CONTRACT.schema(EXECUTION)["properties"]
FOREVER = 1 << 62

TEXTS = st.one_of(st.text(), st.sampled_from(["", "%(at)s 100%", '"\\/\n\x7f\u2028', "\ud800", "Größe 🙂"]))
NUMBERS = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.just(1 << 70))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)
OTHERS = {name: JSON for name in SENT if name != "workflowId"}
BODIES = st.fixed_dictionaries({"workflowId": TEXTS}, optional=OTHERS)
"""Bodies in any order of properties, with what the contract refuses too: a form has to hold for all."""
INSTANTS = st.integers(0, 250_000_000_000_000)


def executed(scenario: Scenario, body: dict[str, Any], at: int, number: int) -> Execution:
    name = "exec_" + xid(at // 1000, b"\x01\x02\x03\x04\x05", number)
    return Execution(name, "default", at, scenario.reference, encode(body), "key_x", begin(at))


def check(scenario: Scenario, body: dict[str, Any], at: int, number: int) -> ViewTemplate | None:
    """Hold a form, where there is one that fits, to the ordinary drawing; return it."""
    form = view_template_of(VIEWS, scenario, "org_ü%s", "key_x")
    if form is None or not form.fits(body):
        return None
    execution = executed(scenario, body, at, number)
    state, due = standing(scenario, execution.progress, at, b"")
    assert state == execution.progress
    assert form.fill(execution) == encode(VIEWS.fields(execution, state, scenario, body, "org_ü%s"))
    until = min(FOREVER if due is None else due, next_event(state, scenario, at) or FOREVER)
    assert min(at + form.lasts, FOREVER) == until
    assert form.polled == counts_reads(scenario, state, b"")
    return form


@settings(max_examples=examples(100))
@given(st.sampled_from(SHIPPED), BODIES, INSTANTS, st.integers(0, 1 << 24))
def test_a_form_gives_what_drawing_gives(
    scenario: Scenario, body: dict[str, Any], at: int, number: int
) -> None:
    event(f"filled in: {check(scenario, body, at, number) is not None}")


@given(scenarios(), BODIES, INSTANTS)
def test_a_form_of_any_scenario_gives_what_drawing_gives(
    scenario: Scenario, body: dict[str, Any], at: int
) -> None:
    event(f"filled in: {check(scenario, body, at, 7) is not None}")


@example(PAID, {"responsePayload": 1e-7}, {"workflowId": 1 << 70}, 0)
@example(PAID, {"workflowId": 1 << 70}, {"externalRef": 1e-7}, 0)
@given(st.sampled_from(SHIPPED), st.dictionaries(st.sampled_from([*SHOWN, "new"]), JSON), BODIES, INSTANTS)
def test_what_a_step_sets_is_shown_as_drawing_shows_it(
    scenario: Scenario, sets: dict[str, Any], body: dict[str, Any], at: int
) -> None:
    first = replace(scenario.steps[0], sets=sets)
    changed = replace(scenario, steps=(first, *scenario.steps[1:]))
    event(f"filled in: {check(changed, body, at, 7) is not None}")


@pytest.mark.parametrize("scenario", SHIPPED, ids=lambda scenario: scenario.name)
def test_ordinary_bodies_find_a_form(scenario: Scenario) -> None:
    body = {name: {"a": 1} if name in ("requestPayload", "clientSafeMetadata") else "x" for name in SENT}
    found = check(scenario, body, 1_767_258_000_000, 1)
    first = scenario.steps[0]
    at_once = any(trigger.soonest == 0 for trigger in first.triggers)
    assert (found is None) == (scenario.draws or not first.fixed or at_once)


@pytest.mark.parametrize("empty", ["", {}, None])
def test_empty_values_and_no_values_find_none(empty: Any) -> None:
    form = view_template_of(VIEWS, PAID, "org_x", "key_x")
    assert form is not None
    assert form.fits({"workflowId": "wf_x"})
    assert not form.fits({"workflowId": "wf_x", "externalRef": empty})
    assert not form.fits({})
