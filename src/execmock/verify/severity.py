"""The levels of rules: how sure a fact is, and so how much its violation weighs."""

from __future__ import annotations

from typing import Literal, get_args

__all__ = ["ADVISORY", "DOCUMENTED", "EXPECTED", "SEVERITIES", "Severity"]

Severity = Literal["documented", "expected", "advisory"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
DOCUMENTED: Severity = "documented"
EXPECTED: Severity = "expected"
ADVISORY: Severity = "advisory"
