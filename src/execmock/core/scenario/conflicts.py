"""Scenarios that cannot stand side by side, and those that can but fit the same requests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product

from execmock.core.findings import DataPath
from execmock.core.json_text import canonical
from execmock.core.scenario.conditions import WORKFLOW, found_by, may_meet
from execmock.core.scenario.model import Scenario

__all__ = ["Conflict", "conflicts", "overlaps"]

Claim = tuple[object, ...]
Named = tuple[str, Scenario]
_MOST_NAMED = 3
"""Scenarios that one sentence each is said of."""
_MOST_PAIRS = 500_000


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two files that want the same thing: what they are called, where in both, and one sentence."""

    first: str
    second: str
    path: DataPath
    message: str


def conflicts(scenarios: Iterable[Named]) -> Iterator[Conflict]:
    """Yield every claim that a file before has made already; `scenarios` are (file, scenario) in order."""
    claimed: dict[Claim, str] = {}
    for file, scenario in scenarios:
        for claim, path, message in _claims(scenario):
            first = claimed.setdefault(claim, file)
            if first != file:
                yield Conflict(first, file, path, message)


def _claims(scenario: Scenario) -> Iterator[tuple[Claim, DataPath, str]]:
    yield ("name", scenario.name), ("scenario",), f"two scenarios are named {scenario.name!r}"
    bind = scenario.bind
    if scenario.api == "embed" and bind.keys() >= WORKFLOW:
        # Each of these alone finds the workflow that is to be executed.
        for name in sorted(WORKFLOW):
            yield (
                ("workflow", name, bind[name]),
                ("bind", name),
                f"two workflows have the {name} {bind[name]!r}",
            )
    elif bind:
        values = ", ".join(f"{name} {value!r}" for name, value in bind.items())
        yield (
            ("bind", scenario.api, canonical(bind)),
            ("bind",),
            f"two scenarios are bound to {values}",
        )


def overlaps(scenarios: Sequence[Named]) -> Iterator[Conflict]:
    """Yield the pairs that may fit one request, with which of them it then follows.

    `scenarios` are (file, scenario) in the order in which a server loads them. What is to be said of one and
    many before it is said at once.
    """
    groups: defaultdict[tuple[int, str, bool], list[int]] = defaultdict(list)
    pairs = islice(_candidates([scenario for _, scenario in scenarios]), _MOST_PAIRS)
    for first, second in sorted(set(pairs)):
        one, other = scenarios[first][1], scenarios[second][1]
        if may_meet(one.conditions, other.conditions):
            groups[second, *_verdict(one, other)].append(first)
    for (second, why, wins), found in groups.items():
        parts = [found] if len(found) > _MOST_NAMED else [[first] for first in found]
        for part in parts:
            names = [scenarios[first][1].name for first in part]
            message = _sentence(names, scenarios[second][1].name, why, wins)
            yield Conflict(scenarios[part[0]][0], scenarios[second][0], ("bind",), message)


def _candidates(scenarios: Sequence[Scenario]) -> Iterator[tuple[int, int]]:
    """Yield the positions of all pairs that the texts they are found by do not keep apart; some twice."""
    by_text: defaultdict[tuple[str, str, str], list[int]] = defaultdict(list)
    by_name: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for position, scenario in enumerate(scenarios):
        if scenario.conditions:
            found = found_by(scenario.conditions)
            name = found.path[0] if found else ""
            by_name[scenario.api][name].append(position)
            for text in found.test.values or () if found else ():
                by_text[scenario.api, name, text].append(position)
    for group in by_text.values():
        yield from combinations(group, 2)
    for groups in by_name.values():
        yield from combinations(groups[""], 2)
        for one, other in combinations(groups.values(), 2):
            yield from ((min(pair), max(pair)) for pair in product(one, other))


def _verdict(one: Scenario, other: Scenario) -> tuple[str, bool]:
    """Return why one of two wins that fit the same request, and whether it is the other."""
    wins = one.rank <= other.rank
    if one.rank[0] != other.rank[0]:
        return "it binds more", wins
    return "it is loaded last" if one.rank == other.rank else "it binds more to one value", wins


def _sentence(names: Sequence[str], other: str, why: str, wins: bool) -> str:
    if len(names) == 1:
        both = f"{names[0]!r} and {other!r} can fit the same request"
        return f"{both}, which then follows {(other if wins else names[0])!r}: {why}"
    some = f"{names[0]!r}, {names[1]!r} and {len(names) - 2} more"
    followed = repr(other) if wins else "the other"
    return f"{other!r} can fit the same request as {some}, which then follows {followed}: {why}"
