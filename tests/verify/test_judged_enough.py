"""Green means judged: a run that has seen too little says so, and is no success in any form of report."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from aiohttp import web

from execmock.settings import VerifySettings
from execmock.verify.outcome import Outcome, RuleResult
from execmock.verify.registry import all_rules
from execmock.verify.report import Report, har, html, json_, junit, markdown, sarif
from execmock.verify.report.terminal import lines
from tests.verify.gateway import gateway
from tests.verify.judging import judged
from tests.verify.target import running
from tests.verify.test_suite import outcomes, suite_run

PASSED, FAILED, WAIVED = Outcome.PASSED, Outcome.FAILED, Outcome.WAIVED
BLOCKED, UNSEEN, LACKING = Outcome.BLOCKED, Outcome.INCONCLUSIVE, Outcome.NOT_JUDGED


def reported(*several: tuple[Outcome, int], reason: str = "nothing was seen", **fields: Any) -> Report:
    """Return a report with so many results of each outcome."""
    found = [outcome for outcome, number in several for _ in range(number)]
    rules = [rule for rule in all_rules() if rule.severity != "advisory"]
    results = [
        RuleResult(rule, outcome, observations=1, reason="" if outcome is PASSED else reason)
        for rule, outcome in zip(rules, found, strict=False)
    ]
    return Report(options=VerifySettings(url="http://host"), results=tuple(results), **fields)


@pytest.mark.parametrize(
    ("several", "code", "shortfall"),
    [
        ([(PASSED, 10)], 0, ""),
        ([(PASSED, 8), (UNSEEN, 2)], 0, ""),
        ([(PASSED, 79), (UNSEEN, 21)], 3, "judged 79 of 100 rules: nothing was seen"),
        ([(PASSED, 7), (WAIVED, 1), (BLOCKED, 2)], 0, ""),
        ([(PASSED, 7), (BLOCKED, 3)], 3, "judged 7 of 10 rules: nothing was seen"),
        ([(PASSED, 8), (LACKING, 90)], 0, ""),
        ([(LACKING, 5)], 3, "judged 0 of 0 rules: nothing was seen"),
        ([], 3, "judged 0 of 0 rules: none was selected"),
        ([(FAILED, 1), (UNSEEN, 9)], 1, "judged 1 of 10 rules: nothing was seen"),
    ],
)
def test_less_than_four_fifths_of_the_rules_is_not_enough(
    several: Iterable[tuple[Outcome, int]], code: int, shortfall: str
) -> None:
    report = reported(*several)
    assert (report.exit_code, report.shortfall, report.conforms) == (code, shortfall, code == 0)


@pytest.mark.parametrize(
    ("fields", "code", "heading"),
    [
        ({}, 0, "Conforms"),
        ({"silent": "no request to the embed API got an answer"}, 3, "Judged in part"),
        ({"unfinished": "the run has not ended"}, 3, "Judged in part"),
        ({"interrupted": 2}, 130, "Interrupted"),
        ({"interrupted": 15}, 143, "Interrupted"),
        ({"unreachable": "http://host does not answer"}, 3, "Not judged"),
    ],
)
def test_only_a_whole_run_can_conform(fields: dict[str, Any], code: int, heading: str) -> None:
    report = reported((PASSED, 10), **fields)
    assert (report.exit_code, report.heading, report.conforms) == (code, heading, code == 0)


def test_every_form_of_report_says_that_too_little_was_judged_and_how_the_run_was_done() -> None:
    report = reported((PASSED, 1), (UNSEEN, 2), notes=("certificates were not checked (--insecure)",))
    said, note = "judged 1 of 3 rules: nothing was seen", "certificates were not checked"
    texts = {each.__name__: each.render(report) for each in (har, html, json_, junit, markdown, sarif)}
    texts["terminal"] = "\n".join(lines(report))
    assert [name for name, text in texts.items() if said not in text] == []
    assert [name for name, text in texts.items() if note not in text] == []
    found = json.loads(texts["execmock.verify.report.json_"])
    assert (found["rulesJudged"], found["rulesSelected"], found["exitCode"]) == (1, 3, 3)
    suite = ET.fromstring(texts["execmock.verify.report.junit"])[0]  # noqa: S314 - our own text
    assert (suite.get("tests"), suite.get("errors"), suite.get("skipped")) == ("4", "1", "2")
    [invocation] = json.loads(texts["execmock.verify.report.sarif"])["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False


def test_a_generator_without_answers_is_not_passed_over() -> None:
    def silent(_: int, request: web.Request) -> None:
        if request.headers.get("Accept") == "*/*" and request.transport:
            request.transport.abort()

    with running() as target, gateway(target.url, silent) as front:
        report = judged(target, url=front.url, only=("generated.refuses", "list.default-limit"))
    assert report.exit_code == 3
    assert report.shortfall == "judged 0 of 2 rules: generated input got no answer"


def test_a_suite_in_which_too_little_was_judged_is_not_green(tmp_path: Path) -> None:
    with running() as target:
        code, said = suite_run(tmp_path, "-k", "list.default-limit", "--execmock-max-time=1ms", target=target)
    assert (code, outcomes(said, "FAILED")) == (1, {"list.default-limit"})
