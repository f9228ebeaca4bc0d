"""A shape is wrong when two engines say so; where they differ or raise, an observation is not judged."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from execmock.core.schema.violation import Violation
from execmock.loading.contract import shipped_contract
from execmock.settings import Effort, VerifySettings
from execmock.verify.answer_schemas import prune
from execmock.verify.engine_failure import EngineFailure
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange, Request
from execmock.verify.judge import judge
from execmock.verify.outcome import NotJudged, Outcome, RuleResult
from execmock.verify.registry import all_rules
from execmock.verify.report import Report
from execmock.verify.report.files import FORMATS
from execmock.verify.report.terminal import lines
from execmock.verify.requests import CREATE
from execmock.verify.rule import Check, Rule
from execmock.verify.schema_judge import SchemaJudge
from execmock.verify.second_opinion import SecondOpinion
from tests.verify.test_judging import CREATED, seen

CONTRACT = shipped_contract()
SECRET = "b3sk_a-key-of-the-run"
RULES = {rule.id: rule for rule in all_rules()}


FIRST, SECOND, FINDS = "jsonschema-rs", "second engine", "finds /execution/status broken"
DEEP = "cannot judge it (ValueError: nested too deep)"
FULL = f"cannot judge it (RuntimeError: no more room for {SECRET}\\x1b[31m)"


class Second:
    """A second engine that takes everything."""

    name = SECOND

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = schema

    def broken(self, value: Any) -> Iterator[tuple[str | int, ...]]:
        return iter(())


class Refusing(Second):
    """One that finds the status broken, whatever it is."""

    def broken(self, value: Any) -> Iterator[tuple[str | int, ...]]:
        return iter([("execution", "status")])


class Raising(Second):
    """One that cannot judge."""

    def broken(self, value: Any) -> Iterator[tuple[str | int, ...]]:
        raise RuntimeError(f"no more room for {SECRET}\x1b[31m")


class RaisingFirst:
    """A first engine that cannot judge."""

    def __init__(self, schema: Mapping[str, Any], where: str) -> None:
        self.place = where

    def violations(self, value: Any) -> list[Violation]:
        raise ValueError("nested too deep")


def answer(number: int, **changes: Any) -> Exchange:
    execution = {**CREATED, "workflowId": "wf", "sourceSystem": "s", "sourceEntityType": "t", **changes}
    data = {"execution": execution, "events": []}
    return seen(number, {"code": 200, "data": data, "message": "", "requestId": "r"})


def judged(*exchanges: Exchange, rule: str = "get.shape", **engines: Any) -> RuleResult:
    given = {"every": 1, **engines}
    evidence = Evidence(CONTRACT, exchanges, schema_judge=SchemaJudge(CONTRACT, **given))
    [result] = judge(evidence, [RULES[rule]])
    return result


def test_what_both_engines_find_is_a_violation() -> None:
    result = judged(answer(1, status=7))
    assert result.outcome is Outcome.FAILED
    assert [finding.check.pointer for finding in result.findings] == ["/data/execution/status"]
    assert result.not_judged == ()


@pytest.mark.parametrize(
    ("engines", "status", "verdicts"),
    [
        ({"second": Second}, 7, f"{FIRST} {FINDS}, {SECOND} accepts it"),
        ({"second": Refusing}, "workflow_queued", f"{SECOND} {FINDS}, {FIRST} accepts it"),
        ({"second": Raising}, "workflow_queued", f"{SECOND} {FULL}, {FIRST} accepts the value"),
        ({"second": Raising}, 7, f"{SECOND} {FULL}, {FIRST} {FINDS}"),
        ({"first": RaisingFirst}, "workflow_queued", f"{FIRST} {DEEP}, python-jsonschema accepts the value"),
        ({"first": RaisingFirst}, 7, f"{FIRST} {DEEP}, python-jsonschema {FINDS}"),
        ({"first": RaisingFirst, "second": Raising}, 7, f"{FIRST} {DEEP}, {SECOND} {FULL}"),
    ],
)
def test_where_the_engines_differ_or_raise_it_is_not_judged_and_both_verdicts_are_told(
    engines: dict[str, Any], status: Any, verdicts: str
) -> None:
    result = judged(answer(1, status=status), **engines)
    assert result.outcome is Outcome.INCONCLUSIVE
    assert result.reason == f"1 of 1 observations could not be judged: {verdicts}"
    assert (result.observations, result.findings, result.not_judged) == (0, (), (NotJudged(verdicts),))


def test_what_only_one_engine_finds_does_not_hide_what_both_find() -> None:
    result = judged(answer(1, status=7, workflowId=7), second=Refusing)
    assert [finding.check.pointer for finding in result.findings] == ["/data/execution/status"]
    assert result.not_judged == (
        NotJudged("jsonschema-rs finds /execution/workflowId broken, second engine accepts it"),
    )


def test_what_is_missing_is_asked_of_both_too() -> None:
    lacking = answer(1)  # without an organization, which each execution has
    assert judged(lacking, rule="get.complete").outcome is Outcome.FAILED
    told = judged(lacking, rule="get.complete", second=Second)
    assert told.not_judged == (
        NotJudged("jsonschema-rs finds /execution/organizationId broken, second engine accepts it"),
    )


def asked(count: int, **options: Any) -> list[int]:
    """Return the numbers of the sound answers about which the second engine is asked."""
    judge = SchemaJudge(CONTRACT, second=Refusing, **options)
    answers = [answer(number) for number in range(count)]
    return [each.number for each in answers if judge.types(each, each.at("/data")).reason]


def test_the_second_engine_is_asked_about_a_seeded_tenth_of_what_the_first_accepts() -> None:
    numbers = asked(600, seed=3)
    assert 40 <= len(numbers) <= 80
    assert numbers == asked(600, seed=3)
    assert numbers != asked(600, seed=4)


def test_it_can_be_asked_about_everything() -> None:
    assert asked(20, every=1) == list(range(20))


@pytest.mark.parametrize(("effort", "every"), [("quick", 10), ("default", 10), ("thorough", 1)])
def test_a_thorough_run_asks_it_about_everything(effort: Effort, every: int) -> None:
    options = VerifySettings(url="http://host", effort=effort, seed=5)
    assert SchemaJudge.of_run(CONTRACT, options) == SchemaJudge(CONTRACT, seed=5, every=every)


def test_the_engines_are_made_once_for_each_schema() -> None:
    made: list[object] = []

    class Counting(Second):
        def __init__(self, schema: Mapping[str, Any]) -> None:
            made.append(schema)

    judge = SchemaJudge(CONTRACT, every=1, second=Counting)
    for number in range(5):
        judge.types(answer(number), {})
        judge.missing(answer(number), {}, {})
    assert len(made) == 2


def test_what_was_judged_ahead_is_not_judged_again_and_comes_to_the_same() -> None:
    asked: list[object] = []

    class Counting(SecondOpinion):
        def broken(self, value: Any) -> Iterator[tuple[str | int, ...]]:
            asked.append(value)
            return super().broken(value)

    judge = SchemaJudge(CONTRACT, every=1, second=Counting)
    wrong = answer(1, status=7, id="")
    judge.ahead(wrong)
    before = len(asked)
    data = wrong.at("/data")
    found = (judge.types(wrong, prune(data)), judge.missing(wrong, data, prune(data)))
    other = SchemaJudge(CONTRACT, every=1)
    assert found == (other.types(wrong, prune(data)), other.missing(wrong, data, prune(data)))
    assert all(opinion.violations for opinion in found)
    assert len(asked) == before > 0


def generated(number: int, body: Any, status: int) -> Exchange:
    sent = Request(
        "POST",
        "http://host/v1/executions",
        {"Authorization": "Bearer x", "Content-Type": "application/json"},
        json.dumps(body).encode(),
    )
    asked = seen(number, {}, status=status, operation=CREATE, probe="generated", label=CREATE)
    return replace(asked, request=sent)


BODY = {"workflowId": "wf", "sourceSystem": "s", "sourceEntityType": "t"}


def rule_on_generated(rule: str, *exchanges: Exchange, **engines: Any) -> RuleResult:
    plain = replace(generated(0, BODY, 200), probe="basics", label="create")
    evidence = Evidence(
        CONTRACT,
        [plain, *exchanges],
        has=("writes", "generated"),
        engine_failures=[
            EngineFailure("response_schema_conformance", "a shape", "another", each)
            for each in exchanges
            if each.ok
        ],
        schema_judge=SchemaJudge(CONTRACT, every=1000, **engines),
    )
    [result] = judge(evidence, [RULES[rule]])
    return result


@pytest.mark.parametrize(
    ("rule", "body", "status", "second"),
    [
        ("generated.refuses", {**BODY, "workflowId": 7}, 200, Second),
        ("generated.accepts", BODY, 400, Refusing),
        ("generated.conformance", BODY, 200, Second),
    ],
)
def test_no_generated_request_accuses_without_the_second_engine(
    rule: str, body: dict[str, Any], status: int, second: type[Second]
) -> None:
    sent = replace(generated(1, body, status), json={"data": {"execution": {"status": 7}}})
    assert rule_on_generated(rule, sent).outcome is Outcome.FAILED
    told = rule_on_generated(rule, sent, second=second)
    assert told.outcome is not Outcome.FAILED
    assert told.unjudged == 1


def rule_of(*checks: Check) -> Rule:
    return replace(RULES["get.shape"], judge=lambda _: iter(checks))


def outcome_of(*checks: Check) -> RuleResult:
    [result] = judge(Evidence(CONTRACT, []), [rule_of(*checks)])
    return result


def test_a_rule_with_more_than_a_fifth_not_judged_is_inconclusive() -> None:
    good, limit = Check(True, answer(1)), Check(None, answer(2), reason="larger than 1 MiB")
    assert outcome_of(*[good] * 8, *[limit] * 2).outcome is Outcome.PASSED
    result = outcome_of(*[good] * 7, *[limit] * 2)
    assert result.outcome is Outcome.INCONCLUSIVE
    assert result.reason == "2 of 9 observations could not be judged: larger than 1 MiB"
    assert (result.observations, result.unjudged) == (7, 2)


def test_what_was_found_stays_found_however_much_was_not_judged() -> None:
    bad, limit = Check(False, answer(1), expected="x"), Check(None, answer(2), reason="r")
    assert outcome_of(bad, *[limit] * 9).outcome is Outcome.FAILED


def test_reasons_are_counted_and_rare_ones_are_told_together() -> None:
    reasons = Counter({"a": 4, "b": 3, "c": 2, "d": 1, "e": 1})
    checks = [Check(None, answer(1), reason=reason) for reason in reasons.elements()]
    assert outcome_of(*checks).not_judged == (
        NotJudged("a", 4),
        NotJudged("b", 3),
        NotJudged("c, and other reasons", 4),
    )


@pytest.fixture(scope="module")
def report() -> Report:
    """A run in which two answers of twelve could not be judged, and a rule was inconclusive."""
    exchanges = [answer(number) for number in range(10)]
    passed = judged(*exchanges, answer(10, status=7), second=Second)
    inconclusive = judged(*exchanges, rule="get.complete", second=Raising)
    return Report(
        VerifySettings(url="http://host", token=SECRET),
        (replace(passed, not_judged=(*passed.not_judged, NotJudged(f"larger than {SECRET}"))), inconclusive),
        journal=tuple(exchanges),
        secrets={"TOKEN": SECRET},
    )


DIFFERENCE = f"{FIRST} {FINDS}, {SECOND} accepts it"


def rendered(report: Report, form: str) -> str:
    text: str = import_module(f"execmock.verify.report.{FORMATS[form]}").render(report)
    return text


FORMS: dict[str, Callable[[Report], str]] = {
    "terminal": lambda report: "\n".join(lines(report)),
    **{form: lambda report, form=form: rendered(report, form) for form in FORMATS if form != "har"},  # type: ignore[misc]
}


@pytest.mark.parametrize("form", FORMS)
def test_every_report_says_what_was_not_judged_and_why(form: str, report: Report) -> None:
    text = FORMS[form](report)
    assert DIFFERENCE in text
    assert "no more room for $TOKEN" in text
    assert "larger than $TOKEN" in text
    assert SECRET not in text


@pytest.mark.parametrize(
    ("form", "told"),
    [
        (
            "terminal",
            [
                f"observations not judged ({DIFFERENCE}): get.shape (1)",
                "inconclusive (10 of 10 observations could not be judged: second engine cannot judge it",
                "10 requests, 10 observations and 12 more that could not be judged, ",
            ],
        ),
        ("markdown", [f"- `get.shape`: observations not judged: 1 ({DIFFERENCE})"]),
        ("html", [f"1 not judged: {DIFFERENCE}", "<td>10, 2 more not judged</td>"]),
    ],
)
def test_a_report_for_people_says_how_many(form: str, told: list[str], report: Report) -> None:
    text = FORMS[form](report)
    assert [each for each in told if each not in text] == []


def test_json_has_the_number_for_each_rule(report: Report) -> None:
    document = json.loads(rendered(report, "json"))
    shape, complete = document["rules"]
    assert (shape["outcome"], shape["observations"], shape["observationsNotJudged"]) == ("passed", 10, 2)
    assert shape["notJudged"][0] == {"reason": DIFFERENCE, "observations": 1}
    assert (complete["outcome"], complete["observationsNotJudged"]) == ("inconclusive", 10)
    assert document["observationsNotJudged"] == 12


def test_junit_tells_it_in_the_case_of_the_rule(report: Report) -> None:
    cases = {case.get("name"): case for case in ET.fromstring(rendered(report, "junit")).iter("testcase")}  # noqa: S314 - our own text
    assert cases["get.shape"].findtext("system-err", "").splitlines() == [
        f"observations not judged: 1 ({DIFFERENCE})",
        "observations not judged: 1 (larger than $TOKEN)",
    ]
    skipped = cases["get.complete"].find("skipped")
    assert skipped is not None
    assert "10 of 10 observations could not be judged" in skipped.get("message", "")


def test_sarif_has_a_notification_for_each_rule_and_reason(report: Report) -> None:
    [run] = json.loads(rendered(report, "sarif"))["runs"]
    [invocation] = run["invocations"]
    notes = [
        (each["associatedRule"]["id"], each["message"]["text"])
        for each in invocation["toolExecutionNotifications"]
        if "associatedRule" in each
    ]
    assert notes[:2] == [
        ("get.shape", f"Observations not judged: 1 ({DIFFERENCE})"),
        ("get.shape", "Observations not judged: 1 (larger than $TOKEN)"),
    ]
    assert notes[2][1].startswith("Observations not judged: 10 (second engine cannot judge it")
    assert [rule["properties"]["observationsNotJudged"] for rule in run["tool"]["driver"]["rules"]] == [2, 10]
