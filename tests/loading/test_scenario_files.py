"""Every mistake in a scenario file is found where it stands, with what was expected there."""

from __future__ import annotations

from pathlib import Path

import pytest

from execmock.core.scenario.triggers import KINDS
from execmock.loading.contract import data_path, shipped_contract
from execmock.loading.scenarios import read_folder, read_text, vocabularies

WAYS = ", ".join(KINDS)

WORDS = vocabularies(shipped_contract())

HEAD = "scenario: x\nsteps:\n"
FREE = "  - status: workflow_queued\n    next: {after: 1s}\n  - status: workflow_running\n"
EMBED = "scenario: x\napi: embed\nsteps:\n  - status: running\n"


def problems(text: str) -> list[str]:
    return [str(problem) for problem in read_text(text, "x.yaml", WORDS).findings]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1:1: the file is empty; expected a scenario, with the keys `scenario`"),
        ("steps: [", "1:8: not valid YAML: the [ that opens here is not closed; expected ]"),
        ("scenario: x\n", "1:1: the key 'steps' is missing; expected an array"),
        ("scenario: x\nsteps: []\n", "2:1: expected at least 1 item, received []"),
        (
            "sumary: y\n" + HEAD + FREE + "    next: {after: 1s}\n  - status: workflow_failed\n",
            (
                "1:1: unknown key 'sumary'; expected one of scenario, steps, summary, api, bind, drift. "
                "Did you mean 'summary'?"
            ),
        ),
        (
            HEAD + "  - status: workflow_queued\n    next: {aftr: 3s}\n",
            f"4:12: unknown key 'aftr'; expected one of {WAYS}, to, chance. Did you",
        ),
        (
            HEAD + "  - status: workflow_queued\n    next: [{after: 1s}, {aftr: 3s}]\n",
            f"4:26: unknown key 'aftr'; expected one of {WAYS}, to, chance. Did you",
        ),
        (
            HEAD + "  - status: workflow_queued\n    next: {after: 3sec}\n",
            "4:12: '3sec' is not a duration: 'sec' is no unit; expected 3s, or another of ms, s, m, h, d, w",
        ),
        (
            HEAD + "  - status: workflow_queued\n    next: 3s\n",
            '4:5: expected a way out such as {after: 3s}, or a list of them, received "3s"',
        ),
        (
            HEAD + "  - status: workflow_queued\n    next:\n",
            "4:5: expected a way out such as {after: 3s}, or a list of them, received null",
        ),
        (
            HEAD + "  - status: workflow_queued\n    next: {polls: 0}\n",
            "4:12: expected at least 1, received 0",
        ),
        (
            HEAD + "  - status: workflow_qeued\n    next: {after: 1s}\n  - status: workflow_failed\n",
            (
                "3:5: unknown status 'workflow_qeued'; expected one of awaiting_payment, payment_confirmed, "
                "workflow_queued, workflow_running, workflow_waiting, workflow_succeeded, workflow_failed, "
                "workflow_cancelled. Did you mean 'workflow_queued'?"
            ),
        ),
        (
            HEAD + FREE + "    next: {after: 1s}\n  - status: workflow_partial\n",
            "7:5: 'workflow_partial' is newer than the contract; write `drift: true` to use it",
        ),
        (
            HEAD + "  - status: workflow_running\n    next: {after: 1s}\n  - status: workflow_failed\n",
            "3:5: an execution cannot start as workflow_running; expected awaiting_payment, workflow_queued.",
        ),
        (
            HEAD + "  - status: workflow_queued\n    next: {after: 1s}\n  - status: workflow_succeeded\n",
            (
                "4:5: workflow_succeeded cannot follow workflow_queued; expected workflow_running, "
                "workflow_failed, workflow_cancelled"
            ),
        ),
        (HEAD + FREE, "5:5: dead end: workflow_running is not terminal and has no `next`"),
        (
            HEAD + FREE + "    next: {after: 1s, chance: 0.5}\n  - status: workflow_failed\n",
            "6:5: may dead-end: every trigger has `chance`; expected one without",
        ),
        (
            HEAD + FREE + "    next: {after: 1s, to: x}\n  - {name: x, status: workflow_failed}\n"
            "  - status: workflow_cancelled\n",
            "8:5: unreachable: no step leads to 'workflow_cancelled'",
        ),
        (
            HEAD + FREE + "    next: {after: 1s, to: brokn}\n  - {name: broken, status: workflow_failed}\n",
            (
                "6:23: unknown step 'brokn'; expected one of workflow_queued, workflow_running, broken. "
                "Did you mean 'broken'?"
            ),
        ),
        (
            HEAD
            + "  - {status: workflow_queued, next: {after: 1s, signal: go}}\n  - status: workflow_failed\n",
            f"3:31: a trigger is exactly one of {WAYS}; received after and signal",
        ),
        (
            HEAD + "  - status: workflow_queued\n    set: {statusReasn: x}\n    next: {after: 1s}\n"
            "  - status: workflow_failed\n",
            "4:11: 'statusReasn' cannot be set; expected one of ",
        ),
        (
            HEAD + "  - status: workflow_queued\n    set: {responsePayload: done}\n    next: {after: 1s}\n"
            "  - status: workflow_failed\n",
            '4:11: expected an object, received "done"',
        ),
        (
            HEAD + "  - status: workflow_queued\n    next: {after: 1s}\n  - status: workflow_failed\n"
            "    set: {statusReason: 'by {{ signl.payload.by }}'}\n",
            (
                "6:11: unknown name 'signl'; expected one of execution, request, signal, step, steps. "
                "Did you mean 'signal'?"
            ),
        ),
        (
            HEAD + "  - status: workflow_queued\n    next: {after: 1s}\n  - status: workflow_failed\n"
            "    events: [{eventType: '{{ signal.name }}'}]\n",
            "6:15: an event needs a type even where the name has no value; add text to it",
        ),
        (
            HEAD + "  - status: workflow_queued\n    next: {after: 1s}\n  - status: workflow_failed\n"
            "bind: {workflowIdd: x}\n",
            "6:8: 'workflowIdd' is not in a request; expected one of ",
        ),
        (
            EMBED + "    next: {polls: 2}\n  - status: completed\n",
            "5:12: an embed execution is never read by id; use after or signal",
        ),
        (
            EMBED + "    next: {after: 1s}\n    events: [{eventType: a}]\n  - status: completed\n",
            "6:5: an embed execution has no timeline, so these events would never be shown",
        ),
        (
            EMBED + "    next: {after: 1s}\n    set: {actions_count: 2, idle_actions_count: 2}\n"
            "  - status: completed\n    set: {completed_actions_count: 1}\n",
            (
                "8:5: the counts add up to 3, more than actions_count 2: completed_actions_count 1, "
                "idle_actions_count 2"
            ),
        ),
    ],
)
def test_a_mistake_is_found_at_its_place(text: str, problem: str) -> None:
    found = problems(text)
    assert len(found) == 1, found
    assert found[0].startswith(f"x.yaml:{problem}")


