"""Plays a scenario without a server: the execution that a mock would make, and its timeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from execmock.clocks import ManualClock, SeededEntropy
from execmock.core.apis import EMBED_API, EXECUTIONS_API, ApiName
from execmock.core.contract import Contract
from execmock.core.draw_seeds import draw_key, embed_fields, numbered_seed
from execmock.core.embed_view import EmbedViews
from execmock.core.execution import (
    AnyExecution,
    Origin,
    new_embed_execution,
    new_execution,
)
from execmock.core.json_text import decode_kept
from execmock.core.preview import Script, Timeline, play, timeline
from execmock.core.progress import Progress
from execmock.core.sandbox import DRAW_BY, workflow_of
from execmock.core.scenario import Scenario
from execmock.core.scenario.bind import example_request
from execmock.core.views import ApiViews, Views
from execmock.service.sandboxes import DEFAULT_SANDBOX, Sandboxes
from execmock.stores.memory import MemoryStore

__all__ = ["PREVIEW_START", "Preview", "preview"]

PREVIEW_START = ManualClock().now()
_ZONE = "America/New_York"


@dataclass(frozen=True, slots=True)
class Preview:
    """What to play: the script, the seed, the first instant (ms), and the properties of the request.

    `draw_by` names those of them that make the draw key.
    """

    script: Script = field(default_factory=Script)
    seed: int = 0
    start: int = PREVIEW_START
    request: Mapping[str, Any] = field(default_factory=dict)
    draw_by: tuple[str, ...] = DRAW_BY


class _First(NamedTuple):
    """The first execution, what shows it, and the request's fields that its draw key is made of."""

    execution: AnyExecution
    views: ApiViews
    fields: Mapping[str, Any]


def preview(scenario: Scenario, contract: Contract, asked: Preview) -> Timeline:
    """Return the timeline of the first execution that a server makes of a request's draw key."""
    sandbox = Sandboxes(MemoryStore(), ManualClock(asked.start), SeededEntropy(asked.seed)).make(
        DEFAULT_SANDBOX
    )
    execution, views, fields = _FIRST[scenario.api](
        Origin(sandbox, scenario, 1, asked.start), contract, asked
    )
    body = decode_kept(execution.body)
    seed = numbered_seed(sandbox.draw_root, draw_key(scenario.name, asked.draw_by, fields), 1)

    def render(state: Progress, now: int) -> tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]:
        view_data = views.view_data(execution, state, scenario, body, sandbox.organization, now)
        return view_data.fields, view_data.events

    return timeline(scenario, play(scenario, asked.start, seed, asked.script), seed, render)


def _first_execution(origin: Origin, contract: Contract, asked: Preview) -> _First:
    required = contract.schema(EXECUTIONS_API.body).get("required", ())
    bound = example_request(origin.scenario.bind)
    request = {**dict.fromkeys(required, "preview"), **bound, **asked.request}
    return _First(new_execution(origin, request, Sandboxes.key_id("preview")), Views(contract), request)


def _first_embed_execution(origin: Origin, contract: Contract, asked: Preview) -> _First:
    bind = {"id": "", "hashid": "", "key": "preview", **example_request(origin.scenario.bind)}
    data = asked.request.get("execution_data", bind.get("execution_data", {}))
    execution = new_embed_execution(origin, workflow_of(bind), data)
    properties = contract.schema(EMBED_API.body)["properties"]
    defaults = {name: contract.resolve(schema).get("default") for name, schema in properties.items()}
    given = {name: value for name, value in asked.request.items() if value is not None}
    fields = embed_fields(bind["id"], {**defaults, **given})
    return _First(execution, EmbedViews(contract, _ZONE), fields)


_FIRST: Mapping[ApiName, Callable[[Origin, Contract, Preview], _First]] = {
    "executions": _first_execution,
    "embed": _first_embed_execution,
}
