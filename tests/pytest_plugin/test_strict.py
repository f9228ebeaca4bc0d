"""A strict test fails for whatever its client sent that is not as it should be, wherever it arrived."""

from __future__ import annotations

import pytest

from .conftest import RunTests

CLIENT = """
    import threading
    from http.client import HTTPConnection
    from urllib.parse import urlsplit

    import pytest
    from client import BODY, call, create

    def connect(mock):
        return HTTPConnection(urlsplit(mock.url).netloc, timeout=60)

    def ask(mock, path="/v1/executions", key=None, connection=None, method="GET", **headers):
        own = connection or connect(mock)
        if key:
            headers["Authorization"] = f"Bearer {key}"
        own.request(method, path, headers=headers)
        with own.getresponse() as answer:
            answer.read()
        if connection is None:
            own.close()
        return answer.status

    def preflight(mock, path):
        page = {"Origin": "http://page", "Access-Control-Request-Method": "GET"}
        return ask(mock, path, method="OPTIONS", **page)
"""
STRICT = "@pytest.mark.execmock(strict_client=True)"


def one_test(body: str, mark: str = STRICT) -> str:
    return CLIENT + a_test("it", body, mark)


def a_test(name: str, body: str, mark: str = STRICT) -> str:
    return f"\n    {mark}\n    def test_{name}(execmock, execmock_server):\n        {body}\n"


REACH_NONE = {
    "no_key": ("ask(execmock)", ["*GET /v1/executions -> 401*", "*without a key"]),
    "unknown_key": ("ask(execmock, key='b3sk_none')", ["*with an unknown key"]),
    "no_path": (
        "ask(execmock, '/v1/execution')",
        ["*without a key", "*path: expected a path of the contract*"],
    ),
    "no_token": ("ask(execmock, '/v1/public/executions/exec_x?token=')", ["*query/token: expected *"]),
    "no_http": ("ask(execmock, method='G[T')", ["*The request cannot be read*"]),
}


def test_a_request_that_reaches_no_sandbox_fails_it(run_tests: RunTests) -> None:
    run = run_tests(CLIENT + "".join(a_test(name, body) for name, (body, _) in REACH_NONE.items()))
    run.assert_outcomes(failed=len(REACH_NONE))
    expected = []
    for name, (_, said) in REACH_NONE.items():
        expected += [f"*_ test_{name} _*", "A request reached the port without a key of any sandbox:", *said]
        expected += ["*execmock requests to no sandbox*"]
    run.stdout.fnmatch_lines(expected)


def test_a_request_that_needs_no_key_or_has_one_passes(run_tests: RunTests) -> None:
    bodies = [
        "create(execmock)",
        "ask(execmock, '/v1/public/executions/exec_x?token=wrong')",
        "assert preflight(execmock, '/v1/executions') == 204",
        "ask(execmock, key=execmock_server.key)",
        "ask(execmock, '/_execmock/health')",
        "ask(execmock, '/docs/')",
        "ask(execmock, '/')",
    ]
    run = run_tests(CLIENT + "".join(a_test(f"it_{number}", body) for number, body in enumerate(bodies)))
    run.assert_outcomes(passed=len(bodies))


def test_what_is_allowed_is_allowed_and_nothing_else(run_tests: RunTests) -> None:
    marked = {
        "unknown_allowed": "assert ask(execmock) == ask(execmock, key='b3sk_none') == 401",
        "unknown_allowed_but_no_path": "ask(execmock, '/v1/execution')",
        "unknown_allowed_but_no_limit": "ask(execmock, '/v1/executions?limit=0', key=execmock.key)",
        "misspelt_allowed": "create(execmock, externalref='x')",
        "misspelt_property": "create(execmock, externalref='x')",
        "misspelt_parameter": "call(execmock, '/v1/executions?ofset=3')",
    }
    source = CLIENT
    for name, body in marked.items():
        keys, names = name.startswith("unknown_allowed"), name.startswith("misspelt_allowed")
        mark = f"@pytest.mark.execmock(strict_client=True, allow_unknown_keys={keys}, allow_misspelt={names})"
        source += a_test(name, body, mark)
    run = run_tests(source, "-rA")
    run.assert_outcomes(passed=2, failed=4)
    run.stdout.fnmatch_lines_random(["PASSED *::test_unknown_allowed", "PASSED *::test_misspelt_allowed"])


