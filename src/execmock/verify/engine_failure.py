"""What schemathesis reports of an exchange, as a frozen value, and what it says without one."""

from __future__ import annotations

from dataclasses import dataclass

from execmock.verify.exchange import Exchange

__all__ = ["UNANSWERED", "EngineFailure"]

UNANSWERED = "no generated request got an answer"
"""Why the engine proved nothing where a service answered none of its requests."""


@dataclass(frozen=True, slots=True)
class EngineFailure:
    """A check of schemathesis that an exchange failed; `kind` is the name of that check."""

    kind: str
    expected: str
    actual: str
    seen: Exchange
