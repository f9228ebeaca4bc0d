"""Faults: what goes wrong on purpose, for which requests, how often and when. It decides and does nothing.

What the language can say is in `core.fault_source` and `core.fault_effect_source`. Each module here needs
only those before it: what a fault is about (`request`, `words`), which requests (`matchers`), when
(`timing`), what then happens (`slow`, `effects`, `broken`, `wrong`), one fault (`model`, `compile`), several
on one request (`strike`), on a sequence of them (`preview`), and which never strike (`check`).
"""

from __future__ import annotations

from execmock.core.fault_source import FaultFileSource, FaultSource, fault_file_schema
from execmock.core.faults.broken import Broken
from execmock.core.faults.check import never_striking, never_striking_steps
from execmock.core.faults.compile import (
    compile_fault,
    compile_faults,
    compile_list,
    compile_step_faults,
    fault_of_text,
    limits,
)
from execmock.core.faults.effects import EFFECTS, Effect, Refused
from execmock.core.faults.model import Fault, Wait
from execmock.core.faults.preview import FaultPreview, fault_seed
from execmock.core.faults.request import AskedExecution, AskedRequest
from execmock.core.faults.strike import Counted, Strike, Tried, run, struck_by, together, trying
from execmock.core.faults.timing import counted
from execmock.core.faults.words import ABOUT_EXECUTION, CREATING, FaultWords
from execmock.core.faults.wrong import WRONG, Stale, Wrong

__all__ = [
    "ABOUT_EXECUTION",
    "CREATING",
    "EFFECTS",
    "WRONG",
    "AskedExecution",
    "AskedRequest",
    "Broken",
    "Counted",
    "Effect",
    "Fault",
    "FaultFileSource",
    "FaultPreview",
    "FaultSource",
    "FaultWords",
    "Refused",
    "Stale",
    "Strike",
    "Tried",
    "Wait",
    "Wrong",
    "compile_fault",
    "compile_faults",
    "compile_list",
    "compile_step_faults",
    "counted",
    "fault_file_schema",
    "fault_of_text",
    "fault_seed",
    "limits",
    "never_striking",
    "never_striking_steps",
    "run",
    "struck_by",
    "together",
    "trying",
]
