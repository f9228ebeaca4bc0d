"""Many tests side by side in several processes share nothing."""

from __future__ import annotations

from .conftest import RunTests


def test_two_hundred_tests_in_parallel_share_nothing(run_tests: RunTests) -> None:
    """Each test finds an empty sandbox, fills it as no other does, and finds in the end just that."""
    run = run_tests(
        """
        import pytest
        from client import call, create

        @pytest.mark.parametrize("number", range(200))
        def test_it(execmock, number):
            assert execmock.strict_client
            assert len(execmock.executions) == len(execmock.requests) == 0
            execmock.clock.advance(f"{number + 1}h")
            execmock.add_scenario({"scenario": "own", "steps": [
                {"status": "workflow_queued", "next": {"after": f"{number + 1}s"}},
                {"status": "workflow_running", "next": {"after": "1s"}},
                {"status": "workflow_succeeded", "set": {"responsePayload": {"number": number}}},
            ]})
            execmock.scenario("own")
            made = create(execmock, idempotencyKey="the same in every test", externalRef=str(number))
            execmock.clock.freeze()
            execmock.clock.advance_until(made["id"], "workflow_succeeded")
            (shown,) = call(execmock, "/v1/executions")["data"]["items"]
            assert (shown["id"], shown["externalRef"]) == (made["id"], str(number))
            assert execmock.executions[0].fields["responsePayload"] == {"number": number}
            assert [r.operation for r in execmock.requests] == ["createExecution", "listExecutions"]
        """,
        *("-n", "2", "-q", "-o", "execmock_strict_client=true"),
        subprocess=True,
    )
    run.assert_outcomes(passed=200)
