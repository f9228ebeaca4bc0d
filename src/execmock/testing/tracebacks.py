"""What pytest leaves out of the traceback of a failed test."""

from __future__ import annotations

from typing import Any

from execmock.errors import ExecmockError

__all__ = ["hides"]


def hides(caught: Any) -> bool:
    """Whether the frames of this package say nothing about an error: one that tells a test what is wrong.

    A module of which all frames are left out then sets `__tracebackhide__` to it, where pytest looks for it.
    """
    return isinstance(caught.value, AssertionError | TimeoutError | ExecmockError)
