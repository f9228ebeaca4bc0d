"""`use` takes the beginning of another scenario; a mistake in it is told with both places."""

from __future__ import annotations

from pathlib import Path

import pytest

from execmock.core.scenario import Scenario
from execmock.loading.contract import shipped_contract
from execmock.loading.scenarios import ScenarioFile, read_data, read_folder, read_text, vocabularies
from execmock.loading.used_steps import UsableScenarios, UsedText

WORDS = vocabularies(shipped_contract())
BASE = """\
scenario: base
steps:
  - status: workflow_queued
    next: {after: 1s}
  - name: work
    status: workflow_running
    set: {statusReason: slow, responsePayload: {a: 1}}
    next: [{after: 1s}, {signal: stop, to: end}]
  - name: end
    status: workflow_failed
"""
REST = """\
  - status: workflow_waiting
    next: {after: 5s}
  - name: end
    status: workflow_failed
"""


def using(use: str, rest: str = REST, **others: str) -> ScenarioFile:
    texts = {name: UsedText(f"{name}.yaml", text) for name, text in {"base": BASE, **others}.items()}
    text = f"scenario: mine\nsteps:\n  - {use}\n{rest}"
    return read_text(text, "mine.yaml", WORDS, UsableScenarios(texts=texts))


def scenario(file: ScenarioFile) -> Scenario:
    assert file.scenario is not None, file.findings
    return file.scenario


def test_the_steps_up_to_one_come_first() -> None:
    made = scenario(using("use: base.work"))
    own = made.steps[: made.own]
    assert [step.name for step in own] == ["workflow_queued", "work", "workflow_waiting", "end"]
    assert [trigger.to for trigger in own[1].triggers] == [2, 3]
    assert scenario(using("use: base.workflow_running")).steps == made.steps


def test_the_last_of_them_is_changed_by_what_is_written_with_use() -> None:
    made = scenario(using("{use: base.work, next: {signal: go}, events: [], set: {statusReason: mine}}"))
    step = made.steps[1]
    assert step.sets == {"statusReason": "mine", "responsePayload": {"a": 1}}
    assert (step.events, [trigger.signal for trigger in step.triggers]) == ((), ["go"])


def test_its_text_holds_all_steps_and_makes_its_version() -> None:
    first = scenario(using("use: base.work"))
    alone = scenario(read_text(first.text, "x.yaml", WORDS, UsableScenarios()))
    assert (alone.reference, alone.steps) == (first.reference, first.steps)
    slower = scenario(using("use: base.work", base=BASE.replace("after: 1s", "after: 2s")))
    assert slower.version != first.version


def test_what_is_used_may_use_others() -> None:
    file = using("use: middle.end", "", middle=f"scenario: middle\nsteps:\n  - use: base.work\n{REST}")
    assert [step.name for step in scenario(file).steps[:4]] == [
        "workflow_queued",
        "work",
        "workflow_waiting",
        "end",
    ]
    assert file.uses == {"middle", "base"}


def test_shipped_scenarios_and_files_of_the_folder_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BASE)
    for name, use in (("one", "base.work"), ("two", "payment-failed.awaiting_payment")):
        rest = REST if name == "one" else "  - status: workflow_cancelled\n"
        (tmp_path / f"{name}.yaml").write_text(
            f"scenario: {name}\nsteps:\n  - {{use: {use}, next: {{after: 1s}}}}\n{rest}"
        )
    [one] = read_folder([tmp_path / "one.yaml"], WORDS)
    [two] = read_folder([tmp_path / "two.yaml"], WORDS)
    assert (one.findings, two.findings) == ((), ())
    assert [file.findings for file in read_folder([tmp_path], WORDS)] == [(), (), ()]


@pytest.mark.parametrize(
    ("use", "finding"),
    [
        (
            "use: base.wrk",
            "3:5: 'base' has no step 'wrk'; expected one of workflow_queued, work, end. Did you",
        ),
        ("use: bas.work", "3:5: there is no scenario 'bas'. Did you mean 'base'?"),
        ("use: base", '3:5: expected text such as paid-happy-path.workflow_running, received "base"'),
        ("use: mine.work", "3:5: goes round in a circle: 'mine' uses 'mine'"),
        ("use: round.x", "3:5: goes round in a circle: 'mine' uses 'round' uses 'mine'"),
        ("use: broken.x", "3:5: 'broken' cannot be read: broken.yaml:1:1: not valid YAML"),
        ("use: wrong.x", "3:5: 'wrong' has a mistake: wrong.yaml:3:24: unknown key 'stp'"),
        (
            "use: embed-running.running",
            "3:5: 'embed-running' is a scenario of the other API; expected one of",
        ),
        (
            "{use: base.work, status: workflow_queued}",
            "3:6: a step that is used keeps its status; expected set,",
        ),
        ("{use: base.work, next: {after: 1s, to: nope}}", "3:40: unknown step 'nope'; expected one of"),
        ("{use: base.work, set: {status: x}}", "3:28: 'status' cannot be set"),
        (
            "use: late.work",
            "3:5: unknown step 'gone'; expected one of workflow_queued, work, workflow_waiting, end; it",
        ),
    ],
)
def test_a_mistake_is_told_where_it_is_used(use: str, finding: str) -> None:
    others = {
        "round": "scenario: round\nsteps:\n  - use: mine.x\n",
        "mine": "scenario: mine\nsteps:\n  - use: round.x\n",
        "broken": "{",
        "wrong": "scenario: wrong\nsteps:\n  - {status: x, next: {stp: 1}}\n",
        "late": BASE.replace("to: end", "to: gone"),
    }
    [found] = using(use, **others).findings
    assert str(found).startswith(f"mine.yaml:{finding}")


def test_a_mistake_in_what_is_used_is_told_with_its_own_place() -> None:
    [found] = using("use: late.work", late=BASE.replace("to: end", "to: gone")).findings
    assert found.message.endswith("; it is in a step of 'late', at late.yaml:5:5")


def test_uses_end_at_some_depth_and_some_number_of_steps() -> None:
    deep = {f"s{n}": f"scenario: s{n}\nsteps:\n  - use: s{n + 1}.x\n" for n in range(20)}
    [found] = using("use: s0.x", **deep).findings
    assert found.message == "uses others more than 10 levels deep"
    twice = "  - {{use: s{0}.end}}\n" * 3
    wide = {f"s{n}": f"scenario: s{n}\nsteps:\n" + twice.format(n + 1) for n in range(8)}
    [found] = using("use: s0.end", **wide, s8=BASE).findings
    assert found.message == "there are more than 1000 steps with all that are used"


def test_a_scenario_given_as_data_uses_others_too() -> None:
    data = {"scenario": "mine", "steps": [{"use": "base.nope"}, {"status": "workflow_failed"}]}
    _, [found] = read_data(data, "", WORDS, UsableScenarios(texts={"base": UsedText("base.yaml", BASE)}))
    assert found.path == ("steps", 0, "use")
    _, [found] = read_data({"scenario": "mine", "steps": [{}]}, "", WORDS)
    assert (found.path, found.message) == (
        ("steps", 0, "status"),
        "the key 'status' is missing; expected a string",
    )
