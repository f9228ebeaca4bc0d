"""A local mock server and contract-testing kit for a workflow executions API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from execmock.version import __version__

if TYPE_CHECKING:
    from execmock.testing import ExecMock

__all__ = ["ExecMock", "__version__"]


def __getattr__(name: str) -> object:
    # The server is imported where it is asked for, not by every import of the package.
    if name == "ExecMock":
        from execmock.testing import ExecMock

        return ExecMock
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
