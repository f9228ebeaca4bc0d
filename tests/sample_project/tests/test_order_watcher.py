"""The clients against the mock: its clock stands in for the pauses between two reads."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from order_watcher import follow_in_a_loop, follow_with_httpx, follow_with_requests

from execmock.testing import MockSandbox

Follow = Callable[[str, str, str, Callable[[float], None]], str]
pytestmark = [
    pytest.mark.execmock(frozen=True),
    pytest.mark.parametrize("follow", [follow_with_requests, follow_with_httpx, follow_in_a_loop]),
]


def pause_of(execmock: MockSandbox) -> Callable[[float], None]:
    return lambda seconds: execmock.clock.advance(f"{seconds}s") and None


def test_an_order_is_followed_to_its_end(execmock: MockSandbox, follow: Follow) -> None:
    assert follow(execmock.url, execmock.key, "A-1", pause_of(execmock)) == "workflow_succeeded"
    execmock.requests.assert_called("createExecution", times=1, body={"externalRef": "A-1"})
    assert len(execmock.requests.filter("getExecution", status=200)) > 2


@pytest.mark.execmock(scenario="payment-failed")
def test_a_payment_that_fails_ends_it(execmock: MockSandbox, follow: Follow) -> None:
    assert follow(execmock.url, execmock.key, "A-2", pause_of(execmock)) == "workflow_failed"


def test_the_same_order_twice_is_one(execmock: MockSandbox, follow: Follow) -> None:
    for _ in range(2):
        follow(execmock.url, execmock.key, "A-3", pause_of(execmock))
    assert len(execmock.executions) == 1
