"""What the plugin's tests share: pytest inside pytest, with a client for the tests that run there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import execmock.testing  # noqa: F401 - pytester forgets what was first imported inside, and C modules load once

CLIENT = """
import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

BODY = {"workflowId": "wf_any", "sourceSystem": "shop", "sourceEntityType": "order"}

def call(mock, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = Request(mock.url + path, data, {**mock.headers, "Content-Type": "application/json"})
    try:
        with urlopen(request, timeout=60) as answer:
            return json.load(answer)
    except HTTPError as error:
        with error:
            return json.load(error)

def create(mock, **more):
    return call(mock, "/v1/executions", {**BODY, **more})["data"]["execution"]
"""
RunTests = Callable[..., pytest.RunResult]


@pytest.fixture
def run_tests(pytester: pytest.Pytester) -> RunTests:
    """Run a test file in this process, with warnings as errors; arguments go to pytest."""
    pytester.makepyfile(client=CLIENT)
    pytester.syspathinsert()

    def run(source: str, *arguments: str, ini: str = "", subprocess: bool = False) -> pytest.RunResult:
        pytester.makeini(f"[pytest]\n{ini}")
        pytester.makepyfile(test_inside=source)
        runner = pytester.runpytest_subprocess if subprocess else pytester.runpytest_inprocess
        # pytest-asyncio asks for a setting of its own, which would be an unknown one where it is absent.
        unset = "-Wignore:The configuration option:pytest.PytestDeprecationWarning"
        # schemathesis as a plugin takes each run a second
        without = ("-p", "no:schemathesis", "-p", "no:cacheprovider")
        return runner("-Werror", unset, *without, *arguments)

    return run
