"""A mock inside a test: `with ExecMock() as mock:` runs a real server on a free port."""

from __future__ import annotations

from execmock.service.events.seen import SeenRequest
from execmock.testing.clock import MockClock
from execmock.testing.executions import ExecutionView, MockExecutions, VisitView
from execmock.testing.faults import MockFault, MockFaults
from execmock.testing.mock import ExecMock
from execmock.testing.requests import MockRequests
from execmock.testing.sandbox import MockSandbox
from execmock.testing.stores import check_store

__all__ = [
    "ExecMock",
    "ExecutionView",
    "MockClock",
    "MockExecutions",
    "MockFault",
    "MockFaults",
    "MockRequests",
    "MockSandbox",
    "SeenRequest",
    "VisitView",
    "check_store",
]
