"""What a run leaves behind: every form of report, without secrets; waivers; a run that only reads."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from pydantic import ValidationError
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Sarif

from execmock.core.durations import format_instant
from execmock.errors import ConfigError
from execmock.loading.contract import shipped_contract
from execmock.settings import VerifySettings
from execmock.verify import verify
from execmock.verify.coverage import coverage
from execmock.verify.evidence import Evidence
from execmock.verify.judge import Interruptions, judge
from execmock.verify.outcome import Outcome
from execmock.verify.registry import all_rules
from execmock.verify.report import Report, markdown
from execmock.verify.report.files import FORMATS, write
from execmock.verify.report.terminal import lines
from execmock.verify.requests import CREATE, GET
from execmock.verify.waivers import Waiver, load_waivers, waive
from execmock.verify.wording import WHOLE, whole
from execmock.version import __version__
from tests.verify.judging import pass_time
from tests.verify.target import Target, running
from tests.verify.test_judging import seen

FAULT, RULE = "has-more-never", "list.has-more"
NOW = 1_767_258_000_000  # 2026-01-01T09:00:00Z


def judged(target: Target, **options: object) -> Report:
    given = {"token": target.token, "only": (RULE, "create.required.workflowId"), "effort": "quick"}
    return verify(target.url, pass_time=pass_time(target), **{**given, **options})


def waiver_file(folder: Path, day: str) -> Path:
    """Write a file that waives the rule until the end of a day."""
    file = folder / "waivers.yaml"
    file.write_text(f"- {{rule: {RULE}, reason: known, expires: {day}}}\n", encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def report() -> Report:
    with running(FAULT) as target:
        return judged(target)


def rendered(report: Report, form: str) -> str:
    text: str = import_module(f"execmock.verify.report.{FORMATS[form]}").render(report)
    return text


@pytest.mark.parametrize("form", FORMATS)
def test_no_form_of_report_holds_a_key_or_a_client_token(report: Report, form: str) -> None:
    text = rendered(report, form)
    tokens = {seen.at("/data/clientToken") for seen in report.journal} - {None}
    secrets = {report.options.token, *(token for token in tokens if isinstance(token, str))}
    assert len(secrets) > 2
    assert [secret for secret in secrets if secret in text] == []


def wide() -> Report:
    """Return the report on an answer with a wide value, and another that differs from it."""
    made, read = (
        {"data": {"execution": {"id": "exec_1", "createdAt": "t", "runId": name * 3000}}} for name in "rs"
    )
    answers = [
        seen(1, made, operation=CREATE, probe="basics", label="create/0"),
        seen(2, read, operation=GET, probe="basics", label="get/0"),
    ]
    results = judge(Evidence(shipped_contract(), answers), all_rules())
    told = tuple(each for each in results if each.rule.id == "lifecycle.write-once")
    return Report(options=VerifySettings(url="http://127.0.0.1:1"), results=told, journal=tuple(answers))


@pytest.mark.parametrize("form", ["json", "html", "junit", "sarif", "markdown"])
def test_a_written_report_has_expected_and_actual_values_whole(form: str) -> None:
    text = rendered(wide(), form)
    assert "r" * 3000 in text
    assert "s" * 3000 in text


def test_a_summary_for_a_job_has_whole_findings_as_far_as_they_fit() -> None:
    report = wide()
    report = replace(report, results=report.results * 3)
    text = markdown.summary(report, 10_000)
    assert 6_000 < len(text) < 10_200
    assert text.count("### Violation") == 1
    assert text.endswith("2 more are left out: a summary is too small. Reports have them (`--report`).\n")
    assert markdown.summary(report) == markdown.render(report)


def test_a_terminal_has_them_cut_unless_all_is_asked_for() -> None:
    report = wide()
    short = "\n".join(lines(report))
    assert "r" * 100 in short
    assert "s" * 100 in short
    assert "as was seen before" in short
    assert not re.search("r{121}|s{121}", short)
    whole = "\n".join(lines(replace(report, options=replace(report.options, verbose=True))))
    assert "r" * 3000 in whole
    assert "s" * 3000 in whole


def test_what_is_for_no_operation_has_a_line_of_its_own_where_there_is_any(report: Report) -> None:
    unknown = replace(seen(1, {}), operation="", status=404)
    with_it = replace(report, coverage=coverage(report.contract, [unknown, unknown], report.results))
    without = replace(report, coverage=coverage(report.contract, [], report.results))
    assert f"{'(other)':<20} {0:>12}  404 x 2" in list(lines(with_it))
    assert not any(line.startswith("(other)") for line in lines(without))


def test_headers_that_are_unusual_are_told_with_the_request(report: Report) -> None:
    [failed] = [result for result in report.results if result.findings]
    [finding, *_] = failed.findings
    odd = {**finding.seen.request.headers, "X-Org-ID": "other"}
    first = replace(finding.seen, request=replace(finding.seen.request, headers=odd))
    told = replace(failed, findings=(replace(finding, check=replace(finding.check, seen=first)),))
    changed = replace(report, results=(told,))
    assert any(line.endswith(" with X-Org-ID: other") for line in lines(changed))
    for form in ("markdown", "html"):
        assert "X-Org-ID: other" in rendered(changed, form).partition("curl ")[0], form


def test_a_secret_in_a_header_is_hidden_before_it_is_cut_and_headers_of_the_run_are_not_unusual() -> None:
    secret = "s3cret" * 40
    made = wide()
    headers = (("X-Gateway-Key", secret), ("X-Team", "checkout"))
    options = VerifySettings(url="http://127.0.0.1:1", headers=headers)
    [failed] = made.results
    [finding, *_] = failed.findings
    request = replace(finding.seen.request, headers={**dict(headers), "X-Odd": secret})
    first = replace(finding.seen, request=request)
    told = replace(failed, findings=(replace(finding, check=replace(finding.check, seen=first, chain=())),))
    report = replace(made, options=options, results=(told,), secrets=options.secrets)
    [answer] = [line for line in lines(report) if line.startswith("    answer:")]
    assert "X-Odd: " in answer
    assert "s3cret" not in answer
    assert "X-Team" not in answer


def test_a_value_beyond_all_bounds_says_where_it_is_cut() -> None:
    text = whole(["x" * WHOLE, "y"])
    assert text.endswith(f"x… (cut at {WHOLE} characters)")
    assert len(text) < WHOLE + 100


def test_junit_has_a_case_for_each_rule_and_a_failure_for_each_violation(report: Report) -> None:
    suite = ET.fromstring(rendered(report, "junit")).find("testsuite")  # noqa: S314 - our own text
    assert suite is not None
    assert {case.get("name") for case in suite.iter("testcase")} == {each.rule.id for each in report.results}
    assert [case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None] == [RULE]
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")


def test_junit_tells_the_difference_and_when(report: Report) -> None:
    suite = ET.fromstring(rendered(report, "junit")).find("testsuite")  # noqa: S314 - our own text
    assert suite is not None
    [failure] = suite.iter("failure")
    assert re.match(r"expected true: \d+ executions reach beyond \d+; came false", failure.get("message", ""))
    assert suite.get("timestamp") == format_instant(report.started)
    assert {case.get("time") for case in suite.iter("testcase")} == {"0"}


def test_junit_skips_what_was_not_judged_and_what_was_waived(tmp_path: Path) -> None:
    with running(FAULT) as target:
        report = judged(target, only=(RULE, "tenancy.read"))
        waived = judged(target, waive=waiver_file(tmp_path, "2026-01-31"), started=NOW)
    cases = {
        case.get("name"): case
        for each in (report, waived)
        for case in ET.fromstring(rendered(each, "junit")).iter("testcase")  # noqa: S314 - our own text
    }
    skipped = cases["tenancy.read"].find("skipped")
    assert skipped is not None
    assert "--token-b" in skipped.get("message", "")
    assert cases[RULE].find("failure") is None


def test_junit_has_an_error_for_a_target_that_does_not_answer() -> None:
    report = verify("http://127.0.0.1:9", token="b3sk_x", timeout=500)
    suite = ET.fromstring(rendered(report, "junit")).find("testsuite")  # noqa: S314 - our own text
    assert suite is not None
    [error] = suite.iter("error")
    assert "does not answer" in error.get("message", "")
    assert (suite.get("tests"), suite.get("errors")) == ("1", "1")


def test_json_tells_each_finding_with_request_place_and_command(report: Report) -> None:
    told = json.loads(rendered(report, "json"))
    [broken] = [rule for rule in told["rules"] if rule["outcome"] == "failed"]
    finding = broken["findings"][0]
    assert (told["exitCode"], broken["id"], finding["pointer"]) == (1, RULE, "/data/hasMore")
    assert finding["curl"][-1].startswith("curl -sS 'http://127.0.0.1:")
    assert '"$TOKEN"' in finding["curl"][-1]
    assert f"--only={RULE}" in finding["rerun"]
    assert finding["spec"].startswith("#/paths/~1v1~1executions/get")


def test_the_line_of_a_finding_is_that_of_its_place_in_the_contract(report: Report) -> None:
    [first, *_] = [
        rule["findings"] for rule in json.loads(rendered(report, "json"))["rules"] if rule["findings"]
    ]
    lines = Path("openapi.yaml").read_text(encoding="utf-8").splitlines()
    assert lines[first[0]["line"] - 1].strip() == '"200":'


def test_sarif_points_into_the_contract(report: Report) -> None:
    run = json.loads(rendered(report, "sarif"))["runs"][0]
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert {place["artifactLocation"]["uri"] for place in places} == {"openapi.yaml"}
    assert {result["ruleId"] for result in run["results"]} == {RULE}


@pytest.mark.parametrize("kind", ["findings", "waived", "unreachable"])
def test_sarif_is_valid(report: Report, tmp_path: Path, kind: str) -> None:
    if kind == "waived":
        waivers = load_waivers(waiver_file(tmp_path, "2026-01-31"), [RULE], NOW)
        report = replace(report, results=waive(report.results, waivers), notes=("a note",))
    if kind == "unreachable":
        report = replace(report, results=(), unreachable="it does not answer")
    text = rendered(report, "sarif")
    assert Sarif.model_validate_json(text).runs
    with pytest.raises(ValidationError):
        Sarif.model_validate_json(text.replace('"ruleId"', '"rule"').replace('"driver"', '"drivers"'))


def test_sarif_has_help_for_each_rule_and_a_fingerprint_that_stays(report: Report) -> None:
    again = json.loads(rendered(replace(report, started=report.started + 1), "sarif"))["runs"][0]
    run = json.loads(rendered(report, "sarif"))["runs"][0]
    assert all(rule["id"] in rule["help"]["text"] for rule in run["tool"]["driver"]["rules"])
    prints = [[result["partialFingerprints"] for result in each["results"]] for each in (run, again)]
    assert prints[0] == prints[1]
    assert prints[0]


def test_sarif_gives_the_public_address_where_the_contract_is_not_in_the_checkout(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "openapi.yaml").write_text("openapi: 3.1.0\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    run = json.loads(rendered(report, "sarif"))["runs"][0]
    places = [result["locations"][0]["physicalLocation"]["artifactLocation"] for result in run["results"]]
    address = f"https://github.com/execmock/execmock/blob/v{__version__}/openapi.yaml"
    assert [place for place in places if place != {"uri": address}] == []
    assert places


def test_the_page_needs_no_network(report: Report) -> None:
    page = rendered(report, "html")
    assert "Does not conform" in page
    assert "<script" not in page
    assert "<link" not in page
    assert "src=" not in page


def test_the_page_escapes_what_a_service_says_and_shows_no_secret(report: Report) -> None:
    tricky, secret = "<script>alert(1)</script>", 'b3sk_"quoted"'
    answer = {"data": {"execution": {"id": tricky, "status": tricky, "createdAt": tricky}, "events": []}}
    evidence = Evidence(shipped_contract(), [seen(1, answer), seen(2, answer)])
    results = judge(evidence, all_rules(), Interruptions(stopped={"auth": f"{secret} & {tricky}"}))
    page = rendered(
        replace(report, results=results, histories=evidence.histories, secrets={"TOKEN": secret}), "html"
    )
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") > 3
    assert "<script" not in page
    assert "$TOKEN &amp; &lt;script" in page
    assert "b3sk_" not in page


def test_har_holds_every_exchange(report: Report) -> None:
    assert len(json.loads(rendered(report, "har"))["log"]["entries"]) == len(report.journal)


def test_a_report_that_cannot_be_written_is_named(report: Report, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"json=.* cannot be written"):
        write(report, [("json", str(tmp_path))])


def test_a_run_that_only_reads_sends_nothing_but_get_and_judges_what_is_there() -> None:
    with running(FAULT) as target:
        judged(target, only=("lifecycle",))  # so that there is something to read
        report = judged(target, only=(), read_only=True)
    assert {seen.request.method for seen in report.journal} == {"GET"}
    outcomes = {result.rule.id: result.outcome for result in report.results}
    assert outcomes[RULE] is Outcome.FAILED
    assert outcomes["get.shape"] is Outcome.PASSED
    assert outcomes["create.echo"] is Outcome.NOT_JUDGED


def test_without_a_second_key_tenancy_is_not_judged() -> None:
    with running() as target:
        report = judged(target, only=("tenancy.read",))
    [result] = report.results
    assert (result.outcome, result.observations) == (Outcome.NOT_JUDGED, 0)
    assert "--token-b" in result.reason


@pytest.mark.parametrize(("day", "code"), [("2026-01-31", 0), ("2025-12-31", 1)])
def test_a_waiver_lets_a_rule_fail_until_it_expires(tmp_path: Path, day: str, code: int) -> None:
    with running(FAULT) as target:
        report = judged(target, waive=waiver_file(tmp_path, day), started=NOW)
    assert report.exit_code == code


@pytest.mark.parametrize(
    ("day", "expired"), [("2025-12-31", True), ("2026-01-01", False), ("2027-01-01", False)]
)
def test_a_waiver_holds_to_the_end_of_its_day(tmp_path: Path, day: str, expired: bool) -> None:
    assert load_waivers(waiver_file(tmp_path, day), [RULE], NOW) == (Waiver(RULE, "known", day, expired),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {rule: list.has-mor, reason: r, expires: 2026-01-01}", "Did you mean 'list.has-more'?"),
        ("- {rule: list.has-more, reason: '', expires: 2026-01-01}", "expected a reason in words"),
        ("- {rule: list.has-more, reason: r, expires: soon}", "expected a date such as 2026-12-31"),
        ("- {rule: list.has-more}", "a waiver has exactly rule, reason, expires"),
        ("rule: list.has-more", "expected a list of waivers"),
    ],
)
def test_a_waiver_that_cannot_be_used_is_named_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "waivers.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_waivers(file, [RULE], NOW)
    assert said in str(caught.value)
    assert f"{file}:1:" in str(caught.value)
