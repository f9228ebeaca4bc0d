"""The executions of a world, drawn: the same for the same seed and start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from execmock.core.ids import derive
from execmock.core.progress import Signal
from execmock.core.templates import render
from execmock.core.world.model import Generated, Listed, Pick, SandboxPlan, SignalPlan

__all__ = ["Draft", "drafts"]

_UNIT = 1 << 64


class Draft(NamedTuple):
    """An execution to be made. `signals` are those sent by now, with their instants.

    `listed` is its position among those that are written down, None for a generated one, whose `group` is the
    position of its `generate`. Its chances and ranges follow from `draw_seed`.
    """

    created_at: int
    request: Mapping[str, Any]
    scenario: str | None
    signals: tuple[tuple[int, Signal], ...]
    listed: int | None
    draw_seed: bytes
    group: int | None = None


def drafts(plan: SandboxPlan, root: bytes, now: int) -> Iterator[Draft]:
    """Yield all executions of a sandbox, oldest first; `root` is what the draws follow from.

    They are made one at a time, so that a hundred thousand of them are never held as requests.
    """
    seeds = [
        derive(root if generated.seed is None else str(generated.seed).encode(), "generate", number)
        for number, generated in enumerate(plan.generated)
    ]
    numbers = [0] * len(plan.generated)
    births = [(_listed_at(listed, now), -1, number) for number, listed in enumerate(plan.listed)]
    for group, generated in enumerate(plan.generated):
        births += [(_birth(generated, seeds[group], n, now), group, n) for n in range(generated.count)]
    for created_at, group, number in sorted(births):
        if group < 0:
            yield _listed(plan.listed[number], number, created_at, root, now)
        else:
            numbers[group] += 1
            birth = _Birth(number, numbers[group], created_at, group)
            yield _generated(plan.generated[group], birth, seeds[group], now)


def _listed_at(plan: Listed, now: int) -> int:
    return now - plan.age if plan.created_at is None else plan.created_at


def _birth(plan: Generated, seed: bytes, number: int, now: int) -> int:
    return now - next(_draws(seed, number)) * plan.over // _UNIT


def _listed(plan: Listed, number: int, created_at: int, root: bytes, now: int) -> Draft:
    seed = derive(root, "listed")
    draws = _draws(seed, number)
    signals = tuple(_signals(plan.signals, draws, created_at, now, {}))
    return Draft(created_at, plan.request, plan.scenario, signals, number, _draw_seed(seed, number))


class _Birth(NamedTuple):
    """Which of its kind a generated execution is: as it is drawn, and in the order of time, from 1."""

    drawn: int
    number: int
    at: int
    group: int


def _generated(plan: Generated, birth: _Birth, seed: bytes, now: int) -> Draft:
    draws = _draws(seed, birth.drawn)
    next(draws)  # the first is the birth
    scenario = _weighed(plan.weights, next(draws))
    picked = {name: _one(pick, next(draws)) for name, pick in plan.picks.items()}
    context = {"pick": picked, "number": birth.number, "scenario": scenario}
    rendered = {name: render(value, context) for name, value in plan.request.items()}
    request = {name: value for name, value in rendered.items() if value is not None}
    signals = tuple(_signals(plan.signals, draws, birth.at, now, context)) if plan.signals else ()
    return Draft(birth.at, request, scenario, signals, None, _draw_seed(seed, birth.drawn), birth.group)


def _draw_seed(seed: bytes, number: int) -> bytes:
    return derive(seed, number, "execution")


def _weighed(weights: tuple[tuple[str, float], ...], draw: int) -> str:
    left = draw / _UNIT * sum(weight for _, weight in weights)
    for name, weight in weights:
        left -= weight
        if left < 0:
            return name
    return weights[-1][0]


def _signals(
    plans: tuple[SignalPlan, ...], draws: Iterator[int], created_at: int, now: int, context: Mapping[str, Any]
) -> Iterator[tuple[int, Signal]]:
    sent = []
    for plan in plans:
        at = created_at + plan.low + next(draws) * (plan.high - plan.low + 1) // _UNIT
        open_ = next(draws) < plan.chance * _UNIT
        if open_ and at <= now:
            sent.append((at, Signal(plan.name, render(plan.payload, context))))
    yield from sorted(sent, key=lambda pair: pair[0])


def _one(pick: Pick, draw: int) -> Any:
    return pick[draw * len(pick) // _UNIT]


def _draws(seed: bytes, number: int) -> Iterator[int]:
    """Yield numbers below 2**64, eight out of each block of bytes."""
    block = 0
    while True:
        drawn = derive(seed, number, block, size=64)
        for at in range(0, 64, 8):
            yield int.from_bytes(drawn[at : at + 8], "big")
        block += 1
