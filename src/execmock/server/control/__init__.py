"""The control API: how tests and people hold the clock, move executions and read the journal.

`execmock.server.control.app` serves it. It is imported with the first request for it.
"""

from __future__ import annotations

__all__ = ["PREFIX"]

PREFIX = "/_execmock"
