"""Scenarios that cannot stand side by side: two of one name, or two that the same values pick."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from execmock.core.findings import DataPath
from execmock.core.scenario.model import Scenario

__all__ = ["Conflict", "conflicts"]

Claim = tuple[object, ...]
_WORKFLOW = {"id", "hashid", "key"}


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two files that want the same thing: what they are called, where in both, and one sentence."""

    first: str
    second: str
    path: DataPath
    message: str


def conflicts(scenarios: Iterable[tuple[str, Scenario]]) -> Iterator[Conflict]:
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
    if scenario.api == "embed" and bind.keys() >= _WORKFLOW:
        # Each of these alone finds the workflow that is to be executed.
        for name in sorted(_WORKFLOW):
            yield (
                ("workflow", name, bind[name]),
                ("bind", name),
                f"two workflows have the {name} {bind[name]!r}",
            )
    elif bind:
        values = ", ".join(f"{name} {value!r}" for name, value in bind.items())
        yield (
            ("bind", scenario.api, frozenset(bind.items())),
            ("bind",),
            f"two scenarios are bound to {values}",
        )
