"""Which scenario a new execution follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from execmock.core.apis import APIS, ApiName
from execmock.core.scenario import Scenario
from execmock.service.sandboxes import Sandbox
from execmock.service.scenarios.registry import ScenarioRegistry

__all__ = ["Selection"]


@dataclass(frozen=True, slots=True)
class Selection:
    """What a create request asks for: by header `X-Execmock-Scenario`, else by `Prefer: scenario=NAME`."""

    header: str | None = None
    prefer: str | None = None

    def pick(
        self, registry: ScenarioRegistry, sandbox: Sandbox, values: Mapping[str, object], api: ApiName
    ) -> Scenario:
        """Return the scenario: header, Prefer, the values that a scenario binds, the sandbox's default,
        the built-in default. Refusal 400 when a name is unknown.
        """
        if self.header:
            return registry.named(self.header, api, "header/X-Execmock-Scenario", sandbox.id)
        if self.prefer:
            return registry.named(self.prefer, api, "header/Prefer", sandbox.id)
        bound = registry.bound(values, api, sandbox.id)
        if bound is not None:
            return bound
        default = sandbox.default_scenario
        chosen = registry.seen_by(sandbox.id).get(default) if default else None
        if chosen and chosen.api == api:
            return chosen
        return registry.named(APIS[api].default_scenario, api, "default")