def test_what_is_allowed_can_be_said_for_all_tests(run_tests: RunTests) -> None:
    ini = "execmock_strict_client = true\nexecmock_allow_unknown_keys = true\nexecmock_allow_misspelt = true"
    body = "assert ask(execmock) == 401 and create(execmock, externalref='x')"
    run_tests(one_test(body, "@pytest.mark.execmock()"), ini=ini).assert_outcomes(passed=1)


def test_a_test_that_is_not_strict_shows_them_when_it_fails(run_tests: RunTests) -> None:
    run = run_tests(one_test("assert ask(execmock) == 200", "@pytest.mark.execmock()"))
    run.assert_outcomes(failed=1)
    run.stdout.fnmatch_lines(["*execmock requests to no sandbox*", "*GET /v1/executions -> 401*"])


def test_violations_that_the_journal_dropped_fail_it_too(run_tests: RunTests) -> None:
    body = """
        call(execmock, "/v1/executions?limit=0")
        create(execmock, externalref="x")
        for _ in range(3):
            call(execmock, "/v1/executions")
    """
    run = run_tests(
        one_test(body.strip(), "@pytest.mark.execmock(strict_client=True, journal_size=2)"), "-rN"
    )
    run.assert_outcomes(failed=1)
    run.stdout.fnmatch_lines(
        [
            "A request breaks the contract:",
            "*query/limit: expected at least 1*",
            "A request has names that the contract does not know, but nearly:",
            "*body/externalref: expected the property externalRef*",
        ]
    )


TWO_TESTS = f"""{CLIENT}
    old = []

    @pytest.fixture(scope="session")
    def before(execmock_server):
        connection = connect(execmock_server)
        ask(execmock_server, key=execmock_server.key, connection=connection)
        with execmock_server.sandbox() as gone:
            old.append(gone.key)
        yield connection
        connection.close()

    {STRICT}
    def test_it(before, execmock):
        DO_IT
"""


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("ask(execmock, connection=before)", "its connection was opened before this sandbox was made"),
        (
            "ask(execmock, '/docs/', connection=before); ask(execmock, connection=before)",
            "its connection was opened before this sandbox was made",
        ),
        ("ask(execmock, key=old[0])", "its key was of another sandbox"),
    ],
)
def test_what_may_come_from_elsewhere_is_listed_and_not_counted(
    run_tests: RunTests, body: str, why: str
) -> None:
    run = run_tests(TWO_TESTS.replace("DO_IT", body), "-rA")
    run.assert_outcomes(passed=1)
    run.stdout.fnmatch_lines(["*execmock requests to no sandbox*", "*GET /v1/executions -> 401*", f"*{why}"])
    run = run_tests(TWO_TESTS.replace("DO_IT", f"{body}; ask(execmock)"))
    run.assert_outcomes(failed=1)
    run.stdout.fnmatch_lines(["A request reached the port without a key of any sandbox:"])


def test_a_request_while_another_thread_runs_a_test_is_listed_and_not_counted(run_tests: RunTests) -> None:
    body = """
        made = []
        thread = threading.Thread(target=lambda: made.append(execmock_server.sandbox()))
        thread.start()
        thread.join()
        ask(execmock)
        made[0].close()
    """
    run = run_tests(one_test(body.strip()), "-rA")
    run.assert_outcomes(passed=1)
    run.stdout.fnmatch_lines(["*another thread ran a test at the same time"])
    run_tests(one_test(f"{body.strip()}\n        ask(execmock)")).assert_outcomes(failed=1)
