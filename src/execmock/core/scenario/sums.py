"""Checks that what a scenario's steps count never exceeds their total, whichever way it goes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from execmock.core.findings import Finding
from execmock.core.scenario.model import Step
from execmock.core.scenario.vocabulary import Sum

__all__ = ["check_sums"]

_MOST = 50_000
"""Situations (a step and the counts on entering it) that are followed; a scenario with more is refused."""

Counts = tuple[int, ...]


def check_sums(steps: Sequence[Step], rule: Sum) -> Iterator[Finding]:
    """Yield each step that some way leads to with its parts above its total."""
    names = (rule.total, *rule.parts)
    waiting: list[tuple[int, Counts]] = [(0, (0,) * len(names))]
    seen = set(waiting)
    wrong: set[int] = set()
    while waiting:
        index, before = waiting.pop()
        sets = steps[index].sets
        counts = tuple(int(sets.get(name, old) or 0) for name, old in zip(names, before, strict=True))
        if sum(counts[1:]) > counts[0] and index not in wrong:
            wrong.add(index)
            yield Finding(_place(index, sets, names), _sentence(names, counts))
        for trigger in steps[index].triggers:
            situation = (trigger.to, counts)
            if situation not in seen:
                seen.add(situation)
                waiting.append(situation)
        if len(seen) > _MOST:
            yield Finding(("steps",), "too many ways to count actions; expected fewer steps that count")
            return


def _place(index: int, sets: object, names: Sequence[str]) -> tuple[str | int, ...]:
    return (
        ("steps", index, "set") if isinstance(sets, dict) and sets.keys() & set(names) else ("steps", index)
    )


def _sentence(names: Sequence[str], counts: Counts) -> str:
    parts = [f"{name} {count}" for name, count in zip(names[1:], counts[1:], strict=True) if count]
    total = f"more than {names[0]} {counts[0]}"
    return f"the counts add up to {sum(counts[1:])}, {total}: {', '.join(parts)}"
