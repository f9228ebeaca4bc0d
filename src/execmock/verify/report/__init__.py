"""The report of a run of verify, and one module for each format in which it can be written."""

from __future__ import annotations

from execmock.verify.report.model import Coverage, Report

__all__ = ["Coverage", "Report"]
