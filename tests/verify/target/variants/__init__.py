"""Legitimate variants: every alternative that the contract leaves open, and services of other habits."""

from __future__ import annotations

from . import answers, habits, lives, odd, refusals

__all__ = ["answers", "habits", "lives", "odd", "refusals"]
