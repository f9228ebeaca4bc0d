"""`verify` accuses no variant of the target: no service that keeps the contract in another way.

A run takes seconds, so variants that change nothing in common are judged together: such a service keeps the
contract too. When a rule fails there, each is judged by itself and the failure says which it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from execmock.verify.outcome import Outcome
from tests.verify.combinations import changed, hiding
from tests.verify.judging import judged
from tests.verify.target import Behaviour, HandClock, Target, all_variants, serving

MOST = 8


def groups() -> Iterator[tuple[str, ...]]:
    """Yield the variants that may be judged together; what decides how executions live is in combinations."""
    together: list[list[str]] = []
    for name in all_variants():
        if name in hiding():
            continue
        room = (each for each in together if len(each) < MOST and changed(*each).isdisjoint(changed(name)))
        if (group := min(room, key=len, default=None)) is None:
            together.append([name])
        else:
            group.append(name)
    yield from map(tuple, together)


def noting(behaviour: type[Behaviour], names: frozenset[str], used: set[str]) -> type[Behaviour]:
    """Return the behaviour, which now notes in `used` which of its methods and values are asked for."""

    def noted(name: str) -> property:
        def get(self: Behaviour) -> Any:
            used.add(name)
            return getattr(super(whole, self), name)

        return property(get)

    whole = type("Noting", (behaviour,), {name: noted(name) for name in names})
    return whole


def failing(variants: Sequence[str]) -> set[str]:
    """Return the rules that fail where all these variants are at work, but for their notices."""
    names, used = changed(*variants), set[str]()
    combined = type("Combined", (*(all_variants()[each].behaviour for each in variants), Behaviour), {})
    behaviour = noting(combined, names, used)(seed=7, speed=1.0, clock=HandClock())
    with serving(behaviour) as url:
        report = judged(Target(url, behaviour), generated=False)
    assert report.results
    assert used == names, "what no request reached was not judged"
    notices = {rule for each in variants for rule in all_variants()[each].notices}
    return {result.rule.id for result in report.results if result.outcome is Outcome.FAILED} - notices


@pytest.mark.parametrize("variants", [pytest.param(each, id="+".join(each)) for each in groups()])
def test_variants_fail_nothing(variants: tuple[str, ...]) -> None:
    found = failing(variants)
    if found and len(variants) > 1:
        alone = {each: failing([each]) for each in variants}
        pytest.fail(f"{found}; alone { ({each: rules for each, rules in alone.items() if rules}) }")
    assert not found


def test_every_variant_is_judged() -> None:
    assert sorted([*hiding(), *(name for group in groups() for name in group)]) == sorted(all_variants())
