"""How much random tests try: enough in each run to see a slip, ten times that in the nightly one."""

from __future__ import annotations

import os

__all__ = ["EVERYDAY", "THOROUGH", "examples"]

THOROUGH = bool(os.environ.get("THOROUGH"))
"""Whether this is the nightly run, `make test-thorough`."""
EVERYDAY = 40
"""Examples of a property that names no number of its own."""


def examples(everyday: int) -> int:
    """Return how many examples a property gets in this run."""
    return everyday * 10 if THOROUGH else everyday
