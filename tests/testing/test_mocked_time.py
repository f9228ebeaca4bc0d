"""Tests that mock time in their process: the mock's clock is the machine's, and waits end in real time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import freezegun
import pytest
import time_machine

from execmock.clocks import SystemClock, monotonic
from execmock.testing import ExecMock

from .conftest import create

DAY = timedelta(days=1)
PAST = "2020-01-01T12:00:00+00:00"
MOCKED = {
    "freezegun": lambda: freezegun.freeze_time(PAST),
    "freezegun, ticking": lambda: freezegun.freeze_time(PAST, tick=True),
    "time-machine": lambda: time_machine.travel(PAST, tick=False),
    "time-machine, ticking": lambda: time_machine.travel(PAST),
}
MockTime = Callable[[], AbstractContextManager[Any]]
mocked = pytest.mark.parametrize("mock_time", MOCKED.values(), ids=MOCKED)


@mocked
def test_the_clock_is_the_machines_whenever_the_mock_was_started(mock_time: MockTime) -> None:
    real = SystemClock().now()
    with ExecMock() as before, mock_time(), ExecMock() as inside, before.sandbox() as sandbox:
        for mock in (before, inside, sandbox):
            made = datetime.fromisoformat(create(mock)["createdAt"])
            assert abs(made - datetime.fromtimestamp(real / 1000, made.tzinfo)) < DAY
            assert 0 <= mock.requests[0].took < DAY / timedelta(milliseconds=1)


@mocked
def test_waits_end_in_real_time(mock_time: MockTime) -> None:
    with ExecMock("free-happy-path", speed=1000) as mock, mock_time():
        made = create(mock)["id"]
        assert mock.wait(made, "workflow_succeeded", timeout=20).status == "workflow_succeeded"
        mock.clock.freeze()
        late = create(mock)["id"]
        with pytest.raises(TimeoutError):
            mock.wait(late, "workflow_succeeded", timeout=0.05)


@mocked
def test_a_start_that_is_given_holds(mock_time: MockTime) -> None:
    with mock_time(), ExecMock(start=PAST, frozen=True) as mock:
        assert create(mock)["createdAt"] == "2020-01-01T12:00:00.000Z"


@mocked
def test_real_time_goes_on(mock_time: MockTime) -> None:
    clock, before = SystemClock(), monotonic()
    with mock_time():
        inside = SystemClock()
        while monotonic() - before < 0.002:
            pass
        assert abs(inside.now() - clock.now()) < DAY / timedelta(milliseconds=1)
    assert monotonic() - before < DAY / timedelta(seconds=1)
