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
from tests.verify.judging import judged
from tests.verify.target import all_faults, running

GENERATED = "generated"
WHOLE = {"operation"}
"""Areas whose faults stop what other areas ask for: only a whole run shows what comes of it."""
ANYWHERE = {"advisory"}
"""Areas whose faults are in every answer: every rule judges the answers that its own rules ask for."""
HAS = ("writes", "b", "read", "embed", "guarded")


def failed(results: Iterable[RuleResult]) -> list[RuleResult]:
    return [result for result in results if result.outcome is Outcome.FAILED]


def explained(result: RuleResult) -> bool:
    """Whether each finding stands under another rule's, or the rule is advice."""
    return result.rule.severity == ADVISORY or all(finding.under for finding in result.findings)


def area(rule: str) -> str:
    return rule.partition(".")[0]


@pytest.mark.parametrize("name", all_faults())
def test_a_fault_is_reported_by_its_rules_and_by_no_stranger(name: str) -> None:
    fault = all_faults()[name]
    areas = {area(rule) for rule in fault.rules}
    with running(fault=name) as target:
        only = () if areas & WHOLE else fault.rules if areas & ANYWHERE else tuple(sorted(areas))
        report = judged(target, only=only, generated=GENERATED in areas)
    results = report.results
    if areas & ANYWHERE:
        results = judge(Evidence(shipped_contract(), report.journal, has=HAS), all_rules())
    found = failed(results)
    assert {result.rule.id for result in found} >= set(fault.rules)
    unexplained = {result.rule.id for result in found if not explained(result)}
    assert unexplained <= {*fault.rules, *fault.also}


def test_the_conformant_target_passes_every_rule() -> None:
    with running() as target:
        report = judged(target)
    assert [result.rule.id for result in report.results if result.outcome is not Outcome.PASSED] == []
    assert [result.rule.id for result in report.results if not result.observations] == []


def test_every_rule_has_a_fault_and_every_fault_a_rule() -> None:
    named = {rule for fault in all_faults().values() for rule in (*fault.rules, *fault.also)}
    assert {rule.id for rule in all_rules()} == {
        rule for fault in all_faults().values() for rule in fault.rules
    }
    assert named <= {rule.id for rule in all_rules()}
