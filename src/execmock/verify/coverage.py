"""What a run asked for and judged, by operation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from execmock.core.contract import Contract
from execmock.verify.exchange import Exchange
from execmock.verify.outcome import Outcome, RuleResult
from execmock.verify.report.model import Coverage

__all__ = ["coverage"]


def coverage(
    contract: Contract, journal: Iterable[Exchange], results: Iterable[RuleResult]
) -> tuple[Coverage, ...]:
    """Return for each operation of the contract the statuses that were seen, and how many rules judged it."""
    counts: dict[str, Counter[int]] = {name: Counter() for name in contract.operations}
    for seen in journal:
        if seen.operation in counts and seen.status:
            counts[seen.operation][seen.status] += 1
    judged: Counter[str] = Counter()
    for result in results:
        if result.outcome in (Outcome.PASSED, Outcome.FAILED, Outcome.WAIVED):
            judged.update(name for name in result.operations if name)
    return tuple(
        Coverage(name, each.method, each.path, dict(sorted(counts[name].items())), judged[name])
        for name, each in contract.operations.items()
    )
