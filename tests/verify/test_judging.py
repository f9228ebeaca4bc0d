"""Judging is pure: recorded answers in, results out, whatever the answers look like."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execmock.loading.contract import shipped_contract
from execmock.verify import probes, rules
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange, Request
from execmock.verify.judge import Interruptions, judge
from execmock.verify.outcome import Outcome, RuleResult
from execmock.verify.reader import parse_json
from execmock.verify.registry import all_probes, all_rules
from execmock.verify.requests import CREATE, GET, LIST
from execmock.verify.rule import Check, Rule, Rules
from execmock.verify.wording import brief

CREATED = {"id": "exec_1", "status": "workflow_queued", "createdAt": "2026-01-01T09:00:00.000Z"}
LABELS = ["", "create/0", "same/first", "same/again", "list/a", "missing/workflowId", "walk/7", "data"]
NAMES = st.sampled_from(
    [
        "code",
        "data",
        "items",
        "execution",
        "events",
        "id",
        "status",
        "createdAt",
        "clientToken",
        "hasMore",
        "x",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


def seen(number: int, answer: Any, *, status: int = 200, operation: str = GET, **fields: Any) -> Exchange:
    body = json.dumps(answer).encode()
    request = Request("GET", "http://host/v1/executions/exec_1", {}, fields.pop("sent", b"{}"))
    return Exchange(
        number=number,
        probe=fields.pop("probe", "histories"),
        label=fields.pop("label", "get"),
        operation=operation,
        identity="a",
        request=request,
        sent=float(number),
        received=number + 0.5,
        status=status,
        headers={},
        body=body,
        json=parse_json(body),
        **fields,
    )


def results(*exchanges: Exchange, interruptions: Interruptions | None = None) -> dict[str, RuleResult]:
    evidence = Evidence(
        shipped_contract(), exchanges, has=("writes", "odd", "b", "read", "embed", "generated", "guarded")
    )
    return {result.rule.id: result for result in judge(evidence, all_rules(), interruptions)}


def outcomes(*exchanges: Exchange, interruptions: Interruptions | None = None) -> dict[str, Outcome]:
    return {name: each.outcome for name, each in results(*exchanges, interruptions=interruptions).items()}


def showing(number: int, status: str, **changes: Any) -> Exchange:
    execution = {**CREATED, "status": status, **changes}
    return seen(
        number, {"code": 200, "data": {"execution": execution, "events": []}, "message": "", "requestId": "r"}
    )


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ("workflow_running", "workflow_queued", "lifecycle.reachable"),
        ("workflow_succeeded", "workflow_failed", "lifecycle.terminal-final"),
    ],
)
def test_a_status_that_goes_back_is_reported(before: str, after: str, rule: str) -> None:
    assert outcomes(showing(1, before), showing(2, after))[rule] is Outcome.FAILED
    assert outcomes(showing(1, before), showing(2, before))[rule] is Outcome.PASSED


def test_one_mistake_about_many_executions_is_one_finding_that_says_how_often_it_was_seen() -> None:
    exchanges = []
    for number, name in enumerate(
        ("exec_d5l2a9c41b8s73e0f6gg", "exec_d5l2a9c41b8s73e0f6h0", "exec_d5l2a9c41b8s7")
    ):
        exchanges += [
            showing(2 * number, "workflow_running", id=name, runId=f"run_of_{name}"),
            showing(2 * number + 1, "workflow_running", id=name, runId="run_of_somebody_else"),
        ]
    evidence = Evidence(shipped_contract(), exchanges)
    [result] = [each for each in judge(evidence, all_rules()) if each.rule.id == "lifecycle.write-once"]
    assert [finding.times for finding in result.findings] == [3]


def test_statuses_missed_between_two_polls_are_no_violation() -> None:
    found = outcomes(showing(1, "awaiting_payment"), showing(2, "workflow_succeeded"))
    assert found["lifecycle.reachable"] is Outcome.PASSED


def test_two_answers_that_overlap_in_time_are_not_compared() -> None:
    early, late = showing(1, "workflow_running"), showing(2, "workflow_queued")
    overlapping = Exchange(**{name: getattr(early, name) for name in early.__slots__} | {"received": 3.0})
    assert outcomes(overlapping, late)["lifecycle.reachable"] is Outcome.INCONCLUSIVE


def test_an_answer_that_asks_to_come_back_later_accuses_nobody() -> None:
    busy = seen(1, {}, status=503, operation=GET)
    asked = Exchange(
        **{name: getattr(busy, name) for name in busy.__slots__} | {"headers": {"retry-after": "1"}}
    )
    assert outcomes(busy)["robust.no-5xx"] is Outcome.FAILED
    assert outcomes(asked)["robust.no-5xx"] is Outcome.INCONCLUSIVE


def test_a_rule_that_nothing_could_be_observed_for_is_blocked_by_the_rule_that_failed() -> None:
    refused = seen(1, {}, status=500, operation=CREATE, probe="basics", label="create/0", valid=True)
    evidence = Evidence(shipped_contract(), [refused])
    results = {
        each.rule.id: each for each in judge(evidence, all_rules(), Interruptions(blocked={"echo": refused}))
    }
    assert results["operation.answers"].outcome is Outcome.FAILED
    assert results["create.echo"].outcome is Outcome.BLOCKED
    assert results["create.echo"].blocked_by == "operation.answers"


def test_a_rule_is_not_blocked_by_one_that_failed_on_another_answer_of_the_operation() -> None:
    refused = seen(1, {}, status=403, operation=CREATE, probe="echo", label="create/0")
    crashed = seen(2, {}, status=500, operation=CREATE, probe="basics", label="create/0", valid=True)
    evidence = Evidence(shipped_contract(), [refused, crashed])
    results = {
        each.rule.id: each for each in judge(evidence, all_rules(), Interruptions(blocked={"echo": refused}))
    }
    assert results["operation.answers"].outcome is Outcome.FAILED
    assert results["create.echo"].outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(("strict", "under"), [(1, "cause.rule"), (2, "")])
def test_a_finding_is_under_a_rule_that_fails_in_the_same_observation_alone(strict: int, under: str) -> None:
    answers = [seen(number, {}, operation=GET, probe="basics") for number in (1, 2)]
    cause = _failing("cause.rule", [answers[0]])
    other = _failing("other.rule", answers[:strict], under=("cause.rule",))
    [_, result] = judge(Evidence(shipped_contract(), answers), [cause, other])
    assert [(each.under, each.seen.number) for each in result.findings] == [(under, strict)]


@pytest.mark.parametrize(("common", "under"), [(1, "cause.rule"), (3, "")])
def test_an_answer_from_which_both_follow_makes_one_the_cause_of_the_other(common: int, under: str) -> None:
    answers = {number: seen(number, {}, operation=GET) for number in (1, 2, 3, 4)}
    cause = _failing("cause.rule", [answers[2]], rests_on=(answers[1],))
    other = _failing("other.rule", [answers[4]], under=("cause.rule",), rests_on=(answers[common],))
    [_, result] = judge(Evidence(shipped_contract(), answers.values()), [cause, other])
    assert [each.under for each in result.findings] == [under]


def test_a_notice_is_the_cause_of_nothing() -> None:
    answer = seen(1, {}, operation=GET)
    cause = replace(_failing("cause.rule", [answer]), severity="advisory")
    [_, result] = judge(
        Evidence(shipped_contract(), [answer]),
        [cause, _failing("other.rule", [answer], under=("cause.rule",))],
    )
    assert [each.under for each in result.findings] == [""]


def _failing(
    name: str, shown: list[Exchange], under: tuple[str, ...] = (), rests_on: tuple[Exchange, ...] = ()
) -> Rule:
    """Return a rule that some answers break."""
    return Rule(
        id=name,
        severity="expected",
        operations=(GET,),
        sentence="",
        judge=lambda _: (Check(False, each, expected="another", rests_on=rests_on) for each in shown),
        probes=("basics",),
        under=under,
    )


def test_without_any_evidence_no_rule_passes() -> None:
    assert Outcome.PASSED not in outcomes().values()


@given(st.lists(st.tuples(JSON, st.sampled_from(LABELS), st.sampled_from([200, 201, 400, 500])), max_size=4))
def test_no_answer_can_make_the_judge_stumble(answers: list[tuple[Any, str, int]]) -> None:
    operations = list(shipped_contract().operations)
    exchanges = [
        seen(number, answer, status=status, operation=operations[number % 5], label=label, probe=probe.name)
        for number, ((answer, label, status), probe) in enumerate(
            zip(answers, all_probes() * 4, strict=False)
        )
    ]
    assert set(outcomes(*exchanges)) == {rule.id for rule in all_rules()}


def test_rule_ids_are_unique_and_probes_exist() -> None:
    ids, known = [rule.id for rule in all_rules()], {probe.name for probe in all_probes()}
    assert len(set(ids)) == len(ids) >= 60
    assert {name for rule in all_rules() for name in rule.probes} <= known
    assert all(rule.probes and rule.operations for rule in all_rules())


def test_a_rule_on_all_answers_is_fed_by_every_probe() -> None:
    crash = next(rule for rule in all_rules() if rule.id == "robust.no-5xx")
    assert crash.probes == tuple(probe.name for probe in all_probes())


@pytest.mark.parametrize("package", [probes, rules])
def test_every_module_of_rules_and_probes_is_named(package: ModuleType) -> None:
    assert sorted(package.MODULES) == sorted(module.name for module in iter_modules(package.__path__))


def test_a_rule_takes_what_it_does_not_say_from_its_area() -> None:
    area = Rules("list", "listExecutions", probes="paging basics", at="responses/200", tags="paging")

    @area.expected("plain", "All from the area.")
    @area.documented("own", "Own values.", operations=("a", "b"), tags="extra", under="x.y", needs="")
    @area.advisory("elsewhere", "Another area.", area="get", source="public")
    def judge(_: Evidence) -> Iterator[Check]:
        return iter(())

    elsewhere, own, plain = area
    assert (plain.id, plain.severity, plain.source) == ("list.plain", "expected", "inferred")
    assert (plain.operations, plain.probes) == (("listExecutions",), ("paging", "basics"))
    assert (plain.at, plain.tags, plain.needs) == ("responses/200", ("paging",), ("writes",))
    assert (own.id, own.severity, own.source) == ("list.own", "documented", "")
    assert (own.operations, own.tags) == (("a", "b"), ("paging", "extra"))
    assert (own.under, own.needs) == (("x.y",), ())
    assert (elsewhere.id, elsewhere.severity, elsewhere.source) == ("get.elsewhere", "advisory", "public")


def first_check(rule: str, *answers: Exchange) -> Check:
    """Return the check that shows a rule broken."""
    [result] = [
        each
        for each in judge(Evidence(shipped_contract(), answers, has=("writes", "odd", "b")), all_rules())
        if each.rule.id == rule
    ]
    assert result.outcome is Outcome.FAILED, result
    return result.findings[0].check


@pytest.mark.parametrize(
    ("sent", "shown", "place", "expected"),
    [
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, "/a/b/1", "2, as sent"),
        ({"a": 1}, {}, "/a", "1, as sent"),
        ({}, {"a": 1}, "", ""),
        ({"a": "x" * 200 + "yz"}, {"a": "x" * 200 + "?z"}, "/a", '"yz" from character 200 on, as sent'),
    ],
)
def test_what_is_not_echoed_is_named_where_it_differs(
    sent: Any, shown: Any, place: str, expected: str
) -> None:
    body = json.dumps({"requestPayload": {"kept": True, **sent}}).encode()
    answer = {"data": {"execution": {**CREATED, "requestPayload": {"kept": True, **shown}}}}
    made = seen(1, answer, operation=CREATE, probe="echo", label="create/0", sent=body)
    check = first_check("create.echo", made)
    assert check.pointer == f"/data/execution/requestPayload{place or '/a'}"
    assert brief(check.expected) == (expected or "nothing, as sent")


def test_a_client_token_in_a_read_is_named_where_it_stands() -> None:
    token = "Zq3-token-of-the-create"
    made = seen(
        1,
        {"data": {"execution": CREATED, "clientToken": token}},
        operation=CREATE,
        probe="basics",
        label="create/0",
    )
    read = seen(
        2, {"data": {"execution": CREATED, "events": [{"x": f"see {token}"}]}}, probe="basics", label="get/0"
    )
    check = first_check("public.create-only-token", made, read)
    assert (check.pointer, check.actual) == ("/data/events/0/x", "a client token")
    named = seen(2, {"data": {"execution": {**CREATED, "clientToken": ""}}}, probe="basics", label="get/0")
    check = first_check("public.create-only-token", made, named)
    assert (check.pointer, check.actual) == ("/data/execution/clientToken", "the property clientToken")


def test_a_page_that_leaks_is_shown_after_the_other_key_s_page() -> None:
    made = seen(1, {"data": {"execution": CREATED}}, operation=CREATE, probe="tenancy", label="create/a")
    pages = [
        replace(
            seen(
                number,
                {"data": {"items": [CREATED], "hasMore": False}},
                operation=LIST,
                probe="tenancy",
                label=f"list/{who}",
            ),
            identity=who,
        )
        for number, who in enumerate("ab", 2)
    ]
    check = first_check("list.organization-scope", made, *pages)
    assert check.seen is pages[1]
    assert check.chain == (pages[0],)
