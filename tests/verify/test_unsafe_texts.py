"""Whatever a service says, every form of report is written, can be read, and steers no terminal."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from execmock.loading.contract import shipped_contract
from execmock.settings import VerifySettings
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Request
from execmock.verify.judge import Interruptions, judge
from execmock.verify.registry import all_rules
from execmock.verify.report import Report
from execmock.verify.report.files import FORMATS, write
from execmock.verify.report.terminal import lines
from tests.verify.target import running
from tests.verify.test_judging import seen

UNSAFE = "half \ud83d, esc \x1b[31m, nul \x00, c1 \x9b31m, bidi \u202e, \uffff ]]> &<b> ```x``` \r\n# forged"
MARKDOWN = "execmock.verify.report.markdown"
STEERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


@pytest.fixture(scope="module")
def report() -> Report:
    """A run in which everything that a service can word is unsafe."""
    answer = {"data": {"execution": {"id": UNSAFE, "status": UNSAFE, "createdAt": UNSAFE}, "events": UNSAFE}}
    odd = Request(
        "POST",
        f"http://127.0.0.1:1/v1/executions?{UNSAFE}",
        {"X-Odd": UNSAFE},
        UNSAFE.encode("utf-8", "replace"),
    )
    first = seen(1, answer)
    evidence = Evidence(shipped_contract(), [first, replace(seen(2, answer), request=odd)])
    results = judge(evidence, all_rules(), Interruptions(stopped={"auth": UNSAFE}))
    return Report(
        options=VerifySettings(url="http://127.0.0.1:1"),
        results=results,
        journal=evidence.journal,
        histories=evidence.histories,
        notes=(UNSAFE,),
    )


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_is_written_whole_and_steers_nothing(report: Report, tmp_path: Path, form: str) -> None:
    file = tmp_path / "report"
    write(report, [(form, str(file))])
    text = file.read_bytes().decode("utf-8")
    assert STEERS.findall(text) == []
    if form in ("json", "sarif", "har"):
        assert json.loads(text)
    if form == "junit":
        assert ET.fromstring(text).find("testsuite") is not None  # noqa: S314 - our own text


def test_the_terminal_shows_escapes_of_what_would_steer_it(report: Report) -> None:
    shown = "\n".join(lines(report))
    assert STEERS.findall(shown) == []
    assert "\\ud83d" in shown


@pytest.mark.parametrize("form", ["terminal", "markdown"])
def test_what_a_service_says_begins_no_line(report: Report, form: str) -> None:
    text = "\n".join(lines(report)) if form == "terminal" else import_module(MARKDOWN).render(report)
    assert "# forged" in text
    assert [line for line in text.splitlines() if line.startswith("# forged")] == []


def test_the_traffic_report_keeps_what_was_said_exactly(report: Report) -> None:
    har = json.loads(import_module("execmock.verify.report.har").render(report))
    assert har["log"]["entries"][1]["request"]["headers"][0]["value"] == UNSAFE


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_reports_that_cannot_be_written_do_not_change_the_verdict(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "folder").mkdir()
    command = [
        sys.executable,
        "-m",
        "execmock",
        "verify",
        "--quick",
        "--no-generated",
        "--only=list.has-more",
    ]
    with running("has-more-never") as target:
        run = subprocess.run(  # noqa: S603
            [*command, target.url, "--token", target.token, "--report=json=folder,junit=a.xml"],
            env={**os.environ, "PYTHONIOENCODING": encoding, "GITHUB_STEP_SUMMARY": str(tmp_path / "folder")},
            cwd=tmp_path,
            capture_output=True,
            timeout=600,
            check=False,
        )
    said = run.stderr.decode()
    assert run.returncode == 1, said
    assert "execmock: --report: json=folder cannot be written: Is a directory" in said
    assert "execmock: GITHUB_STEP_SUMMARY: " in said
    assert ET.parse(tmp_path / "a.xml").getroot().tag == "testsuites"  # noqa: S314 - our own text
