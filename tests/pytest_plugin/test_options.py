"""The ini options: what every sandbox and the server are made with, where no marker says otherwise."""

from __future__ import annotations

import pytest

from .conftest import RunTests

QUICK = """
scenario: quick
bind: {workflowId: wf_any}
steps:
- {status: workflow_queued, next: {after: 1h}}
- {status: workflow_running, next: {signal: end}}
- {status: workflow_succeeded}
"""


def test_every_sandbox_is_made_with_the_ini_options_and_the_marker_wins(run_tests: RunTests) -> None:
    run = run_tests(
        """
        import pytest
        from client import create

        def test_ini(execmock):
            assert execmock.clock.frozen and execmock.clock.rate == 60
            assert create(execmock)["createdAt"] == "2026-01-01T09:00:00.000Z"
            assert execmock.strict_client

        @pytest.mark.execmock(frozen=False, speed=2, strict_client=False)
        def test_marker(execmock):
            assert not execmock.clock.frozen and execmock.clock.rate == 2
            assert not execmock.strict_client
        """,
        ini="execmock_frozen = true\nexecmock_speed = 60\nexecmock_start = 2026-01-01T09:00:00Z\n"
        "execmock_strict_client = true",
    )
    run.assert_outcomes(passed=2)


def test_a_flag_wins_over_the_file(run_tests: RunTests) -> None:
    source = "def test_it(execmock):\n    assert execmock.clock.rate == 3"
    run_tests(source, "--execmock-speed=3", ini="execmock_speed = 2").assert_outcomes(passed=1)
    run_tests(source, "-o", "execmock_speed=3", ini="execmock_speed = 2").assert_outcomes(passed=1)


def test_the_server_has_its_options_from_the_file_and_paths_start_there(
    run_tests: RunTests, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    (pytester.mkdir("mine") / "quick.yaml").write_text(QUICK)
    monkeypatch.chdir(pytester.mkdir("elsewhere"))
    run = run_tests(
        """
        from client import call, create

        def test_it(execmock):
            assert create(execmock)["status"] == "workflow_queued"
            assert call(execmock, "/v1/executions/exec_0123456789abcdefghij")["code"] == 404
            assert call(execmock, "/v1/executions", {"workflowId": "x" * 3000})["code"] == 413
        """,
        str(pytester.path),
        ini="execmock_scenarios =\n  mine\nexecmock_choose =\n  unknownExecution=404\nexecmock_max_body = 2k",
    )
    run.assert_outcomes(passed=1)


def test_what_only_the_server_can_refuse_fails_each_test_in_a_sentence(run_tests: RunTests) -> None:
    source = "def test_one(execmock): pass\ndef test_other(execmock): pass"
    run = run_tests(source, ini="execmock_choose = unknownExecutio=404")
    run.assert_outcomes(errors=2)
    run.stdout.fnmatch_lines(
        ["*tox.ini: execmock_choose: unknown choice 'unknownExecutio'*Did you mean 'unknownExecution'?"]
    )
    run.stdout.no_fnmatch_line("*Traceback*")


def test_the_help_lists_what_can_be_said(run_tests: RunTests) -> None:
    run = run_tests("", "--help")
    run.stdout.fnmatch_lines(["*--execmock-no-generated*", "*--execmock-speed=FACTOR*"])
    run.stdout.fnmatch_lines(["*execmock_choose (linelist):*", "*execmock_strict_client (bool):*"])


def test_the_marker_is_listed_with_its_arguments(run_tests: RunTests) -> None:
    run = run_tests("", "--markers")
    run.stdout.fnmatch_lines(
        ["@pytest.mark.execmock(?, speed, frozen, start, *, strict_client, *, allow_misspelt): what the *"]
    )
