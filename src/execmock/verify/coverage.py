"""What a run asked for and judged, by operation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from execmock.core.contract import Contract
from execmock.verify.exchange import Exchange
from execmock.verify.outcome import Outcome, RuleResult
from execmock.verify.report.model import OTHER, Coverage

__all__ = ["coverage"]


def coverage(
    contract: Contract, journal: Iterable[Exchange], results: Iterable[RuleResult]
) -> tuple[Coverage, ...]:
    """Return for each operation of the contract the statuses that were seen, and how many rules judged it.

    The last, if there is any, is of what is for no operation: unknown paths, methods that a path has not.
    """
    counts: dict[str, Counter[int]] = {name: Counter() for name in (*contract.operations, "")}
    for seen in journal:
        if seen.status:
            counts[seen.operation if seen.operation in contract.operations else ""][seen.status] += 1
    judged: Counter[str] = Counter()
    for result in results:
        if result.outcome in (Outcome.PASSED, Outcome.FAILED, Outcome.WAIVED):
            judged.update(set(result.operations))
    named = tuple(
        Coverage(name, each.method, each.path, dict(sorted(counts[name].items())), judged[name])
        for name, each in contract.operations.items()
    )
    other = Coverage(OTHER, "", "", dict(sorted(counts[""].items())), judged[""])
    return (*named, other) if other.statuses else named
