"""`verify` reports every fault of the target by its rules, and nothing of a target without a fault."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from execmock.loading.contract import shipped_contract
from execmock.verify.evidence import Evidence
from execmock.verify.judge import judge
from execmock.verify.outcome import Outcome, RuleResult
from execmock.verify.registry import all_rules
from execmock.verify.severity import ADVISORY
from tests.effort import THOROUGH
from tests.verify.judging import judged
from tests.verify.target import all_faults, running, wall_clock

GENERATED = "generated"
WHOLE = {"operation"}
"""Areas whose faults stop what other areas ask for: only a whole run shows what comes of it."""
SHOWN_BY = {
    "robust.concurrent-creates": "robust.concurrent-creates",
    "robust.no-5xx": "create",
    "status-codes": "list",
    "status.enum": "lifecycle",
    "time.rfc3339": "lifecycle",
}
"""Rules on all answers, and what asks for enough of them to show a fault."""
HAS = ("writes", "odd", "b", "read", "embed", "guarded")


OF_ITSELF = {"clock.present"}
"""Rules on a clock that runs of itself, which a test does not move."""


def failed(results: Iterable[RuleResult]) -> list[RuleResult]:
    return [result for result in results if result.outcome is Outcome.FAILED]


def explained(result: RuleResult) -> bool:
    """Whether each finding stands under another rule's, or the rule is advice."""
    return result.rule.severity == ADVISORY or all(finding.under for finding in result.findings)


def area(rule: str) -> str:
    return rule.partition(".")[0]


def asked(rule: str, *, alone: bool) -> str:
    """Return what to judge so that a fault shows: the rule alone, or its area."""
    return SHOWN_BY.get(rule, rule if alone or area(rule) == "advisory" else area(rule))


def found(name: str, *, alone: bool) -> tuple[set[str], set[str]]:
    """Judge a target with a fault; return the rules that fail, and those among them that nothing explains."""
    fault = all_faults()[name]
    areas = {area(rule) for rule in fault.rules}
    with running(fault=name, clock=wall_clock if OF_ITSELF & {*fault.rules} else None) as target:
        only = () if areas & WHOLE else tuple(sorted({asked(rule, alone=alone) for rule in fault.rules}))
        report = judged(target, only=only, generated=GENERATED in areas)
    results = report.results
    if only and areas - set(only):
        results = judge(Evidence(shipped_contract(), report.journal, has=HAS), all_rules())
    results = failed(results)
    return {each.rule.id for each in results}, {each.rule.id for each in results if not explained(each)}


@pytest.mark.parametrize("name", all_faults())
def test_a_fault_is_reported_by_its_rules_and_by_no_stranger(name: str) -> None:
    """What the answers to a rule's own probes do not explain, those to its area's do."""
    fault = all_faults()[name]
    for alone in (False,) if THOROUGH else (True, False):
        reported, unexplained = found(name, alone=alone)
        if reported >= {*fault.rules} and unexplained <= {*fault.rules, *fault.also}:
            return
    assert reported >= {*fault.rules}
    assert unexplained <= {*fault.rules, *fault.also}


def test_the_conformant_target_passes_every_rule() -> None:
    with running() as target:
        report = judged(target)
    assert {result.rule.id for result in report.results if result.outcome is not Outcome.PASSED} == OF_ITSELF
    assert {result.rule.id for result in report.results if not result.observations} == OF_ITSELF
    with running(clock=wall_clock) as target:
        report = judged(target, only=tuple(OF_ITSELF))
    assert [result.outcome for result in report.results] == [Outcome.PASSED]


def test_every_rule_has_a_fault_and_every_fault_a_rule() -> None:
    named = {rule for fault in all_faults().values() for rule in (*fault.rules, *fault.also)}
    assert {rule.id for rule in all_rules()} == {
        rule for fault in all_faults().values() for rule in fault.rules
    }
    assert named <= {rule.id for rule in all_rules()}
