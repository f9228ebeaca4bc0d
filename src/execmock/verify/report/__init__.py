"""What a run of verify found, and one module for each form in which it can be written."""

from __future__ import annotations

from execmock.verify.report.model import Coverage, Report

__all__ = ["Coverage", "Report"]
