"""The scenarios that are known: by name for new executions, by version for those that follow one already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from execmock.core.scenario import Scenario
from execmock.core.scenario.model import Api
from execmock.core.validation import Violation
from execmock.errors import nearest
from execmock.service.refusals import Refusal

__all__ = ["BUILT_IN_DEFAULTS", "Library"]

BUILT_IN_DEFAULTS: Mapping[Api, str] = {"executions": "paid-happy-path", "embed": "embed-running"}


class Library:
    """Scenarios by name and by `name@version`. A changed scenario never changes a running execution."""

    def __init__(self, scenarios: Iterable[Scenario] = ()) -> None:
        self._current: dict[str, Scenario] = {}
        self._versions: dict[str, Scenario] = {}
        for scenario in scenarios:
            self._current[scenario.name] = scenario
            self._versions[scenario.reference] = scenario
        self._index()

    def put(self, scenario: Scenario) -> None:
        """Make a scenario the current one of its name."""
        self._current[scenario.name] = scenario
        self._versions[scenario.reference] = scenario
        self._index()

    def learn(self, scenario: Scenario) -> None:
        """Know a version without making it the current one of its name."""
        self._versions.setdefault(scenario.reference, scenario)

    def remove(self, name: str) -> None:
        """Let no new execution follow a scenario; those that do keep it."""
        self._current.pop(name, None)
        self._index()

    @property
    def current(self) -> Mapping[str, Scenario]:
        """Name to scenario, for new executions."""
        return self._current

    def knows(self, reference: str) -> bool:
        """Whether a version is known."""
        return reference in self._versions

    def version(self, reference: str) -> Scenario:
        """Return the scenario that an execution was created with."""
        return self._versions[reference]

    def named(self, name: str, api: Api, where: str) -> Scenario:
        """Return the scenario of that name; Refusal 400 names the nearest one. `where` is what named it."""
        scenario = self._current.get(name)
        if scenario is None or scenario.api != api:
            known = [known.name for known in self._current.values() if known.api == api]
            expected = f"the name of a scenario for {api}"
            violation = Violation(where, expected, name, hint=nearest(name, known))
            raise Refusal(400, f"Unknown scenario {name!r}", [violation])
        return scenario

    def bound(self, values: Mapping[str, object], api: Api) -> Scenario | None:
        """Return the scenario whose `bind` all stands in `values`, or None.

        The most particular one wins, and of equal ones the one that was put last.
        """
        found = (
            (len(scenario.bind), place, scenario)
            for name, value in values.items()
            for place, scenario in (self._bound.get((api, name, value), ()) if isinstance(value, str) else ())
            if all(values.get(other) == wanted for other, wanted in scenario.bind.items())
        )
        best = max(found, key=lambda candidate: candidate[:2], default=None)
        return best[2] if best else None

    def _index(self) -> None:
        self._bound: dict[tuple[Api, str, str], list[tuple[int, Scenario]]] = {}
        for place, scenario in enumerate(self._current.values()):
            for name, value in scenario.bind.items():
                self._bound.setdefault((scenario.api, name, value), []).append((place, scenario))
