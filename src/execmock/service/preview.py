"""Plays a scenario without a server: the execution that a mock would make, and its timeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from execmock.clocks import ManualClock, SeededEntropy
from execmock.core.apis import EXECUTIONS_API, Api
from execmock.core.contract import Contract
from execmock.core.embed_view import EmbedViews
from execmock.core.execution import (
    AnyExecution,
    Origin,
    execution_seed,
    new_embed_execution,
    new_execution,
)
from execmock.core.json_text import decode
from execmock.core.preview import Script, Timeline, play, timeline
from execmock.core.progress import Progress
from execmock.core.sandbox import workflow_of
from execmock.core.scenario import Scenario
from execmock.core.views import ApiViews, Views
from execmock.service.sandboxes import DEFAULT_SANDBOX, Sandboxes
from execmock.stores.memory import MemoryStore

__all__ = ["PREVIEW_START", "Preview", "preview"]

PREVIEW_START = ManualClock().now()
_ZONE = "America/New_York"


@dataclass(frozen=True, slots=True)
class Preview:
    """What to play: the script, the seed, the first instant (ms), and the properties of the request."""

    script: Script = field(default_factory=Script)
    seed: int = 0
    start: int = PREVIEW_START
    request: Mapping[str, Any] = field(default_factory=dict)


def preview(scenario: Scenario, contract: Contract, asked: Preview) -> Timeline:
    """Return the timeline of the first execution that a server makes under this seed at this instant."""
    sandbox = Sandboxes(MemoryStore(), ManualClock(asked.start), SeededEntropy(asked.seed)).make(
        DEFAULT_SANDBOX
    )
    execution, views = _FIRST[scenario.api](Origin(sandbox, scenario, 1, asked.start), contract, asked)
    body, seed = decode(execution.body), execution_seed(sandbox.root, execution.id)

    def render(state: Progress, now: int) -> tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]:
        view_data = views.view_data(execution, state, scenario, body, sandbox.organization, now)
        return view_data.fields, view_data.events

    return timeline(scenario, play(scenario, asked.start, seed, asked.script), seed, render)


def _first_execution(origin: Origin, contract: Contract, asked: Preview) -> tuple[AnyExecution, ApiViews]:
    required = contract.schema(EXECUTIONS_API.body).get("required", ())
    request = {**dict.fromkeys(required, "preview"), **origin.scenario.bind, **asked.request}
    return new_execution(origin, request, Sandboxes.key_id("preview")), Views(contract)


def _first_embed_execution(
    origin: Origin, contract: Contract, asked: Preview
) -> tuple[AnyExecution, ApiViews]:
    bind = {"id": "", "hashid": "", "key": "preview", **origin.scenario.bind}
    data = asked.request.get("execution_data", {})
    return new_embed_execution(origin, workflow_of(bind), data), EmbedViews(contract, _ZONE)


_FIRST: Mapping[Api, Callable[[Origin, Contract, Preview], tuple[AnyExecution, ApiViews]]] = {
    "executions": _first_execution,
    "embed": _first_embed_execution,
}
