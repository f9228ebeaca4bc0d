"""How the workflow ids begin that let a create meet a fault, such as `wf_fault_answer_lost`."""

from __future__ import annotations

__all__ = ["MAGIC"]

MAGIC = b"wf_fault_"
