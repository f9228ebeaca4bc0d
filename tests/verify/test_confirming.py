"""Before accusing, `verify` asks again: what does not repeat is named as such, what is odd is shrunk."""

from __future__ import annotations

import json
from typing import Any

import pytest

from execmock.verify.outcome import Finding, Outcome
from execmock.verify.report import Report
from execmock.verify.report.facts import all_facts
from execmock.verify.report.terminal import lines
from tests.verify.judging import judged
from tests.verify.target import Behaviour, HandClock, Target, running, serving
from tests.verify.target.parts.creating import Created
from tests.verify.target.values import Answer, Key, Request


class Forgetful(Behaviour):
    """Takes a limit of 0 the first time that it is asked for, and then no more."""

    def prepare(self) -> None:
        super().prepare()
        self.asked = 0

    def limit(self, request: Request) -> int:
        if request.query.get("limit") == "0":
            self.asked += 1
            return 1 if self.asked == 1 else super().limit(request)
        return super().limit(request)


class Breaking(Behaviour):
    """Breaks on one header in one method, whatever else is sent."""

    async def route(self, request: Request) -> Answer:
        if request.headers.get("Accept-Language") == "zz-ZZ" and request.method == "POST":
            return Answer(500, b"", {})
        return await super().route(request)


class BreakingLater(Behaviour):
    """Breaks on the same header, but only in what it takes without."""

    async def route(self, request: Request) -> Answer:
        answer = await super().route(request)
        odd = request.headers.get("Accept-Language") == "zz-ZZ" and request.method == "POST"
        return Answer(500, b"", {}) if odd and answer.status == 200 else answer


class Racing(Behaviour):
    """Makes two executions of one idempotency key, once in 13 keys."""

    every = 13

    def prepare(self) -> None:
        super().prepare()
        self.met: list[str] = []

    def repeated(self, key: Key, body: dict[str, object]) -> Created | None:
        place = str(body.get("idempotencyKey"))
        again = self.met.count(place)
        self.met.append(place)
        number = len(dict.fromkeys(self.met))
        return None if again == 2 and number % self.every == 0 else super().repeated(key, body)


class SeldomRacing(Racing):
    """Once in 20 keys."""

    every = 20


def report_on(behaviour: type[Behaviour], *only: str, **options: Any) -> Report:
    service = behaviour(seed=7, speed=1.0, clock=HandClock())
    with serving(service) as url:
        return judged(Target(url, service), only=only, generated=False, level="expected", **options)


def finding(report: Report, rule: str) -> Finding:
    [result] = [each for each in report.results if each.rule.id == rule]
    assert result.outcome is Outcome.FAILED
    return result.findings[0]


def confirming(report: Report) -> list[Any]:
    return [seen for seen in report.journal if seen.probe == "confirming"]


def test_what_does_not_repeat_fails_and_says_how_often_it_was_shown() -> None:
    report = report_on(Forgetful, "list.bad-parameters")
    found = finding(report, "list.bad-parameters")
    assert (found.asked, found.shown, report.exit_code) == (4, 1, 1)
    assert any("(1 of 4 times)" in line for line in lines(report))


def test_what_repeats_says_nothing_of_it() -> None:
    with running(fault="limit-zero-taken") as target:
        report = judged(target, only=("list.bad-parameters",), generated=False)
    found = finding(report, "list.bad-parameters")
    assert (found.asked, found.shown) == (4, 4)
    assert not any("of 4 times" in line for line in lines(report))


def test_an_odd_request_is_shrunk_to_the_part_that_matters_and_shown_beside_the_plain_one() -> None:
    with running(fault="nul-500") as target:
        report = judged(target, only=("robust",), generated=False)
    found = finding(report, "robust.no-5xx")
    assert json.loads(found.seen.request.body).keys() == {"requestPayload"}
    assert found.control is not None
    assert found.control.part == "property requestPayload"
    assert found.control.seen.status < 500
    [(_, [facts, *_])] = [each for each in all_facts(report) if each[0].rule.id == "robust.no-5xx"]
    assert facts.curl[0] == f"# without property requestPayload the answer is {found.control.seen.status}:"
    assert facts.curl[2] == "# with it, 500:"
    assert len(confirming(report)) <= 20


def test_a_header_that_matters_stays() -> None:
    found = finding(report_on(Breaking, "robust"), "robust.no-5xx")
    assert found.seen.request.headers["Accept-Language"] == "zz-ZZ"
    assert found.seen.request.body == b"{}"
    assert found.control is not None
    assert found.control.part == "header Accept-Language"


def test_what_any_request_needs_is_not_told_as_the_part_that_matters() -> None:
    found = finding(report_on(BreakingLater, "robust"), "robust.no-5xx")
    assert found.control is not None
    assert (found.control.part, found.control.seen.status) == ("header Accept-Language", 200)


@pytest.mark.parametrize(("behaviour", "effort"), [(Racing, "default"), (SeldomRacing, "thorough")])
def test_a_race_that_is_seldom_lost_is_found_and_says_how_seldom(
    behaviour: type[Behaviour], effort: str
) -> None:
    found = finding(
        report_on(behaviour, "idempotency.concurrent-8", effort=effort), "idempotency.concurrent-8"
    )
    assert 0 < found.shown < found.asked
    assert found.asked == {"default": 15, "thorough": 46}[effort]


@pytest.mark.parametrize("only", [("list.bad-parameters",), ("robust",)])
def test_where_nothing_was_found_nothing_is_asked_again(only: tuple[str, ...]) -> None:
    assert confirming(report_on(Behaviour, *only)) == []


def test_an_answer_that_a_rule_cannot_judge_again_says_nothing_of_how_often_it_shows() -> None:
    with running("has-more-never") as target:
        report = judged(target, only=("list.has-more",), generated=False)
    assert report.findings()
    assert [each.check.expected for each in report.findings() if each.shown != each.asked] == []
