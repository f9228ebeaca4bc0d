"""Plays a scenario without a server: the execution that a mock would make, and its timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from execmock.clocks import ManualClock, SeededEntropy
from execmock.core.contract import Contract
from execmock.core.contract.names import CREATE_BODY, EXECUTE_BODY
from execmock.core.draws import draw_key, embed_fields, numbered_seed
from execmock.core.embed_view import EmbedViews
from execmock.core.execution import EmbedExecution, Execution
from execmock.core.ids import derive, hashid, sandbox_tag, uuid7, xid
from execmock.core.json_text import decode, encode
from execmock.core.preview import Script, Timeline, play, timeline
from execmock.core.preview.timeline import Render
from execmock.core.progress import Progress, begin
from execmock.core.sandbox import DRAW_BY
from execmock.core.scenario import Scenario
from execmock.core.views import Views
from execmock.service.sandboxes import DEFAULT_SANDBOX, Sandbox, Sandboxes
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


def preview(scenario: Scenario, contract: Contract, asked: Preview) -> Timeline:
    """Return the timeline of the first execution that a server makes of a request's draw key."""
    sandbox = Sandboxes(MemoryStore(), ManualClock(asked.start), SeededEntropy(asked.seed)).make(
        DEFAULT_SANDBOX
    )
    make = _execution if scenario.api == "executions" else _embed
    fields, render = make(scenario, contract, sandbox, asked)
    seed = numbered_seed(sandbox.draw_root, draw_key(scenario.name, asked.draw_by, fields), 1)
    return timeline(scenario, play(scenario, asked.start, seed, asked.script), seed, render)


def _execution(
    scenario: Scenario, contract: Contract, sandbox: Sandbox, asked: Preview
) -> tuple[Mapping[str, Any], Render]:
    """Return the request's fields that a draw key can be made of, and what renders its execution."""
    required = contract.schema(CREATE_BODY).get("required", ())
    request = {**dict.fromkeys(required, "preview"), **scenario.bind, **asked.request}
    execution = Execution(
        id="exec_" + xid(asked.start // 1000, sandbox_tag(sandbox.id), 1),
        sandbox=sandbox.id,
        created_at=asked.start,
        scenario=scenario.reference,
        request=encode(request),
        initiated_by=Sandboxes.key_id("preview"),
        progress=begin(asked.start),
    )
    views, body = Views(contract), decode(execution.request)

    def render(state: Progress, now: int) -> tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]:
        view_data = views.view_data(execution, state, scenario, body, sandbox.organization, now)
        return view_data.fields, view_data.events

    return request, render


def _embed(
    scenario: Scenario, contract: Contract, sandbox: Sandbox, asked: Preview
) -> tuple[Mapping[str, Any], Render]:
    """Return the same for an execution of an embedded workflow."""
    random = derive(sandbox.root, "embed", 1, size=16)
    key = scenario.bind.get("key", "preview")
    properties = contract.schema(EXECUTE_BODY)["properties"]
    defaults = {name: contract.resolve(schema).get("default") for name, schema in properties.items()}
    given = {name: value for name, value in asked.request.items() if value is not None}
    data = asked.request.get("execution_data", {})
    execution = EmbedExecution(
        id=uuid7(asked.start, random),
        sandbox=sandbox.id,
        created_at=asked.start,
        scenario=scenario.reference,
        hashid=hashid(random[10:]),
        workflow=(key, scenario.bind.get("name", key)),
        execution_data=encode(data),
        progress=begin(asked.start),
    )
    views = EmbedViews(contract, _ZONE)

    def render(state: Progress, now: int) -> tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]:
        return views.show(execution, state, scenario, data), ()

    return embed_fields(scenario.bind.get("id", "preview"), {**defaults, **given}), render
