"""The scenarios that are known: by name for new executions, by version for those that follow one already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import get_args

from execmock.core.apis import Api
from execmock.core.scenario import Scenario
from execmock.core.schema.violation import Violation
from execmock.errors import nearest
from execmock.service.refusals import Refusal

__all__ = ["ScenarioRegistry"]


class ScenarioRegistry:
    """Scenarios by name and by `name@version`. A changed scenario never changes a running execution.

    A sandbox may have scenarios of its own: it sees them before all others, and no other sandbox does.
    """

    def __init__(self, scenarios: Iterable[Scenario] = ()) -> None:
        self.edition = 0
        """Another number after every change of what is current."""
        self._current: dict[str, Scenario] = {}
        self._own: dict[str, dict[str, Scenario]] = {}
        self._versions: dict[str, Scenario] = {}
        for scenario in scenarios:
            self._current[scenario.name] = scenario
            self._versions[scenario.reference] = scenario
        self._index()

    def put(self, scenario: Scenario, sandbox: str = "") -> None:
        """Make a scenario the current one of its name: for a sandbox alone, or for all if none is named."""
        current = self._own.setdefault(sandbox, {}) if sandbox else self._current
        current[scenario.name] = scenario
        self._versions[scenario.reference] = scenario
        self._index()

    def learn(self, scenario: Scenario) -> None:
        """Know a version without making it the current one of its name."""
        self._versions.setdefault(scenario.reference, scenario)

    def remove(self, name: str) -> None:
        """Let no new execution follow a scenario; those that do keep it."""
        self._current.pop(name, None)
        self._index()

    def forget(self, sandbox: str) -> None:
        """Forget a sandbox's own scenarios: the sandbox was deleted."""
        if self._own.pop(sandbox, None):
            self._index()

    def seen_by(self, sandbox: str) -> Mapping[str, Scenario]:
        """Name to scenario, for new executions in a sandbox; its own come last, and win."""
        own = self._own.get(sandbox)
        if not own:
            return self._current
        return {name: scenario for name, scenario in self._current.items() if name not in own} | own

    @property
    def current(self) -> Mapping[str, Scenario]:
        """Name to scenario, for new executions in any sandbox."""
        return self._current

    def knows(self, reference: str) -> bool:
        """Whether a version is known."""
        return reference in self._versions

    def version(self, reference: str) -> Scenario:
        """Return the scenario that an execution was created with."""
        return self._versions[reference]

    def named(self, name: str, api: Api, where: str, sandbox: str = "") -> Scenario:
        """Return the scenario of that name; Refusal 400 names the nearest one. `where` is what named it."""
        seen = self.seen_by(sandbox)
        scenario = seen.get(name)
        if scenario is None or scenario.api != api:
            known = [known.name for known in seen.values() if known.api == api]
            expected = f"the name of a scenario for {api}"
            violation = Violation(where, expected, name, hint=nearest(name, known))
            raise Refusal(400, f"Unknown scenario {name!r}", [violation])
        return scenario

    def bound(self, values: Mapping[str, object], api: Api, sandbox: str = "") -> Scenario | None:
        """Return the scenario whose `bind` all stands in `values`, or None.

        The most particular one wins, and of equal ones the one that was put last.
        """
        index = self._bound[self.owner(sandbox)]
        best: tuple[int, int, Scenario] | None = None
        for name in index.names[api]:
            value = values.get(name)
            found = index.scenarios.get((api, name, value), ()) if isinstance(value, str) else ()
            for place, scenario in found:
                bind = scenario.bind
                if len(bind) > 1 and not bind.items() <= values.items():
                    continue
                if best is None or (len(bind), place) > best[:2]:
                    best = (len(bind), place, scenario)
        return best[2] if best else None

    def owner(self, sandbox: str) -> str:
        """Return a sandbox that has scenarios of its own, or "" for one that sees what all see."""
        return sandbox if self._own.get(sandbox) else ""

    def _index(self) -> None:
        self._bound = {owner: _Index(self.seen_by(owner).values()) for owner in ("", *self._own)}
        self.edition += 1


class _Index:
    """Finds the scenarios that bind a value. One of a scenario's names is enough to find it."""

    def __init__(self, scenarios: Iterable[Scenario]) -> None:
        self.names: dict[Api, list[str]] = {api: [] for api in get_args(Api)}
        self.scenarios: dict[tuple[Api, str, str], list[tuple[int, Scenario]]] = {}
        for place, scenario in enumerate(scenarios):
            for name, value in list(scenario.bind.items())[:1]:
                self.scenarios.setdefault((scenario.api, name, value), []).append((place, scenario))
                if name not in self.names[scenario.api]:
                    self.names[scenario.api].append(name)
