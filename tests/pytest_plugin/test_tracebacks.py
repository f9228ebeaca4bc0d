"""A failed assertion or wait is shown at the line of the test: no frame of the package stands in between."""

from __future__ import annotations

import inspect
import re

from execmock.testing import MockClock, MockRequests, MockSandbox

from .conftest import RunTests

ASKED = {
    "assert_called": "execmock.requests.assert_called('createExecution')",
    "assert_not_called": "execmock.requests.assert_not_called('listExecutions')",
    "assert_sequence": "execmock.requests.assert_sequence('createExecution')",
    "assert_nothing_else": "execmock.requests.assert_nothing_else()",
    "assert_no_violations": "execmock.requests.assert_no_violations()",
    "filter": "execmock.requests.filter('none')",
    "count": "execmock.requests.count('listExecutions', path=1, pth=2)",
    "assert_fault_struck": "execmock.assert_fault_struck('none')",
    "wait": "execmock.wait(made, 'workflow_succeeded', timeout=0)",
    "async_wait": "asyncio.run(execmock.async_wait(made, 'workflow_succeeded', timeout=0))",
    "advance_until": "execmock.clock.advance_until('exec_none', 'workflow_succeeded')",
    "__exit__": "with execmock: pass",
}
"""Every function that asserts or waits, in a line that fails."""

SOURCE = """
    import asyncio
    import pytest
    from client import call, create

    @pytest.mark.execmock(frozen=True, strict_client=True)
    @pytest.mark.parametrize("ask", [{}])
    def test_it(execmock, ask):
        made = create(execmock)["id"]
        execmock.requests.clear()
        call(execmock, "/v1/executions?limit=0")
        exec(ask)
"""


def test_every_function_that_asserts_or_waits_is_asked() -> None:
    names = {
        name
        for cls in (MockRequests, MockSandbox, MockClock)
        for name, _ in inspect.getmembers(cls, inspect.isfunction)
        if name.startswith(("assert_", "wait", "async_wait", "advance_until"))
    }
    assert names <= ASKED.keys()


def test_no_frame_of_the_package_is_shown(run_tests: RunTests) -> None:
    run = run_tests(SOURCE.format(", ".join(map(repr, ASKED.values()))), "-rN")
    run.assert_outcomes(failed=len(ASKED))
    frame = re.compile(r"\S*(execmock|concurrent/futures)/\S+\.py:\d+: ")
    shown = [line for line in run.outlines if frame.match(line)]
    assert shown == []


def test_a_bug_of_the_package_is_shown_whole(run_tests: RunTests) -> None:
    run = run_tests("def test_it(execmock):\n    execmock.requests.filter(status=object(), query=3)")
    run.assert_outcomes(failed=1)
    run.stdout.fnmatch_lines(["*execmock/testing/requests.py:*"])
