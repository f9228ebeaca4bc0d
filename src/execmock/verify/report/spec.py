"""Places in the contract that rules are based on, as JSON pointers, and their sources."""

from __future__ import annotations

from execmock.core.contract import Contract
from execmock.errors import ExecmockError
from execmock.verify.outcome import Finding
from execmock.verify.rule import Rule

__all__ = ["pointer_of", "source_of"]


def pointer_of(finding_or_rule: Finding | Rule, contract: Contract, operation: str = "") -> str:
    """Return the JSON pointer into the contract that a rule is based on, for the operation of a finding."""
    rule = finding_or_rule.rule if isinstance(finding_or_rule, Finding) else finding_or_rule
    asked = finding_or_rule.seen.operation if isinstance(finding_or_rule, Finding) else operation
    name = asked if asked in rule.operations else rule.operations[0]
    base = contract.operation(name).pointer
    whole = f"{base}/{rule.at}" if rule.at else base
    while not _leads_somewhere(contract, whole):
        whole = whole.rpartition("/")[0]
    return whole


def _leads_somewhere(contract: Contract, pointer: str) -> bool:
    try:
        contract.look_up(pointer)
    except ExecmockError:
        return False
    return True


def source_of(rule: Rule, contract: Contract, operation: str = "") -> str:
    """Return the page a rule comes from, or `public` or `inferred`."""
    name = operation if operation in rule.operations else rule.operations[0]
    return rule.source or contract.operation(name).source
