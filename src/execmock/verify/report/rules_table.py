"""The catalogue of rules, for terminals and for the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from execmock.core.contract import Contract
from execmock.verify.report.spec import pointer_of, source_of
from execmock.verify.rule import Rule

__all__ = ["as_lines", "as_markdown"]


def as_lines(rules: Iterable[Rule]) -> Iterator[str]:
    """Yield one line a rule: id, level, sentence."""
    for rule in rules:
        yield f"{rule.id:<34} {rule.severity:<11} {rule.sentence}"


def as_markdown(rules: Iterable[Rule], contract: Contract) -> str:
    """Return a table of all rules, with operations, place in the contract and source."""
    lines = ["| rule | level | what it says | operations | contract | source |", "|---|---|---|---|---|---|"]
    for rule in sorted(rules, key=lambda each: each.area):
        operations = ", ".join(f"`{name}`" for name in rule.operations)
        where = f"{operations} | `{pointer_of(rule, contract)}` | {source_of(rule, contract)}"
        lines.append(f"| `{rule.id}` | {rule.severity} | {rule.sentence} | {where} |")
    return "\n".join(lines)
