"""What all mocks of a process met, for a run of tests that asks for it."""

from __future__ import annotations

from execmock.coverage import Coverage

__all__ = ["COLLECTION", "CoverageCollection"]


class CoverageCollection:
    """Adds up what mocks met until they were stopped, once it was begun."""

    def __init__(self) -> None:
        self._total: Coverage | None = None

    @property
    def begun(self) -> bool:
        """Whether anything is to be collected."""
        return self._total is not None

    def begin(self) -> None:
        """Collect from now on."""
        self._total = Coverage()

    def add(self, coverage: Coverage) -> None:
        """Add what a mock met."""
        if self._total is not None:
            self._total = self._total + coverage

    def end(self) -> Coverage:
        """Return what was collected, and collect no more."""
        total, self._total = self._total or Coverage(), None
        return total


COLLECTION = CoverageCollection()
"""What the mocks of this process add to."""
