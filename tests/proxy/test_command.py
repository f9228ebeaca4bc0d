"""`execmock proxy`: its exit code and report are those of a contract test."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from execmock.cli.proxy import command
from execmock.coverage import read_coverage
from execmock.testing import ExecMock

BODY = {"workflowId": "wf_paid_happy_path", "sourceSystem": "shop", "sourceEntityType": "order"}


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM])
def test_a_suite_through_a_proxy_before_a_drifted_service_ends_with_1(tmp_path: Path, name: int) -> None:
    with ExecMock(seed=7, auth="open") as mock:
        if name == signal.SIGINT:
            mock.fault({"wrong": {"how": "retyped", "property": "status"}})
        file = tmp_path / ("met" if name == signal.SIGINT else "no-folder/met")
        arguments = [mock.url, "--port=0", f"--report=junit={tmp_path / 'report.xml'}", f"--coverage={file}"]
        with subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "execmock", "proxy", *arguments], stdout=subprocess.PIPE, text=True
        ) as program:
            assert program.stdout is not None
            url = re.search(r"http://\S+", program.stdout.readline())
            assert url
            assert requests.post(f"{url[0]}/v1/executions", json=BODY, headers=mock.headers, timeout=60).ok
            program.send_signal(name)
            said, _ = program.communicate(timeout=600)
    assert program.returncode == (1 if name == signal.SIGINT else 0)
    assert ("VIOLATION create.shape" in said) == (name == signal.SIGINT)
    if name == signal.SIGINT:
        assert read_coverage(file).tallies["answer", ("createExecution", "200")].met == 1
    else:
        assert f"--coverage: {file}: it cannot be written: No such file or directory" in said
    report = (tmp_path / "report.xml").read_text(encoding="utf-8")
    assert ("<failure" in report) == (name == signal.SIGINT)
    assert 'timestamp="1970' not in report


def test_it_says_what_is_missing_and_which_rules_it_judges_by() -> None:
    refused = CliRunner().invoke(command, [])
    assert "no address was given; expected execmock proxy UPSTREAM" in str(refused.exception)
    listed = CliRunner().invoke(command, ["--rules", "--only=request"]).output
    assert "request.fits" in listed
