"""A failing test shows what its client asked and where its executions stood; a strict one fails by itself."""

from __future__ import annotations

import pytest

from .conftest import RunTests

BROKEN = """
    import pytest
    from client import call, create

    {marker}
    def test_it(execmock):
        create(execmock)
        call(execmock, "/v1/executions", {{"workflowId": 3}})
"""


def test_a_failure_shows_the_journal_and_the_timelines_of_its_own_test(run_tests: RunTests) -> None:
    run = run_tests("""
        import pytest
        from client import call, create

        def test_before(execmock):
            create(execmock, workflowId="wf_of_the_other_test")

        @pytest.mark.execmock(frozen=True, start="2026-01-01T09:00:00Z")
        def test_it(execmock):
            create(execmock)
            execmock.clock.advance("4s")
            call(execmock, "/v1/executions?limit=0")
            assert False
    """)
    run.assert_outcomes(passed=1, failed=1)
    run.stdout.fnmatch_lines(
        [
            "*- execmock requests -*",
            "09:00:00.000  POST /v1/executions -> 200  createExecution exec_*",
            "09:00:04.000  GET /v1/executions[?]limit=0 -> 400  listExecutions",
            "    query/limit: expected at least 1, received 0",
            "*- execmock timelines -*",
            "exec_* follows paid-happy-path: workflow_queued, moves at 2026-01-01 09:00:*",
            "    09:00:00.000  awaiting_payment",
            "    09:00:03.000  payment_confirmed",
        ]
    )
    assert run.outlines.count("    09:00:00.000  awaiting_payment") == 1


def test_a_test_that_passes_shows_nothing(run_tests: RunTests) -> None:
    run = run_tests(BROKEN.format(marker=""), "-rA")
    run.assert_outcomes(passed=1)
    run.stdout.no_fnmatch_line("*execmock requests*")


@pytest.mark.parametrize(
    ("marker", "ini", "outcome"),
    [
        ("@pytest.mark.execmock(strict_client=True)", "", "failed"),
        ("", "execmock_strict_client = true", "failed"),
        ("@pytest.mark.execmock(strict_client=False)", "execmock_strict_client = true", "passed"),
        ("", "", "passed"),
    ],
)
def test_a_client_that_breaks_the_contract_fails_a_strict_test(
    run_tests: RunTests, marker: str, ini: str, outcome: str
) -> None:
    run = run_tests(BROKEN.format(marker=marker), ini=ini)
    run.assert_outcomes(**{outcome: 1})
    if outcome == "failed":
        run.stdout.fnmatch_lines(
            [
                "A request breaks the contract:",
                "*POST /v1/executions -> 400*",
                "*body/workflowId: expected a string*",
            ]
        )


@pytest.mark.parametrize(
    ("request_made", "outcome"),
    [
        ("call(execmock, '/v1/executions/exec_gone')", "passed"),
        ("call(execmock, '/v1/executionz')", "failed"),
        ("call(execmock, '/v1/executions?limit=many')", "failed"),
    ],
)
def test_asking_for_what_is_not_there_keeps_the_contract(
    run_tests: RunTests, request_made: str, outcome: str
) -> None:
    run = run_tests(f"""
        import pytest
        from client import call

        @pytest.mark.execmock(strict_client=True)
        def test_it(execmock):
            assert {request_made}["code"] in (400, 404)
    """)
    run.assert_outcomes(**{outcome: 1})


def test_a_strict_test_that_fails_by_itself_says_why_it_failed(run_tests: RunTests) -> None:
    source = BROKEN.format(marker="@pytest.mark.execmock(strict_client=True)") + "        assert 1 == 2\n"
    run = run_tests(source)
    run.assert_outcomes(failed=1)
    run.stdout.fnmatch_lines(["E*assert 1 == 2"])
    run.stdout.no_fnmatch_line("A request breaks the contract:")
