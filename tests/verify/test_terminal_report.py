"""The report on a terminal: one block a cause of at most 12 lines, notices a line each, nothing too wide."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from execmock.loading.contract import shipped_contract
from execmock.settings import VerifySettings
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Request
from execmock.verify.judge import judge
from execmock.verify.registry import all_rules
from execmock.verify.report import Report
from execmock.verify.report.facts import NOT_AGAIN, all_facts, rerun
from execmock.verify.report.kept import Kept
from execmock.verify.report.terminal import lines
from execmock.verify.requests import CREATE, GET
from tests.verify.target import running
from tests.verify.test_judging import seen

WIDE = "x" * 5000


@pytest.fixture
def report() -> Report:
    """A run with a crash of many operations, wide values, notices, and what follows from it."""
    made = {"data": {"execution": {"id": WIDE, "status": WIDE, "createdAt": WIDE}, "events": [WIDE]}}
    crashes = [
        seen(number, {"code": WIDE}, status=500, operation=operation, valid=True)
        for number, operation in enumerate([CREATE, GET, CREATE, GET], 10)
    ]
    evidence = Evidence(shipped_contract(), [seen(1, made), seen(2, made), *crashes])
    options = VerifySettings(url="http://127.0.0.1:1", workflow_ids=("wf_" + "w" * 300,))
    return Report(options=options, results=judge(evidence, all_rules()), journal=evidence.journal)


def blocks(report: Report, kept: Kept) -> list[list[str]]:
    """Return the lines of each violation."""
    text = "\n".join(lines(report, kept))
    return [block.split("\n") for block in text.split("\n\n") if block.startswith("FAILED")]


def test_a_cause_is_one_block_of_at_most_12_lines(report: Report, tmp_path: Path) -> None:
    report = replace(report, kept=Kept(tmp_path).options(report.options, NOT_AGAIN))
    shown = blocks(report, Kept(tmp_path))
    causes = [
        findings[0].rule
        for _, findings in all_facts(report)
        if findings[0].counts and not all(each.under for each in findings)
    ]
    assert len(causes) > 5
    assert [block[0].split()[1] for block in shown] == causes
    assert [len(block) for block in shown if len(block) > 12] == []
    assert [line for block in shown for line in block if len(line) > 240] == []


@pytest.mark.parametrize(("columns", "width"), [(40, 80), (80, 80), (100, 100), (300, 160)])
def test_what_is_told_of_a_cause_fits_the_terminal(
    report: Report, tmp_path: Path, columns: int, width: int
) -> None:
    told = "\n".join(lines(report, Kept(tmp_path), columns)).split("\n\n")
    shown = [line for block in told if block.startswith("FAILED") for line in block.split("\n")]
    cut = [line for line in shown if not line.startswith(("    try:", " " * 14, "    again:"))]
    assert max(map(len, cut)) == width


def test_many_requests_are_in_a_file(report: Report, tmp_path: Path) -> None:
    failed = next(result for result in report.results if result.findings and not report.is_notice(result))
    reads = tuple(seen(number, {}) for number in range(20, 28))
    finding = replace(failed.findings[0], check=replace(failed.findings[0].check, chain=reads), under="")
    [block] = blocks(replace(report, results=(replace(failed, findings=(finding,)),)), Kept(tmp_path))
    [file] = tmp_path.iterdir()
    assert f"    try:      . {file}" in block
    [shown] = [line for line in block if line.startswith(f"{' ' * 14}# ends with: curl -s")]
    assert finding.seen.request.method in ("GET", "POST")
    assert len(shown) <= 160
    assert file.read_text(encoding="utf-8").count("curl ") == 9
    assert len(block) <= 12


def test_how_often_it_was_seen_is_told_whatever_was_expected(report: Report) -> None:
    failed = next(result for result in report.results if result.findings and not report.is_notice(result))
    wide = replace(failed.findings[0].check, expected=WIDE)
    finding = replace(failed.findings[0], check=wide, times=7, under="")
    shown = list(lines(replace(report, results=(replace(failed, findings=(finding,)),))))
    [line] = [each for each in shown if each.startswith("  - expected: ")]
    assert line.endswith("x…  (7 observations)")
    assert len(line) == 160


def test_a_consequence_is_named_by_its_cause_alone(report: Report, tmp_path: Path) -> None:
    named = {
        each.rule for _, findings in all_facts(report) for each in findings if each.under == "robust.no-5xx"
    }
    [crash] = [block for block in blocks(report, Kept(tmp_path)) if block[0].split()[1] == "robust.no-5xx"]
    assert named
    assert [rule for rule in named if rule not in crash[-1]] == []


def test_what_may_explain_findings_is_said_first(report: Report) -> None:
    assert next(lines(replace(report, notes=("2 answers came from a cache",)))) == (
        "note: 2 answers came from a cache"
    )


def test_a_notice_is_one_line_until_all_is_asked_for(report: Report) -> None:
    notices = [findings[0].rule for _, findings in all_facts(report) if findings[0].word == "notice"]
    short = list(lines(report))
    whole = list(lines(replace(report, options=replace(report.options, verbose=True))))
    assert notices
    assert [line.split(": ")[1] for line in short if line.startswith("notice: ")] == notices
    assert [line.split()[1] for line in whole if line.startswith("NOTICE ")] == notices


def test_lines_that_are_too_long_are_in_a_file_that_is_named(report: Report, tmp_path: Path) -> None:
    request = Request("GET", "http://127.0.0.1:1/v1/executions", {"X-Long": WIDE})
    finding = replace(seen(1, {}, status=500), request=request)
    long = replace(report, results=judge(Evidence(shipped_contract(), [finding]), all_rules()))
    [block, *_] = blocks(long, Kept(tmp_path))
    [dot, name] = next(line for line in block if "try:" in line).split()[1:]
    text = Path(name).read_text(encoding="utf-8")
    assert dot == "."
    assert text.startswith(f"# {block[0].split()[1]}\ncurl ")
    assert WIDE in text


def test_the_command_names_the_file_that_keeps_the_options(report: Report, tmp_path: Path) -> None:
    options = replace(report.options, ca=Path("ca.pem"), token="b3sk_secret", generated=False)
    kept = Kept(tmp_path).options(options, NOT_AGAIN)
    again = rerun(replace(report, options=options, kept=kept), "list.has-more")
    told = json.loads(Path(kept).read_text(encoding="utf-8"))["verify"]
    assert (
        again == f'execmock verify http://127.0.0.1:1 --only=list.has-more --config={kept} --token="$TOKEN"'
    )
    assert told["ca"] == str(Path("ca.pem").absolute())
    assert (told["generated"], told["workflow-id"]) == (False, list(options.workflow_ids))
    assert "secret" not in str(told)


def test_the_command_gives_only_the_keys_that_its_rule_needs(report: Report) -> None:
    options = VerifySettings(url="http://127.0.0.1:1", token="a" * 9, token_b="b" * 9, token_read="r" * 9)
    given = replace(report, options=options)
    assert rerun(given, "list.has-more").endswith(' --token="$TOKEN"')
    assert rerun(given, "tenancy.read").endswith(' --token="$TOKEN" --token-b="$TOKEN_B"')


def test_a_key_that_the_environment_gives_is_not_asked_for_again(report: Report) -> None:
    options = VerifySettings(url="http://127.0.0.1:1", token="a" * 9, called={"token": "EXECMOCK_TOKEN"})
    assert rerun(replace(report, options=options), "list.has-more").endswith("--only=list.has-more")


def test_the_command_of_a_finding_runs_as_it_stands(tmp_path: Path) -> None:
    workflows = [word for number in range(8) for word in ("--workflow-id", f"wf_{number}{'0' * 16}a")]
    words = ["verify", "--quick", "--no-generated", "--only=list.has-more", *workflows]
    with running("has-more-never") as target:
        environment = {"XDG_CACHE_HOME": str(tmp_path), "EXECMOCK_TOKEN": target.token, "PATH": ""}

        def run(arguments: list[str]) -> list[str]:
            done = subprocess.run(  # noqa: S603
                [sys.executable, "-m", "execmock", *arguments],
                env=environment,
                cwd=tmp_path,
                capture_output=True,
                text=True,
                timeout=600,
                check=False,
            )
            assert done.returncode == 1, done.stderr
            return done.stdout.splitlines()

        first = run([*words, target.url, "--report=json=report.json"])
        [again] = [line.split("again:")[1].split() for line in first if "again:" in line]
        second = run(again[1:])
    assert any(word.startswith("--config=") for word in again)
    assert str(tmp_path) not in (tmp_path / "report.json").read_text(encoding="utf-8")
    assert second[0] == first[0]
