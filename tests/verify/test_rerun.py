"""The command that a finding names shows the finding again."""

from __future__ import annotations

import shlex

import pytest

from execmock.loading.contract import shipped_contract
from execmock.settings import VerifySettings
from execmock.verify.evidence import Evidence
from execmock.verify.judge import judge
from execmock.verify.outcome import Outcome
from execmock.verify.registry import all_rules
from execmock.verify.report import Report
from execmock.verify.report.facts import all_facts
from execmock.verify.requests import GET
from tests.verify.judging import judged
from tests.verify.target import running
from tests.verify.test_judging import seen


def reruns(report: Report, rule: str) -> list[tuple[str, ...]]:
    """Return the rules that each of a rule's findings asks to judge again."""
    commands = [fact.rerun for result, facts in all_facts(report) if result.rule.id == rule for fact in facts]
    return [
        tuple(word.partition("=")[2] for word in shlex.split(command) if word.startswith("--only="))
        for command in commands
    ]


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("list-204-when-empty", "status-codes"),
        ("times-without-date-sense", "time.rfc3339"),
        ("status-upper-case", "status.enum"),
    ],
)
def test_the_command_of_a_finding_on_any_answer_finds_it_again(fault: str, rule: str) -> None:
    with running(fault=fault) as target:
        [only, *_] = reruns(judged(target, generated=False), rule)
        again = judged(target, only=only, generated=False)
    assert only == (rule,)
    assert {result.rule.id for result in again.results if result.outcome is Outcome.FAILED} == {rule}


def test_the_command_names_the_rule_whose_requests_show_the_finding_as_well() -> None:
    stray = seen(1, {"code": "200"}, probe="scope", label="get-with-read", operation=GET)
    evidence = Evidence(shipped_contract(), [stray])
    report = Report(
        options=VerifySettings(url="http://127.0.0.1:1"),
        results=judge(evidence, all_rules()),
        journal=evidence.journal,
    )
    assert reruns(report, "envelope.code") == [("envelope.code", "auth.read-scope")]
    assert reruns(report, "status-codes") == []


def test_the_command_reads_only_when_the_run_did() -> None:
    with running(fault="has-more-never") as target:
        wrote = judged(target, only=("list.has-more",), generated=False)
        read = judged(target, only=("list.has-more",), generated=False, read_only=True)
    [wrote_again, read_again] = [all_facts(each)[0][1][0].rerun for each in (wrote, read)]
    assert "--read-only" in read_again
    assert "--read-only" not in wrote_again
