"""Answers of any depth, size, digits and text: they accuse nobody, hide nothing, and stop no rule."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execmock.core.schema.violation import Violation
from execmock.loading.contract import shipped_contract
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.judge import judge
from execmock.verify.outcome import Outcome, RuleResult
from execmock.verify.reader import Limits, read_json
from execmock.verify.registry import all_probes, all_rules
from execmock.verify.requests import CREATE, EXECUTE, GET, LIST, PUBLIC
from execmock.verify.rule import Check, Rule, check
from execmock.verify.schema_judge import SchemaJudge
from tests.effort import examples
from tests.verify.test_judging import seen

CONTRACT = shipped_contract()
TIME = "2026-01-01T09:00:00.000Z"
HERE = "the odd text goes here"
OPERATIONS = (CREATE, GET, LIST, PUBLIC, EXECUTE)


def nested(begin: str, middle: str, end: str, depth: int) -> str:
    return begin * depth + middle + end * depth


ODD: Mapping[str, str] = {
    "arrays": nested("[", "", "]", 2_000),
    "objects": nested('{"x":', "1", "}", 900),
    "both": nested('[{"x":', "null", "}]", 700),
    "below the engines' limit": nested('{"x":', '""', "}", 99),
    "integer": "9" * 5_000,
    "below zero": "-" + "9" * 4_400,
    "integer of 400 digits": "1" + "0" * 400,
    "infinite": "1e400",
    "next to nothing": "-1e-400",
    "fraction": "0." + "3" * 5_000,
    "half an emoji": '"\\ud83d"',
    "half an emoji as a name": '{"\\udfff": "\\ud83d"}',
    "control characters": '"\\u0000\\u001b[31m\\u0085\\u202e\\uffff"',
    "long text": '"' + "x" * 300_000 + '"',
    "no name": '{"": {"": ""}, "$ref": "#/a", "__proto__": {"a": 1}}',
    "many": "[" + ",".join(map(str, range(3_000))) + "]",
}


def written(value: Any, odd: str) -> bytes:
    return json.dumps(value).replace(json.dumps(HERE), odd).encode()


def exchange(number: int, operation: str, answer: Any, odd: str, **fields: Any) -> Exchange:
    body = written(answer, odd)
    reading = read_json(body, fields.pop("limits", Limits()))
    plain = seen(number, None, operation=operation, **fields)
    return replace(plain, body=body, json=reading.value, unread=reading.unread)


SENT = {"workflowId": "wf", "sourceSystem": "s", "sourceEntityType": "t", "requestPayload": {"odd": HERE}}


def enveloped(data: Any) -> dict[str, Any]:
    return {"code": 200, "data": data, "message": "success", "requestId": "r"}


def honest(odd: str, **page: Any) -> Iterator[Exchange]:
    """Yield what a service answers that took a payload and shows it in every view but the public one."""
    execution = {
        **SENT,
        "id": "exec_1",
        "status": "workflow_queued",
        "createdAt": TIME,
        "updatedAt": TIME,
        "organizationId": "org",
        "runId": "run",
    }
    sent, events = written(SENT, odd), [{"id": "evt", "createdAt": TIME, "data": {"odd": HERE}}]
    public = {name: execution[name] for name in ("id", "status", "createdAt", "runId", "workflowId")}
    answers: list[tuple[str, str, Any]] = [
        (CREATE, "create/x", {"execution": execution, "clientToken": "t" * 20}),
        (GET, "get/x", {"execution": execution, "events": events}),
        (LIST, "list/x", {"items": [execution], "hasMore": False, "limit": 20, "offset": 0, **page}),
        (PUBLIC, "public/x", {**public, "events": [{"id": "evt", "createdAt": TIME}]}),
        (GET, "get-again/x", {"execution": execution, "events": events}),
    ]
    for number, (operation, label, data) in enumerate(answers):
        answer = enveloped(data)
        yield exchange(number, operation, answer, odd, label=label, sent=sent, probe="echo")
    body = {"execution_data": {"odd": HERE}}
    yield exchange(9, EXECUTE, body, odd, label="data", sent=written(body, odd), probe="embed", status=201)


def judged(exchanges: Iterable[Exchange]) -> dict[str, RuleResult]:
    has = ("writes", "odd", "b", "read", "embed", "generated", "guarded")
    found = judge(Evidence(CONTRACT, exchanges, has=has), all_rules())
    return {result.rule.id: result for result in found}


def outcomes(results: Mapping[str, RuleResult]) -> dict[str, tuple[Outcome, int, int]]:
    return {name: (each.outcome, each.observations, each.unjudged) for name, each in results.items()}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_value_in_a_free_form_place_changes_no_verdict(name: str) -> None:
    plain, odd = judged(honest("1")), judged(honest(ODD[name]))
    assert plain["create.echo"].outcome is plain["list.shape"].outcome is Outcome.PASSED
    assert outcomes(odd) == outcomes(plain)


@pytest.mark.parametrize("name", ODD)
def test_an_odd_value_hides_no_violation_of_its_page(name: str) -> None:
    result = judged(honest(ODD[name], hasMore=0))["list.shape"]
    assert [each.check.pointer for each in result.findings] == ["/data/hasMore"]


def places(value: Any) -> Iterator[tuple[Any, str | int]]:
    """Yield every place in an answer: the object or array, and the name or number in it."""
    parts: Iterable[tuple[str | int, Any]] = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for part, inner in list(parts):
        yield value, part
        yield from places(inner)


@st.composite
def disturbed(draw: st.DrawFn) -> list[Exchange]:
    """Draw the answers of the honest service, with an odd value in some places of each."""
    found = []
    for each in honest("1"):
        answer = json.loads(each.body)
        for _ in range(draw(st.integers(0, 3))):
            holder, part = draw(st.sampled_from(list(places(answer))))
            holder[part] = HERE
        odd = ODD[draw(st.sampled_from(sorted(ODD)))]
        label, probe = draw(st.sampled_from(LABELS)), draw(st.sampled_from(PROBES))
        again = exchange(each.number, each.operation, answer, odd, sent=each.request.body, status=each.status)
        found.append(replace(again, label=label, probe=probe))
    return found


PROBES = sorted(probe.name for probe in all_probes())
LABELS = [
    "create/x",
    "get/x",
    "list/a",
    "same/first",
    "same/again",
    "exact/plain",
    "many",
    "at-once/8",
    "data",
]


@settings(max_examples=examples(15), deadline=None)
@given(disturbed())
def test_odd_values_anywhere_stop_no_rule(exchanges: list[Exchange]) -> None:
    results = judged(exchanges)
    assert results.keys() == {rule.id for rule in all_rules()}
    stopped = [each for each in results.values() if each.reason.startswith("the answers could not be read")]
    assert stopped == []


def one_rule(judge_: Any) -> Rule:
    return Rule("x.y", "expected", (GET,), "", judge_, ("echo",))


def verdict(rule: Rule, *exchanges: Exchange) -> RuleResult:
    [result] = judge(Evidence(CONTRACT, exchanges), [rule])
    return result


def named(evidence: Evidence) -> Iterator[Check]:
    """A rule that cannot take a status that is no text."""
    for each in evidence.seen("echo"):
        status = each.at("/data/status")
        yield check(status.startswith("workflow_"), each, "a status", at="/data/status")


def showing(number: int, status: Any, **fields: Any) -> Exchange:
    return exchange(number, GET, {"data": {"status": status}}, "1", probe="echo", **fields)


def test_an_answer_that_a_rule_cannot_take_is_counted_and_hides_nothing() -> None:
    answers = [showing(number, "workflow_failed") for number in range(6)]
    answers[2:2] = [showing(20, 7), showing(21, ["x"])]
    result = verdict(one_rule(named), *answers, showing(30, "unheard-of"))
    assert (result.outcome, result.observations, result.unjudged) == (Outcome.FAILED, 7, 2)
    assert {each.reason for each in result.not_judged} == {"the answer could not be judged: AttributeError"}


def test_a_rule_that_cannot_take_most_answers_is_inconclusive() -> None:
    result = verdict(one_rule(named), *(showing(number, number) for number in range(9)))
    assert result.outcome is Outcome.INCONCLUSIVE
    assert result.reason == "the answers could not be read: AttributeError"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": 0, "lost": "no answer within 10 s"}, "no answer within 10 s"),
        ({"status": 429}, "the answer was 429, which asks to come back later"),
    ],
)
def test_requests_without_an_answer_are_counted(change: Mapping[str, Any], reason: str) -> None:
    answers = [showing(number, "workflow_failed") for number in range(4)]
    result = verdict(one_rule(named), *answers, replace(showing(9, ""), **change))
    assert (result.outcome, result.unjudged) == (Outcome.PASSED, 1)
    assert result.not_judged[0].reason == reason
    again = replace(showing(9, ""), **change, again=True)
    assert verdict(one_rule(named), *answers, again).unjudged == 0


class Telling:
    """A first engine whose error holds a key of the run, where a reason is cut."""

    def __init__(self, schema: Mapping[str, Any], where: str) -> None:
        self.place = where

    def violations(self, value: Any) -> list[Violation]:
        raise ValueError(f"{'word ' * 15}{SECRET}")


SECRET = "b3sk_a-key-that-has-to-stay-secret"


def test_a_reason_is_cut_between_words_so_that_no_half_of_a_key_is_told() -> None:
    opinion = SchemaJudge(CONTRACT, first=Telling).body(seen(1, None, operation=CREATE), {}, accuses=None)
    assert "word word" in opinion.reason
    assert "b3sk" not in opinion.reason


def test_answers_beyond_a_limit_neither_accuse_nor_acquit() -> None:
    narrow = [
        replace(each, json=cut.value, unread=cut.unread)
        for each in honest("1")
        for cut in [read_json(each.body, Limits(size=1))]
    ]
    results = judged(narrow)
    about_heads = {"content-type.json", "embed.request-id"}
    assert {name for name, each in results.items() if each.outcome is Outcome.FAILED} == about_heads
    for name in ("list.shape", "envelope.fields", "create.echo", "status.enum", "public.private-fields"):
        assert results[name].outcome is Outcome.INCONCLUSIVE
        assert "the answer is longer than 1 bytes" in results[name].reason
