"""The scenarios that are known: by name for new executions, by version for those that follow one already."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple, get_args

from execmock.core.apis import ApiName
from execmock.core.scenario import Scenario
from execmock.core.scenario.conditions import Condition, found_by
from execmock.core.schema.violation import Violation
from execmock.errors import nearest
from execmock.service.refusals import Refusal
from execmock.service.scenarios.magic_ids import MagicIds

__all__ = ["ScenarioRegistry"]


class _Ranked(NamedTuple):
    """A scenario, what it wins by, and the conditions besides the one that it is found by."""

    rank: tuple[int, int, int]
    conditions: tuple[Condition, ...]
    scenario: Scenario

    def wins(self, best: _Ranked | None, values: Mapping[str, object]) -> bool:
        """Whether a request with these `values` follows it rather than the best one so far."""
        if best is not None and self.rank <= best.rank:
            return False
        return not self.conditions or all(condition.fits(values) for condition in self.conditions)


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

    def drop_own(self, name: str, sandbox: str) -> bool:
        """Take a scenario of its own from a sandbox; False if it has none of that name."""
        if name not in self._own.get(sandbox, ()):
            return False
        del self._own[sandbox][name]
        self._index()
        return True

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

    def has_version_of(self, name: str) -> bool:
        """Whether any version of a scenario of that name is known, current or not."""
        return any(scenario.name == name for scenario in self._versions.values())

    def version(self, reference: str) -> Scenario:
        """Return the scenario that an execution was created with."""
        return self._versions[reference]

    def named(self, name: str, api: ApiName, where: str, sandbox: str = "") -> Scenario:
        """Return the scenario of that name; Refusal 400 names the nearest one. `where` is what named it."""
        seen = self.seen_by(sandbox)
        scenario = seen.get(name)
        if scenario is None or scenario.api != api:
            known = [known.name for known in seen.values() if known.api == api]
            expected = f"the name of a scenario for {api}"
            violation = Violation(where, expected, name, hint=nearest(name, known))
            raise Refusal(400, f"Unknown scenario {name!r}", [violation])
        return scenario

    def bound(self, values: Mapping[str, object], api: ApiName, sandbox: str = "") -> Scenario | None:
        """Return the scenario all of whose conditions a request with these `values` meets, or None.

        The one that binds more wins, of equal ones the one that binds more to one value, then the last one.
        """
        index = self._bound[self.owner(sandbox)]
        best: _Ranked | None = None
        for name in index.names[api]:
            value = values.get(name)
            for ranked in index.scenarios.get((api, name, value), ()) if isinstance(value, str) else ():
                if ranked.wins(best, values):
                    best = ranked
        for ranked in index.others[api]:
            if ranked.wins(best, values):
                best = ranked
        return best.scenario if best else None

    def nearly_bound(self, workflow: str, sandbox: str = "") -> str | None:
        """Return the magic workflow id that a workflow id is nearly, None for one that is magic."""
        return self._bound[self.owner(sandbox)].magic.nearly(workflow)

    def owner(self, sandbox: str) -> str:
        """Return a sandbox that has scenarios of its own, or "" for one that sees what all see."""
        return sandbox if self._own.get(sandbox) else ""

    def _index(self) -> None:
        self._bound = {owner: _Index(self.seen_by(owner).values()) for owner in ("", *self._own)}
        self.edition += 1


class _Index:
    """Finds the scenarios that a request may be bound to.

    A property that is bound to texts finds its scenario by them; `others`, which have none, are always tried.
    """

    def __init__(self, scenarios: Collection[Scenario]) -> None:
        self.magic = MagicIds(scenarios)
        self.names: dict[ApiName, list[str]] = {api: [] for api in get_args(ApiName)}
        self.scenarios: dict[tuple[ApiName, str, str], list[_Ranked]] = {}
        self.others: dict[ApiName, list[_Ranked]] = {api: [] for api in get_args(ApiName)}
        for place, scenario in enumerate(scenarios):
            found = found_by(scenario.conditions)
            others = tuple(condition for condition in scenario.conditions if condition is not found)
            ranked = _Ranked((*scenario.rank, place), others, scenario)
            if found is not None:
                name = found.path[0]
                for text in dict.fromkeys(found.test.values or ()):
                    self.scenarios.setdefault((scenario.api, name, text), []).append(ranked)
                if name not in self.names[scenario.api]:
                    self.names[scenario.api].append(name)
            elif others:
                self.others[scenario.api].append(ranked)
