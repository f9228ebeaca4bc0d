"""The command that a finding names shows the finding again."""

from __future__ import annotations

import shlex

import pytest

from execmock.errors import ConfigError
from execmock.loading.contract import shipped_contract
from execmock.settings import VerifySettings
from execmock.verify import verify
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.judge import judge
from execmock.verify.outcome import Outcome
from execmock.verify.registry import all_rules
from execmock.verify.report import Report
from execmock.verify.report.facts import all_facts
from execmock.verify.requests import GET
from tests.verify.judging import judged
from tests.verify.target import running
from tests.verify.test_judging import seen


def reruns(report: Report, rule: str) -> list[dict[str, list[str]]]:
    """Return what the commands of a rule's findings say of rules and probes."""
    commands = [fact.rerun for result, facts in all_facts(report) if result.rule.id == rule for fact in facts]
    return [
        {
            option: [
                word.partition("=")[2] for word in shlex.split(command) if word.startswith(f"--{option}=")
            ]
            for option in ("only", "probe")
        }
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
def test_the_command_of_a_finding_on_any_answer_sends_what_shows_it_and_finds_it_again(
    fault: str, rule: str
) -> None:
    with running(fault=fault) as target:
        whole = judged(target, generated=False)
        [again, *_] = reruns(whole, rule)
        report = judged(target, only=again["only"], probes=again["probe"], generated=False)
    assert again["only"] == [rule]
    assert {result.rule.id for result in report.results if result.outcome is Outcome.FAILED} == {rule}
    assert {seen.probe for seen in report.journal} <= {*again["probe"], "preflight", "confirming"}
    assert len(report.journal) < len(whole.journal) / 2


def test_the_command_names_the_probe_where_the_rule_sends_other_requests() -> None:
    stray = seen(1, {"code": "200"}, probe="scope", label="get-with-read", operation=GET)
    assert reruns(recorded(stray), "envelope.code") == [{"only": ["envelope.code"], "probe": ["scope"]}]
    assert reruns(recorded(stray), "status-codes") == []


def test_the_command_has_the_key_that_its_probe_needs() -> None:
    stray = seen(1, {"code": "200"}, probe="scope", label="get-with-read", operation=GET)
    [command] = [
        fact.rerun
        for result, facts in all_facts(recorded(stray))
        for fact in facts
        if result.rule.id == "envelope.code"
    ]
    assert command.endswith('--token-read="$TOKEN_READ"')


def test_what_the_preflight_shows_is_asked_for_by_plain_requests() -> None:
    crash = seen(1, {}, probe="preflight", label="a", operation=GET, status=500)
    assert reruns(recorded(crash), "robust.no-5xx") == [
        {"only": ["robust.no-5xx"], "probe": ["basics", "existing"]}
    ]


def test_an_unknown_probe_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ConfigError, match=r"'pagin' is no probe; expected one of auth, .*paging"):
        verify("http://127.0.0.1:9", token="b3sk_x", probes=("pagin",))


def recorded(*exchanges: Exchange) -> Report:
    """Return the report on answers as if a run had got them."""
    evidence = Evidence(shipped_contract(), exchanges)
    return Report(
        options=VerifySettings(url="http://127.0.0.1:1", token_read="b3sk_read"),
        results=judge(evidence, all_rules()),
        journal=evidence.journal,
    )


def test_the_command_reads_only_when_the_run_did() -> None:
    with running(fault="has-more-never") as target:
        wrote = judged(target, only=("list.has-more",), generated=False)
        read = judged(target, only=("list.has-more",), generated=False, read_only=True)
    [wrote_again, read_again] = [all_facts(each)[0][1][0].rerun for each in (wrote, read)]
    assert "--read-only" in read_again
    assert "--read-only" not in wrote_again
