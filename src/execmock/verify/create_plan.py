"""How many executions each probe creates, and which probes a run may afford."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from execmock.settings import Effort
from execmock.verify.probe import Probe

__all__ = ["affordable", "planned"]

_EFFORTS: tuple[Effort, ...] = ("quick", "default", "thorough")
_USUAL = (10, 20, 60)
_PLAN: Mapping[str, tuple[int, int, int]] = {
    "preflight": (2, 2, 2),
    "auth": (1, 1, 1),
    "basics": (4, 4, 12),
    "bodies": (30, 30, 30),
    "concurrent": (16, 32, 100),
    "echo": (8, 9, 9),
    "embed": (24, 28, 44),
    "existing": (0, 0, 0),
    "generated": (110, 400, 2500),
    "histories": (14, 26, 62),
    "http": (8, 8, 8),
    "idempotency": (65, 117, 241),
    "losing": (0, 0, 0),
    "oddities": (21, 21, 21),
    "paging": (113, 113, 113),
    "parameters": (0, 0, 0),
    "public": (2, 2, 2),
    "robust": (90, 90, 90),
    "scope": (2, 2, 2),
    "tenancy": (2, 2, 2),
    "unknown": (4, 4, 4),
}
"""Executions that a service has at most to create for a probe, by effort; `_USUAL` for any other."""


def planned(probe: str, effort: Effort, workflows: int = 0) -> int:
    """Return how many executions a probe creates at most; a few run through all workflows that were given."""
    number = _PLAN.get(probe, _USUAL)[_EFFORTS.index(effort)]
    return max(number, 2 * workflows) if number else 0


def affordable(
    probes: Iterable[Probe], effort: Effort, workflows: int, most: int | None
) -> tuple[tuple[Probe, ...], tuple[Probe, ...]]:
    """Return the probes that a run may afford, and those that it may not; the cheapest come first."""
    several = tuple(probes)
    if most is None:
        return several, ()
    left = most - planned("preflight", effort)
    kept: set[str] = set()
    for each in sorted(several, key=lambda one: planned(one.name, effort, workflows)):
        needed = planned(each.name, effort, workflows)
        if needed <= max(left, 0):
            kept.add(each.name)
            left -= needed
    return (
        tuple(each for each in several if each.name in kept),
        tuple(each for each in several if each.name not in kept),
    )
