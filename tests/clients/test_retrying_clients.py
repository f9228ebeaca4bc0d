"""axios-retry, fetch, tenacity and urllib3.Retry behave against faults as their manuals say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
import requests
import tenacity
import urllib3

from execmock.testing import ExecMock

HERE = Path(__file__).parent
BODY = {"workflowId": "wf_shop", "sourceSystem": "shop", "sourceEntityType": "order"}


@pytest.fixture
def mock() -> Iterator[ExecMock]:
    with ExecMock(frozen=True, auth="open") as started:
        yield started


def test_axios_retry_and_fetch(mock: ExecMock, node_tools: Path, run: Any) -> None:
    done = run(["node", "retrying.mjs", mock.url])
    results = json.loads(done.stdout)
    # Milliseconds that its linearDelay gives: one more second each time, or what Retry-After says.
    assert results == {
        "a read waits for Retry-After": {"seen": 200, "delays": [7000, 7000]},
        "a read is tried three times more": {"seen": 500, "delays": [1000, 2000, 3000]},
        "a create is not repeated after a 500": {"seen": 500, "delays": []},
        "a lost connection is tried again": {"seen": 200, "delays": [1000, 2000]},
        "a bad request is not tried again": {"seen": 400, "delays": []},
        "a timeout is not tried again": {"seen": "ECONNABORTED", "delays": []},
        "fetch gives up in time": "TimeoutError",
        "fetch gives up while the body comes": "TimeoutError",
        "fetch fails without an answer": "TypeError",
        "fetch fails at half a body": "TypeError",
        "fetch takes a 503 for an answer": [503, 503],
        "fetch is answered": [200, 200],
    }


class Patient(urllib3.Retry):
    """Notes how long it would sleep, and sleeps not at all."""

    slept: ClassVar[list[float]] = []

    def sleep(self, response: Any = None) -> None:
        told = self.get_retry_after(response) if response is not None else None
        self.slept.append(self.get_backoff_time() if told is None else told)


def asking(mock: ExecMock, method: str, retry: urllib3.Retry) -> int:
    Patient.slept.clear()
    with urllib3.PoolManager(retries=retry) as pool:
        body = {"json": BODY} if method == "POST" else {}
        return pool.request(method, f"{mock.url}/v1/executions", headers=mock.headers, **body).status


def test_urllib3_waits_for_retry_after(mock: ExecMock) -> None:
    mock.fault(refused={"status": 503, "retryAfter": "7s"}, times=2)
    assert asking(mock, "GET", Patient(total=3)) == 200
    assert Patient.slept == [7, 7]


def test_urllib3_backs_off_where_it_is_told_nothing(mock: ExecMock) -> None:
    mock.fault(refused=500, times=3)
    assert asking(mock, "GET", Patient(total=3, status_forcelist=[500], backoff_factor=1)) == 200
    # There is no pause before the second attempt.
    assert Patient.slept == [0, 2, 4]


def test_urllib3_gives_up(mock: ExecMock) -> None:
    mock.fault("down", refused=500)
    with pytest.raises(urllib3.exceptions.MaxRetryError, match="too many 500 error responses"):
        asking(mock, "GET", Patient(total=2, status_forcelist=[500]))
    mock.faults.assert_struck("down", 3)


def test_urllib3_reads_again_after_a_lost_answer_and_creates_once(mock: ExecMock) -> None:
    mock.fault("lost", broken="lost", times=2)
    assert asking(mock, "GET", Patient(total=3)) == 200
    mock.fault("lost", broken="lost")
    with pytest.raises(urllib3.exceptions.ProtocolError):
        asking(mock, "POST", Patient(total=3))
    mock.faults.assert_struck("lost", 3)
    mock.faults.clear()
    assert len(mock.executions) == 1


def test_tenacity_waits_longer_each_time_and_goes_on(mock: ExecMock) -> None:
    mock.fault("down", refused=503, times=3)
    slept: list[float] = []
    retrying = tenacity.Retrying(
        wait=tenacity.wait_exponential(multiplier=1),
        stop=tenacity.stop_after_attempt(5),
        retry=tenacity.retry_if_exception_type(requests.HTTPError),
        sleep=slept.append,
    )
    assert retrying(listing, mock) == 200
    assert slept == [1, 2, 4]


def test_tenacity_stops_and_tells_the_last_error(mock: ExecMock) -> None:
    mock.fault("gone", broken="close")
    retrying = tenacity.Retrying(stop=tenacity.stop_after_attempt(3), sleep=lambda _: None, reraise=True)
    with pytest.raises(requests.ConnectionError):
        retrying(listing, mock)
    mock.faults.assert_struck("gone", 3)


def listing(mock: ExecMock) -> int:
    answer = requests.get(f"{mock.url}/v1/executions", headers=mock.headers, timeout=60)
    answer.raise_for_status()
    return answer.status_code
