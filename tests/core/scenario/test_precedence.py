"""A way out that `check` calls dead is taken under no input, and every other one under some."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import msgspec
import pytest

from execmock.core.progress import Input, Poll, Signal, Tick, begin, progress
from execmock.core.scenario.precedence import check_precedence
from execmock.core.scenario.source import ScenarioSource
from execmock.loading.contract import shipped_contract
from execmock.loading.scenarios import ScenarioFile, doubts, read_data, read_text, vocabularies

WORDS = vocabularies(shipped_contract())
WAYS: list[dict[str, Any]] = [
    *({"after": after} for after in ("0s", "1s", "2s", "500ms..1500ms", "600ms..3s")),
    {"after": "1s", "chance": 0.5},
    *({"polls": polls} for polls in (1, 2)),
    {"polls": 1, "chance": 0.5},
    *({"signal": signal} for signal in ("a", "b")),
    {"signal": "a", "chance": 0.5},
]
TIMES = (0, 500, 1_000, 1_500, 2_500)
INPUTS: list[list[tuple[int, Input]]] = [
    [],
    *([(at, Signal(name))] for at in TIMES for name in "ab"),
    *([(at, Poll())] * count for at in TIMES for count in (1, 2)),
]
SEEDS = [bytes([number]) * 8 for number in range(8)]


def read(*steps: str, head: str = "scenario: tried\n") -> ScenarioFile:
    file = read_text(head + "steps:\n" + "".join(f"  - {step}\n" for step in steps), "x.yaml", WORDS)
    assert file.scenario, file.findings
    return file


def told(file: ScenarioFile) -> list[str]:
    return [str(finding) for finding in doubts(file, WORDS)]


@pytest.mark.parametrize("first", WAYS, ids=str)
def test_what_is_called_dead_is_never_taken_and_all_else_can_be(first: dict[str, Any]) -> None:
    for second in WAYS:
        ways = [{**first, "to": "s1"}, {**second, "to": "s2"}, {"after": "9s", "to": "s3"}]
        ends = [{"name": f"s{number}", "status": "workflow_failed"} for number in (1, 2, 3)]
        data = {"scenario": "x", "steps": [{"status": "workflow_queued", "next": ways}, *ends]}
        scenario, _ = read_data(data, "", WORDS)
        assert scenario
        findings = check_precedence(scenario.steps[:4], msgspec.convert(data, ScenarioSource))
        dead = {int(finding.path[3]) + 1 for finding in findings} - {3}
        reached = set()
        for seed, inputs in product(SEEDS, INPUTS):
            state = begin(0)
            for at, what in inputs:
                state = progress(scenario, state, what, at, seed)
            reached.add(progress(scenario, state, Tick(), 20_000, seed).visits[1].step)
        assert {1, 2} - reached == dead, (first, second)


QUEUED = "{status: workflow_queued, next: {after: 1s}}"
FAILED = "{name: end, status: workflow_failed}"
RUN = "status: workflow_running, next:"


@pytest.mark.parametrize(
    ("steps", "lines"),
    [
        (
            (
                "{status: workflow_queued, next: [{after: 1s}, {after: 2s, to: never}]}",
                FAILED,
                f"{{name: never, {RUN} {{after: 1s, to: too}}}}",
                "{name: too, status: workflow_failed}",
            ),
            ["3: never happens: after 1s always comes first, and so nothing leads to never, too"],
        ),
        (
            ("{status: workflow_queued, next: [{visits: 2}, {after: 1s}]}", FAILED),
            ["3: never happens: no way leads back to this step"],
        ),
        (
            (
                QUEUED,
                f"{{name: a, {RUN} [{{visits: 2, to: end}}, {{visits: 3, to: end}}, {{after: 1s}}]}}",
                "{status: workflow_waiting, next: [{signal: a, to: a}, {signal: b}, {signal: a, to: end}]}",
                FAILED,
            ),
            [
                "4: never happens: visit 2 always comes first",
                "5: never happens: signal a is written first",
            ],
        ),
        (
            ("{status: workflow_queued, next: [{signal: a}, {after: 0s}]}", FAILED),
            ["3: never happens: after 0s always comes first"],
        ),
        (
            (
                "{status: workflow_queued, next: [{after: 5s, chance: 0.1, to: end}, {after: 1s..9s}]}",
                f"{{{RUN} [{{signal: a, chance: 0.5}}, {{signal: a}}, {{polls: 3}}, {{polls: 2}}]}}",
                FAILED,
            ),
            ["4: never happens: read 2 times always comes first"],
        ),
    ],
)
def test_a_dead_way_is_told_once_with_what_only_it_leads_to(steps: tuple[str, ...], lines: list[str]) -> None:
    found = told(read(*steps))
    assert [re.sub(r"^x.yaml:([0-9]+):[0-9]+", r"\1", line) for line in found] == lines


EMBED = ("{status: running, next: {after: 1s}}", "{status: completed}")
UUID = "0198f3aa-0b7e-7c11-8d52-7e0a4b9c6d21"


@pytest.mark.parametrize(
    ("bind", "said"),
    [
        (f"id: {UUID}, hashid: ab1d2, key: workflow_15, name: Workflow 15", []),
        (
            f"id: {UUID[:-1]}, hashid: ab1d2, key: k",
            [f"no workflow has the id '{UUID[:-1]}'; expected"],
        ),
        (
            f"id: {UUID}, hashid: AB1D2, key: k",
            ["no workflow has the hashid 'AB1D2'; expected five"],
        ),
        (f"id: {UUID}, hashid: ab1d2, key: ''", ["no workflow has the key ''; expected 1 to 200 characters"]),
        (f"key: {'k' * 201}", ["no workflow has the key 'kkk"]),
        ("hashid: [ab1d2, toolong]", ["no workflow has the hashid 'toolong'; expected five"]),
    ],
)
def test_a_name_that_no_embed_workflow_has_is_told(bind: str, said: list[str]) -> None:
    found = told(read(*EMBED, head=f"scenario: e\napi: embed\nbind: {{{bind}}}\n"))
    assert [line.partition(": ")[2][: len(text)] for line, text in zip(found, said, strict=True)] == said
    assert all(line.startswith("x.yaml:3:") for line in found)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("set: {paymentStatus: pending}, events: [{eventType: a.b, level: warn}]", None),
        ('set: {paymentStatus: "{{ signal.name }}"}, events: [{eventType: "{{ step.name }}x"}]', None),
        (
            "set: {paymentStatus: paid}",
            "'paid' is none of the words of x-choices.paymentStatus: pending",
        ),
        (
            "events: [{eventType: a.b, level: warning}]",
            "'warning' is none of the words of x-choices.eventLevel:",
        ),
        ("events: [{eventType: done}]", "'done' is not dotted as event types are, such as node.completed"),
    ],
)
def test_a_word_outside_the_choices_is_advice(more: str, said: str | None) -> None:
    file = read(f"{{status: workflow_queued, next: {{after: 1s}}, {more}}}", "{status: workflow_failed}")
    found = told(file)
    assert len(found) == (said is not None)
    assert all(f"advice: {said}" in line for line in found)
