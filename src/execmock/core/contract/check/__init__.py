"""What is wrong with a document that is to be the contract: missing, contradictory, or misspelt.

Each step relies on what the steps before it have found sound, so the first with findings is the last.
"""

from __future__ import annotations

from typing import Any

from execmock.core.contract.check.examples import example_findings
from execmock.core.contract.check.handled import handled_findings
from execmock.core.contract.check.operations import operation_findings
from execmock.core.contract.check.references import reference_findings
from execmock.core.contract.check.schemas import schema_findings
from execmock.core.contract.check.structure import structure_findings
from execmock.core.contract.document import Contract
from execmock.core.findings import Finding

__all__ = ["check_contract"]


def check_contract(document: Any, shipped: Contract) -> list[Finding]:
    """Return what is wrong with a document; `shipped` is the contract whose choices are to be found in it."""
    found = structure_findings(document)
    if not found:
        found = reference_findings(document)
    if not found:
        found = operation_findings(document) + schema_findings(document)
    if not found:
        contract = Contract(document)
        found = handled_findings(contract, shipped) or example_findings(contract)
    return found
