"""Workflow ids that let a create, or the reads of what it makes, meet a fault: `wf_fault_gateway_down`."""

from __future__ import annotations

__all__ = ["MAGIC", "MAGIC_READS", "magic_fault", "magic_read_fault"]

MAGIC = "wf_fault_"
"""How the ids begin that let a create meet the fault of the name after it."""
MAGIC_READS = f"{MAGIC}reads_"
"""How the ids begin whose executions meet it whenever they are read by id."""


def magic_fault(workflow: str) -> str | None:
    """Return the name of the fault that a create of a workflow meets; None where its id is not magic."""
    return _name(workflow, MAGIC)


def magic_read_fault(workflow: str) -> str | None:
    """Return the name of the fault that reads of a workflow's executions meet; None where it is not magic."""
    return _name(workflow, MAGIC_READS)


def _name(workflow: str, prefix: str) -> str | None:
    return workflow.removeprefix(prefix).replace("_", "-") if workflow.startswith(prefix) else None
