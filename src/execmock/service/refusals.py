"""Why a request is not served, in the API's words. The server turns a refusal into an error answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from execmock.core.schema.violation import Violation
from execmock.errors import ExecmockError, StoreError

__all__ = ["Refusal", "unavailable"]


class Refusal(ExecmockError):  # noqa: N818 - it is an answer, not a failure
    """A request that is answered with an error: status, message, violations, extra headers."""

    def __init__(
        self,
        status: int,
        message: str,
        violations: Sequence[Violation] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.violations = tuple(violations)
        self.headers = headers or {}


def unavailable(error: StoreError) -> Refusal:
    """Return the answer to a request that the store fails: try again."""
    violation = Violation("store", "a store that answers", error.message)
    return Refusal(503, "The store does not answer", [violation], {"Retry-After": "1"})
