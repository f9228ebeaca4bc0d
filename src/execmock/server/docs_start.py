"""What the docs page begins with: keys, where the control API is, and each scenario with a request for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from execmock.core.apis import APIS
from execmock.core.sandbox import Sandbox
from execmock.core.scenario import Scenario
from execmock.core.scenario.bind import example_request
from execmock.core.scenario.conditions import WORKFLOW
from execmock.core.scenario.outcome import end_statuses
from execmock.server.example_keys import ExampleKey

__all__ = ["example_of", "key_facts", "scenario_facts"]


def key_facts(key: str | None, keys: Sequence[ExampleKey], *, strict: bool) -> Mapping[str, Any]:
    """Return the key that the page fills in, None where its reader has to, and the keys that are known."""
    known = [{"key": one.key, "scope": one.scope, "sandbox": one.sandbox} for one in keys]
    return {"key": key, "strict": strict, "keys": known}


def scenario_facts(scenarios: Iterable[Scenario], sandbox: Sandbox | None) -> Sequence[Mapping[str, Any]]:
    """Return each scenario that a request of the page can pick, that of other requests in `sandbox` first.

    `request` holds the properties, of the embed API the names of the workflow, that pick it; `magic` says
    that these do, and no header has to.
    """
    told = [_facts(scenario, sandbox) for scenario in scenarios if _can_be_asked(scenario)]
    return sorted(told, key=lambda facts: (not facts["default"], facts["name"]))


def _can_be_asked(scenario: Scenario) -> bool:
    """Whether there is a path for it: an embedded workflow is executed by one of its names."""
    return scenario.api != "embed" or scenario.bind.keys() >= WORKFLOW


def _facts(scenario: Scenario, sandbox: Sandbox | None) -> Mapping[str, Any]:
    own = sandbox.default_scenario if sandbox and scenario.api == "executions" else None
    request, magic = example_of(scenario, sandbox)
    return {
        "name": scenario.name,
        "summary": scenario.summary,
        "api": scenario.api,
        "default": scenario.name == (own or APIS[scenario.api].default_scenario),
        "request": request,
        "magic": magic,
        "ends": end_statuses(scenario),
        "signals": scenario.signals,
    }


def example_of(scenario: Scenario, sandbox: Sandbox | None) -> tuple[dict[str, Any], bool]:
    """Return the properties of a request that a scenario is for, and whether its id alone picks it."""
    request, magic = example_request(scenario.bind), _by_id_alone(scenario)
    if scenario.api == "executions" and sandbox and sandbox.workflows:
        # The sandbox refuses every other workflow, magic ones too.
        magic = magic and request["workflowId"] in sandbox.workflows
        request = request if magic else {**request, "workflowId": sandbox.workflows[0]}
    return request, magic


def _by_id_alone(scenario: Scenario) -> bool:
    bind = scenario.bind
    if scenario.api == "embed":
        return bind.keys() <= {*WORKFLOW, "name"}
    return bind.keys() == {"workflowId"} and isinstance(bind["workflowId"], str)
