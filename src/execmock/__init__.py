"""A local mock server and contract-testing kit for a workflow executions API."""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
