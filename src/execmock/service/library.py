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
    """Scenarios by name and by `name@version`. A changed scenario never changes a running execution.

    A sandbox may have scenarios of its own: it sees them before all others, and no other sandbox does.
    """

    def __init__(self, scenarios: Iterable[Scenario] = ()) -> None:
        self._current: dict[str, Scenario] = {}
        self._own: dict[str, dict[str, Scenario]] = {}
        self._versions: dict[str, Scenario] = {}
        for scenario in scenarios:
            self.put(scenario)

    def put(self, scenario: Scenario, sandbox: str = "") -> None:
        """Make a scenario the current one of its name: for a sandbox alone, or for all if none is named."""
        current = self._own.setdefault(sandbox, {}) if sandbox else self._current
        current[scenario.name] = scenario
        self._versions[scenario.reference] = scenario

    def learn(self, scenario: Scenario) -> None:
        """Know a version without making it the current one of its name."""
        self._versions.setdefault(scenario.reference, scenario)

    def remove(self, name: str) -> None:
        """Let no new execution follow a scenario; those that do keep it."""
        self._current.pop(name, None)

    def forget(self, sandbox: str) -> None:
        """Let go of a sandbox's own scenarios: the sandbox is gone."""
        self._own.pop(sandbox, None)

    def seen_by(self, sandbox: str) -> Mapping[str, Scenario]:
        """Name to scenario, for new executions in a sandbox; its own come first."""
        own = self._own.get(sandbox)
        return {**own, **self._current, **own} if own else self._current

    @property
    def current(self) -> Mapping[str, Scenario]:
        """Name to scenario, for new executions in any sandbox."""
        return self._current

    def version(self, reference: str) -> Scenario:
        """Return the scenario that an execution was created with."""
        return self._versions[reference]

    def named(self, name: str, api: Api, where: str, sandbox: str = "") -> Scenario:
        """Return the scenario of that name; Refusal 400 names the nearest one. `where` is what named it."""
        seen = self.seen_by(sandbox)
        scenario = seen.get(name)
        if scenario is None or scenario.api != api:
            known = [known.name for known in seen.values() if known.api == api]
            expected = f"the name of a scenario for {api}.{nearest(name, known)}"
            raise Refusal(400, f"Unknown scenario {name!r}", [Violation(where, expected, name)])
        return scenario

    def bound(self, values: Mapping[str, object], api: Api, sandbox: str = "") -> Scenario | None:
        """Return the scenario whose `bind` all stands in `values`, the most particular one, or None."""
        best: Scenario | None = None
        for scenario in self.seen_by(sandbox).values():
            bind = scenario.bind
            if (
                bind
                and scenario.api == api
                and all(values.get(name) == value for name, value in bind.items())
            ):
                best = scenario if best is None or len(bind) > len(best.bind) else best
        return best
