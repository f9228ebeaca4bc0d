"""Places in the contract that rules are based on: a pointer into openapi.yaml, and its line."""

from __future__ import annotations

from functools import lru_cache

from execmock.core.contract import Contract
from execmock.errors import ExecmockError
from execmock.loading.contract import data_path, shipped_contract
from execmock.loading.yaml_marks import Marked, load_marked_file
from execmock.verify.outcome import Finding
from execmock.verify.rule import Rule

__all__ = ["line_of", "place_of", "source_of"]


def place_of(finding_or_rule: Finding | Rule, operation: str = "") -> str:
    """Return the JSON pointer into openapi.yaml that a rule is based on, for the operation of a finding."""
    rule = finding_or_rule.rule if isinstance(finding_or_rule, Finding) else finding_or_rule
    asked = finding_or_rule.seen.operation if isinstance(finding_or_rule, Finding) else operation
    contract = shipped_contract()
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


def source_of(rule: Rule, operation: str = "") -> str:
    """Return the page a rule comes from, or `public` or `inferred`."""
    name = operation if operation in rule.operations else rule.operations[0]
    return rule.source or shipped_contract().operation(name).source


@lru_cache(maxsize=1)
def _marks() -> Marked:
    return load_marked_file(data_path("openapi.yaml"))


def line_of(pointer: str) -> int:
    """Return the line of openapi.yaml at which a pointer's key stands; 0 if it is not known."""
    node, path = _marks().data, []
    for part in pointer.removeprefix("#").split("/")[1:]:
        name: str | int = part.replace("~1", "/").replace("~0", "~")
        if isinstance(node, list):
            name = int(name)
        try:
            node = node[name]
        except (KeyError, IndexError, TypeError):
            return 0
        path.append(name)
    return _marks().keys[tuple(path)].line