def test_counts_are_added_up_along_every_way_that_leads_to_a_step() -> None:
    text = EMBED + (
        "    set: {actions_count: 2, running_actions_count: 1}\n"
        "    next: [{after: 1s, to: fine}, {signal: slip, to: end}]\n"
        "  - {name: fine, status: running, set: {running_actions_count: 0}, next: {after: 1s}}\n"
        "  - {name: end, status: completed, set: {completed_actions_count: 2}}\n"
    )
    assert problems(text) == [
        (
            "x.yaml:8:36: the counts add up to 3, more than actions_count 2: completed_actions_count 2, "
            "running_actions_count 1"
        )
    ]


def test_every_mistake_of_a_file_is_found_at_once_in_its_order() -> None:
    text = "scenario: a b\nsumary: x\nsteps:\n  - status: workflow_queued\n    next: {aftr: 3s, polls: x}\n"
    assert [problem.split(": ")[0] for problem in problems(text)] == [
        "x.yaml:1:1",
        "x.yaml:2:1",
        "x.yaml:5:12",
        "x.yaml:5:22",
    ]


def test_a_problem_is_shown_with_its_line_and_a_caret_under_the_place() -> None:
    text = HEAD + "  - {status: workflow_queued, set: {statusReason: 注文}, nxt: {after: 1s}}\n"
    (problem,) = read_text(text, "x.yaml", WORDS).findings
    assert problem.shown.splitlines()[1:] == [
        "    - {status: workflow_queued, set: {statusReason: 注文}, nxt: {after: 1s}}",
        "                                                           ^",
    ]


def write(folder: Path, name: str, scenario: str, bind: str, api: str = "executions") -> Path:
    statuses = ("workflow_queued", "workflow_failed") if api == "executions" else ("running", "failed")
    path = folder / name
    path.write_text(
        f"scenario: {scenario}\napi: {api}\nbind: {{{bind}}}\nsteps:\n"
        f"  - {{status: {statuses[0]}, next: {{after: 1s}}}}\n  - status: {statuses[1]}\n"
    )
    return path


@pytest.mark.parametrize(
    ("first", "second", "problem"),
    [
        (
            ("x", "workflowId: a"),
            ("x", "workflowId: b"),
            "1:1: two scenarios are named 'x'; the first is at {}:1:1",
        ),
        (
            ("x", "workflowId: a"),
            ("y", "workflowId: a"),
            "3:1: two scenarios are bound to workflowId 'a'; the first is at {}:3:1",
        ),
        (
            ("x", "id: i, hashid: h, key: k", "embed"),
            ("y", "id: j, hashid: h, key: l", "embed"),
            "3:15: two workflows have the hashid 'h'; the first is at {}:3:15",
        ),
    ],
)
def test_two_files_that_want_the_same_are_a_finding_with_both_places(
    tmp_path: Path, first: tuple[str, ...], second: tuple[str, ...], problem: str
) -> None:
    one, two = write(tmp_path, "one.yaml", *first), write(tmp_path, "two.yaml", *second)
    found = read_folder([tmp_path], WORDS)
    assert [file.scenario is not None for file in found] == [True, False]
    assert [str(p) for file in found for p in file.findings] == [f"{two}:" + problem.format(one)]


def test_files_that_bind_different_values_stand_side_by_side(tmp_path: Path) -> None:
    write(tmp_path, "one.yaml", "x", "workflowId: a")
    write(tmp_path, "two.yaml", "y", "workflowId: a, sourceSystem: s")
    write(tmp_path, "three.yaml", "z", "id: i, hashid: h, key: k", "embed")
    assert all(file.scenario for file in read_folder([tmp_path, tmp_path / "one.yaml"], WORDS))


def test_what_cannot_be_read_is_a_problem_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"scenario: \xe9\n")
    files = read_folder([tmp_path / "none.yaml", tmp_path], WORDS)
    assert [str(problem) for file in files for problem in file.findings] == [
        f"{tmp_path}/none.yaml: cannot be read: No such file or directory",
        f"{tmp_path}/latin.yaml:1:11: is not UTF-8 text: the byte 0xe9 stands here; save it as UTF-8",
    ]


def test_the_shipped_scenarios_have_no_problems() -> None:
    files = read_folder([data_path("fixtures") / "scenarios"], WORDS)
    assert files
    assert [str(problem) for file in files for problem in file.findings] == []
