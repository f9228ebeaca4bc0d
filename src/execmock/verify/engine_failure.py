"""What schemathesis reports of an exchange, as a frozen value."""

from __future__ import annotations

from dataclasses import dataclass

from execmock.verify.exchange import Exchange

__all__ = ["EngineFailure"]


@dataclass(frozen=True, slots=True)
class EngineFailure:
    """A check of schemathesis that an exchange failed; `kind` is the name of that check."""

    kind: str
    expected: str
    actual: str
    seen: Exchange
