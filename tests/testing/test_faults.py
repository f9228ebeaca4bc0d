"""Faults in a test's hand: added, counted, removed, asserted on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.testing.conftest import call

from execmock.errors import FaultError, MockError
from execmock.testing import ExecMock

FILE = "faults:\n  - {fault: one, refused: 503, times: 1}\n  - {fault: two, refused: 500, times: 1}\n"


@pytest.fixture
def mock() -> Iterator[ExecMock]:
    with ExecMock(seed=7, frozen=True) as started:
        yield started


def statuses(mock: ExecMock, times: int) -> list[int]:
    return [call(mock, "/v1/executions")[0] for _ in range(times)]


def test_a_fault_strikes_and_says_how_often(mock: ExecMock) -> None:
    fault = mock.fault("down", operation="listExecutions", refused=503, times=2)
    assert statuses(mock, 3) == [503, 503, 200]
    assert (fault.name, fault.struck, fault.seen) == ("down", 2, 3)
    mock.assert_fault_struck("down", times=2)
    assert [request.faults for request in mock.requests] == [("down",), ("down",), ()]
    assert "(fault down)" in str(mock.requests[0])


def test_with_it_is_there_for_a_while(mock: ExecMock) -> None:
    with mock.fault(refused=503):
        assert statuses(mock, 1) == [503]
    assert statuses(mock, 1) == [200]
    mock.assert_fault_struck("refused-503")
    with mock.fault(refused=500) as fault:
        fault.delete()


def test_words_of_python_end_in_a_line(mock: ExecMock) -> None:
    mock.fault(refused=503, from_="10s", for_="5s")
    found = []
    for _ in range(4):
        found += statuses(mock, 1)
        mock.clock.advance("5s")
    assert found == [200, 200, 503, 200]


@pytest.mark.parametrize("how", ["text", "path", "name", "mapping"])
def test_faults_are_given_in_every_form(mock: ExecMock, tmp_path: Path, how: str) -> None:
    path = tmp_path / "two.yaml"
    path.write_text(FILE, encoding="utf-8")
    forms = {"text": FILE, "path": path, "name": "server-error", "mapping": {"refused": 503, "for_": "1s"}}
    mock.faults.add(forms[how])  # type: ignore[arg-type] # one of them
    assert statuses(mock, 1) == [500 if how == "name" else 503]
    assert mock.faults.clear() == (2 if how in ("text", "path") else 1)


def test_a_sandbox_begins_with_faults_and_keeps_them_over_a_reset(mock: ExecMock) -> None:
    with mock.sandbox(faults=["rate-limited", {"fault": "extra", "refused": 500}]) as sandbox:
        sandbox.fault("later", refused=500)
        assert [fault.name for fault in sandbox.faults] == ["rate-limited", "extra", "later"]
        assert call(sandbox, "/v1/executions")[0] == 429
        sandbox.reset()
        assert [fault.name for fault in sandbox.faults] == ["rate-limited", "extra"]


def test_a_server_begins_with_faults() -> None:
    with ExecMock(faults={"refused": 503}, quiet_faults=True) as mock:
        assert statuses(mock, 1) == [503]
        (fault,) = mock.faults
        assert fault.struck == 1


def test_limits_are_there_from_the_start_and_after_a_reset(mock: ExecMock) -> None:
    with mock.sandbox(rate_limit="60/m", concurrency_limit=4, concurrency_queue=2) as sandbox:
        sandbox.reset()
        assert [fault.name for fault in sandbox.faults] == ["rate-limit", "concurrency-limit"]


def test_an_answer_that_is_held_is_seen_and_released(mock: ExecMock) -> None:
    mock.fault(slow={"by": "3s", "on": "clock"})
    assert mock.faults.held == []
    assert mock.faults.preview({"operation": "listExecutions"})[0]["waits"] == [
        {"fault": "slow", "for": "3s", "on": "clock"}
    ]


def test_what_is_wrong_is_told(mock: ExecMock) -> None:
    with pytest.raises(
        MockError, match=r"there is no operation 'getExecutions'. Did you mean 'getExecution'\?"
    ):
        mock.fault(operation="getExecutions", refused=503)
    with pytest.raises(MockError, match="nothing happens to a request here"):
        mock.faults.add({"fault": "down"})
    with pytest.raises(MockError, match="Did you mean 'gateway-down'"):
        mock.fault("gateway-dwon")
    with pytest.raises(FaultError, match="faults:2:6: there is no operation"):
        mock.fault("faults:\n  - {operation: x, refused: 503}\n")
    with pytest.raises(AssertionError, match="was to strike at least once, and struck 0 times"):
        mock.assert_fault_struck("down")
    mock.fault("idle", operation="getExecution", wrong="has-more")
    with pytest.raises(AssertionError, match="struck 0 times; this never strikes: no answer to getExecution"):
        mock.assert_fault_struck("idle")
    mock.fault("down", refused=503)
    statuses(mock, 1)
    with pytest.raises(
        AssertionError, match=r"'up' was to strike 1 times, and struck 0 times; of others, .* down"
    ):
        mock.assert_fault_struck("up", times=1)


def test_what_the_journal_has_forgotten_is_not_taken_for_what_did_not_happen() -> None:
    with ExecMock(frozen=True, journal_size=5) as mock:
        fault = mock.fault("down", refused=503)
        assert statuses(mock, 10) == [503] * 10
        mock.assert_fault_struck("down", times=10)
        with pytest.raises(AssertionError, match="was to strike 5 times, and struck 10 times"):
            mock.assert_fault_struck("down", times=5)
        fault.delete()
        mock.assert_fault_struck("down")
        with pytest.raises(
            AssertionError, match="not known: it is gone, and 5 requests are no longer in the"
        ):
            mock.assert_fault_struck("down", times=5)
        with pytest.raises(AssertionError, match="was to strike 4 times, and struck 5 times"):
            mock.assert_fault_struck("down", times=4)
        statuses(mock, 5)
        with pytest.raises(AssertionError, match="at least once, which is not known"):
            mock.assert_fault_struck("down")
