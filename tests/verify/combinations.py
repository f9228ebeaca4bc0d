"""Services made of legitimate choices in random combination: what `verify` may not accuse."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random  # noqa: TID251 - a seed of its own for each service
from typing import Any

from execmock.verify.outcome import Outcome
from execmock.verify.report import Report

from .judging import judged
from .target import Behaviour, HandClock, Target, all_variants, serving

HIDING = {"plan_for", "span", "events", "held"}
"""What decides how executions live and which are listed: a variant of these hides what others change."""
SHARE = 0.35
"""How often each of the other variants takes part."""


@dataclass(frozen=True, slots=True)
class Combination:
    """The variants of one service: the first wins where two change the same."""

    seed: int
    variants: tuple[str, ...]

    @property
    def behaviour(self) -> type[Behaviour]:
        """The service's behaviour."""
        bases = (*(all_variants()[name].behaviour for name in self.variants), Behaviour)
        return type("Combined", tuple(dict.fromkeys(bases)), {})

    @property
    def notices(self) -> set[str]:
        """The advisory rules that may mention it."""
        return {rule for name in self.variants for rule in all_variants()[name].notices}


def changed(*names: str) -> frozenset[str]:
    """Return which methods and values of the target the variants define anew."""
    lines = (all_variants()[name].behaviour.__mro__ for name in names)
    own = (part for line in lines for part in line[: line.index(Behaviour)])
    return frozenset(name for part in own for name in vars(part) if not name.startswith("__"))


def hiding() -> tuple[str, ...]:
    """Return the variants that hide what others change, in their order."""
    return tuple(name for name in all_variants() if changed(name) & HIDING)


def combination(seed: int) -> Combination:
    """Return a service: one variant that decides how executions live, in turn, and some of the others."""
    random, lives = Random(seed), hiding()  # noqa: S311 - nothing secret follows
    others = [name for name in all_variants() if name not in lives and random.random() < SHARE]
    random.shuffle(others)
    life = lives[(seed - 1) % len(lives)]
    second = [name for name in lives if changed(name).isdisjoint(changed(life))]
    also = [random.choice(second)] if second and random.random() < SHARE else []
    return Combination(seed, (life, *also, *others))


def accused(service: Combination, **options: Any) -> tuple[Report, set[str]]:
    """Judge a service, and return the rules that failed, but for the notices that it may get."""
    behaviour = service.behaviour(seed=service.seed, speed=1.0, clock=HandClock())
    with serving(behaviour) as url:
        report = judged(Target(url, behaviour), seed=service.seed, **options)
    failed = {result.rule.id for result in report.results if result.outcome is Outcome.FAILED}
    return report, failed - service.notices
