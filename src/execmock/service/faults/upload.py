"""Faults that arrive in a request: as a list, as YAML text, or a shipped file by its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from execmock.core.contract.pointers import join
from execmock.core.faults import Fault, FaultWords
from execmock.core.schema.violation import Violation
from execmock.errors import nearest
from execmock.loading.faults import load_faults, read_fault_data, read_faults, shipped_faults
from execmock.service.refusals import Refusal
from execmock.service.scenarios.upload import ScenarioFinding

__all__ = ["fault_names", "read_fault_upload"]


def fault_names() -> Sequence[str]:
    """Return the names of the shipped files of faults."""
    return list(shipped_faults())


def read_fault_upload(body: Mapping[str, Any], words: FaultWords) -> Sequence[Fault]:
    """Return the faults in `name`, `text` or `faults`.

    Refusal 404 for an unknown name, 422 with the place of every mistake: `body/text:LINE:COLUMN`, or the path
    to a value, such as `body/faults/0/operation`.
    """
    if "name" in body:
        name, shipped = body["name"], shipped_faults()
        if name not in shipped:
            known = f"one of {', '.join(shipped)}"
            raise Refusal(
                404, "Unknown faults", [Violation("body/name", known, name, hint=nearest(name, shipped))]
            )
        return load_faults(shipped[name], words)
    if "text" in body:
        faults, located = read_faults(body["text"], "body/text", words)
        found = [ScenarioFinding(str(finding.place), finding.message) for finding in located]
    else:
        faults, findings = read_fault_data({"faults": body["faults"]}, words)
        found = [ScenarioFinding(join("body", finding.path), finding.message) for finding in findings]
    if faults is None:
        raise Refusal(422, "The faults have mistakes", found)
    return faults
