"""The levels of rules: how certain a requirement is."""

from __future__ import annotations

from typing import get_args

from execmock.settings import Level as Severity

__all__ = ["ADVISORY", "DOCUMENTED", "EXPECTED", "SEVERITIES", "Severity"]

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
DOCUMENTED: Severity = "documented"
EXPECTED: Severity = "expected"
ADVISORY: Severity = "advisory"
