"""The fixture: a sandbox for each test, on one server, with every kind of test function."""

from __future__ import annotations

import pytest

from .conftest import RunTests

SANDBOXES = """
    from client import call, create

    seen = []

    def test_one(execmock, execmock_server):
        create(execmock)
        execmock.clock.freeze()
        assert len(execmock.executions) == 1
        seen.append((execmock.url, execmock.key, execmock.name))

    def test_other(execmock, execmock_server):
        assert len(execmock.executions) == len(execmock.requests) == 0
        assert not execmock.clock.frozen
        url, key, name = seen[0]
        assert execmock.url == url == execmock_server.url
        assert execmock.key != key
        assert execmock.name != name
"""
"""Two tests that would see each other if anything were shared."""


def test_each_test_has_a_sandbox_of_its_own_on_one_server(run_tests: RunTests) -> None:
    run_tests(SANDBOXES).assert_outcomes(passed=2)


def test_a_scenario_of_one_test_is_unknown_to_the_next(run_tests: RunTests) -> None:
    run = run_tests("""
        import pytest
        from client import call, create, BODY
        from execmock.errors import MockError

        OWN = {
            "scenario": "own",
            "bind": {"workflowId": "wf_any"},
            "steps": [
                {"status": "workflow_queued", "next": {"signal": "go"}},
                {"status": "workflow_running", "next": {"signal": "end"}},
                {"status": "workflow_failed"},
            ],
        }

        def test_one(execmock):
            execmock.add_scenario(OWN)
            assert create(execmock)["status"] == "workflow_queued"

        def test_other(execmock):
            assert create(execmock)["status"] == "awaiting_payment"
            with pytest.raises(MockError, match="Unknown scenario"):
                execmock.scenario("own")
    """)
    run.assert_outcomes(passed=2)


def test_a_test_that_runs_again_gets_a_fresh_sandbox(run_tests: RunTests) -> None:
    """The name and the key are those of the first run, as for plugins that run a failed test again."""
    run = run_tests(
        """
        from client import create

        names = []

        def test_it(execmock):
            create(execmock)
            assert len(execmock.executions) == 1
            names.append((execmock.name, execmock.key))

        def test_names():
            assert len(names) == 2 and names[0] == names[1]
        """,
        *("test_inside.py::test_it", "test_inside.py", "--keep-duplicates"),
    )
    run.assert_outcomes(passed=3)


@pytest.mark.parametrize(
    ("absent", "source"),
    [
        ("no:asyncio", "def test_it(execmock):\n    assert create(execmock)"),
        (
            "no:aiohttp",
            """async def test_it(execmock):
                assert create(execmock)
                execution = execmock.executions[0]
                execmock.clock.speed(1000)
                done = await execmock.async_wait(execution, "workflow_succeeded")
                assert done.reached("workflow_running")
            """,
        ),
        (
            "no:xdist",
            """async def test_it(execmock, aiohttp_client):
                import aiohttp
                async with aiohttp.ClientSession(execmock.url, headers=execmock.headers) as session:
                    async with session.post("/v1/executions", json=BODY) as answer:
                        assert answer.status == 200
                execmock.requests.assert_called("createExecution", status=200, times=1)
            """,
        ),
    ],
    ids=["without asyncio", "with asyncio", "with aiohttp"],
)
def test_it_works_with_other_plugins_and_without(run_tests: RunTests, absent: str, source: str) -> None:
    ini = "" if absent == "no:asyncio" else "asyncio_mode = auto"
    without = ["-p", "no:aiohttp"] if absent == "no:asyncio" else []
    text = f"from client import BODY, create\n\n{source}"
    run_tests(text, "-p", absent, *without, ini=ini).assert_outcomes(passed=1)


def test_tests_that_do_not_ask_for_it_start_no_server(run_tests: RunTests) -> None:
    run = run_tests(
        """
        import sys, threading

        def test_it():
            assert "execmock.testing" not in sys.modules
            assert "aiohttp.web" not in sys.modules
            assert "execmock" not in {thread.name for thread in threading.enumerate()}
        """,
        *("-p", "no:aiohttp"),
        subprocess=True,
    )
    run.assert_outcomes(passed=1)


def test_the_server_has_ended_when_the_session_has(run_tests: RunTests) -> None:
    run_tests(SANDBOXES).assert_outcomes(passed=2)
    run = run_tests("""
        import threading

        def test_it():
            assert "execmock" not in {thread.name for thread in threading.enumerate()}
    """)
    run.assert_outcomes(passed=1)
