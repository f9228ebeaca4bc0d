"""What is kept of scenarios, so that every server over one store knows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["PutScenario", "ScenarioText", "SharedScenarios"]


@dataclass(frozen=True, slots=True)
class ScenarioText:
    """A version of a scenario that an execution may follow: its `name@version` and its file's text."""

    reference: str
    text: str


class PutScenario(NamedTuple):
    """A scenario put at run time: its name, its `name@version`, and the version it was put over, if any."""

    name: str
    reference: str
    over: str | None


@dataclass(frozen=True, slots=True)
class SharedScenarios:
    """The scenarios put at run time. `edition` counts its changes.

    `store` tells this store from one that was emptied and filled anew.
    """

    store: str
    put_scenarios: tuple[PutScenario, ...] = ()
    edition: int = 0
