"""One slip in a good file is one finding, which names the cause, the place and what to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from execmock.core.world import WorldWords
from execmock.loading.contract import data_path, shipped_contract
from execmock.loading.scenarios import read_folder, read_text, vocabularies
from execmock.loading.worlds import read_world

CONTRACT = shipped_contract()
WORDS = vocabularies(CONTRACT)
FILES = read_folder([data_path("fixtures") / "scenarios"], WORDS)
WORLD_WORDS = WorldWords.of(CONTRACT, [file.scenario for file in FILES if file.scenario])

SCENARIO = """\
scenario: m
summary: s
bind: {workflowId: wf_m}
steps:
  - status: workflow_queued
    next: {after: 1s}
  - name: run
    status: workflow_running
    events:
      - {eventType: node.completed, title: Done, at: 1s}
    next:
      - {signal: approve, to: done}
      - {after: 2s, to: done}
  - name: done
    status: workflow_succeeded
    set: {responsePayload: {ok: true}}
"""
WORLD = """\
world: shop
seed: 7
clock: {start: 2026-02-02T09:00:00Z, frozen: true}
sandboxes:
  default:
    keys: {b3sk_shop: read-write}
    scenario: paid-happy-path
    request: {sourceSystem: storefront, sourceEntityType: order}
    executions:
      - request: {workflowId: wf_invoice, idempotencyKey: a}
        scenario: waits-for-approval
        age: 2h
        signals: [{signal: approve, at: 30m}]
    generate:
      - count: 4
        over: 7d
        scenarios: {paid-happy-path: 8, payment-failed: 1}
        pick: {cents: 1900..48900}
        request: {workflowId: wf_invoice, externalRef: "order-{{ number }}"}
"""


def table(part: str) -> list[tuple[str, str, str]]:
    """Return what is replaced by what, and the finding, of each slip in one of the files."""
    text = Path(__file__).with_name("slips.txt").read_text(encoding="utf-8")
    lines = text.partition(f"# in the {part}\n")[2].partition("\n\n")[0].splitlines()
    pairs = [line.encode().decode("unicode_escape").partition(" -> ") for line in lines[::2]]
    return [
        (good, slip.replace("(nothing)", ""), said.strip())
        for (good, _, slip), said in zip(pairs, lines[1::2], strict=True)
    ]


def test_the_files_are_good() -> None:
    assert read_text(SCENARIO, "f", WORDS).findings == ()
    assert read_world(WORLD, "f", WORLD_WORDS)[1] == ()


@pytest.mark.parametrize(("good", "slip", "said"), table("scenario"))
def test_a_slip_in_a_scenario_is_told_by_its_cause(good: str, slip: str, said: str) -> None:
    assert good in SCENARIO
    found = read_text(SCENARIO.replace(good, slip, 1), "f", WORDS).findings
    assert [str(finding) for finding in found] == [f"f:{said}"]


@pytest.mark.parametrize(("good", "slip", "said"), table("world"))
def test_a_slip_in_a_world_is_told_by_its_cause(good: str, slip: str, said: str) -> None:
    assert good in WORLD
    _, found = read_world(WORLD.replace(good, slip, 1), "f", WORLD_WORDS)
    assert [str(finding) for finding in found] == [f"f:{said}"]
