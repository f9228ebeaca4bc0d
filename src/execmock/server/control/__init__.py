"""The control API: how tests and people hold the clock, move executions and read the journal."""

from __future__ import annotations

from execmock.server.control.app import PREFIX, ControlApi, control_contract

__all__ = ["PREFIX", "ControlApi", "control_contract"]
