"""A small service of its own that keeps the contract, or breaks it in one named way.

It stands apart from execmock, so that it can tell whether execmock's judge judges rightly.
"""

from __future__ import annotations

from .behaviour import Behaviour
from .catalogue import Fault, Variant, all_faults, all_variants, compose
from .clocks import HandClock, wall_clock
from .serve import Target, hosting, running, serving

__all__ = [
    "Behaviour",
    "Fault",
    "HandClock",
    "Target",
    "Variant",
    "all_faults",
    "all_variants",
    "compose",
    "hosting",
    "running",
    "serving",
    "wall_clock",
]
