"""A scenario file's model. Its JSON Schema, for editors and for checking, is made from these classes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

__all__ = ["EventSource", "ScenarioSource", "StepSource", "TriggerSource", "scenario_schema"]

_DURATION = r"^([0-9]+(\.[0-9]+)?(ms|s|m|h|d|w))+$"
_RANGE = r"^([0-9]+(\.[0-9]+)?(ms|s|m|h|d|w))+(\.\.([0-9]+(\.[0-9]+)?(ms|s|m|h|d|w))+)?$"

Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=100)]


class EventSource(Struct, forbid_unknown_fields=True):
    """A timeline entry that a step emits."""

    eventType: Annotated[str, Meta(min_length=1, description="What happened, dotted: node.completed")]  # noqa: N815
    title: Annotated[str, Meta(description="A line for people")] = ""
    level: Annotated[str, Meta(description="info, warn or error")] = "info"
    message: Annotated[str, Meta(description="Details for people")] = ""
    nodeId: Annotated[str, Meta(description="The workflow node it came from")] = ""  # noqa: N815
    data: Annotated[dict[str, Any], Meta(description="Details for machines; private view only")] = {}
    at: Annotated[str, Meta(pattern=_DURATION, description="How long after entering the step: 800ms")] = "0s"


class TriggerSource(Struct, forbid_unknown_fields=True):
    """A way to leave a step: exactly one of after, polls, signal."""

    after: Annotated[str, Meta(pattern=_RANGE, description="A duration (3s) or a range (1s..2s)")] | None = None
    polls: Annotated[int, Meta(ge=1, le=10_000, description="How many reads by id see this step")] | None = None
    signal: Annotated[Name, Meta(description="The signal it waits for")] | None = None
    to: Annotated[str, Meta(description="The step it leads to; default the next one")] | None = None
    chance: Annotated[float, Meta(gt=0, le=1, description="How probable it is that this way is open")] | None = None


class StepSource(Struct, forbid_unknown_fields=True):
    """A status, what it sets and emits, and how it is left."""

    status: Annotated[str, Meta(description="A status of the contract")]
    name: Annotated[Name, Meta(description="What `to` refers to; default the status")] | None = None
    set: Annotated[dict[str, Any], Meta(description="Properties it gives the execution")] = {}
    events: (
        Annotated[list[EventSource], Meta(description="Beside the status's own event; an empty list silences that")]
        | None
    ) = None
    next: (
        Annotated[
            TriggerSource | Annotated[list[TriggerSource], Meta(min_length=1)],
            Meta(description="How it is left; of several, the first that happens"),
        ]
        | None
    ) = None


class ScenarioSource(Struct, forbid_unknown_fields=True):
    """A situation that an execution lives through."""

    scenario: Annotated[Name, Meta(description="Its name, after the situation")]
    steps: Annotated[list[StepSource], Meta(min_length=1, max_length=1000)]
    summary: Annotated[str, Meta(description="One sentence for the list")] = ""
    api: Annotated[Literal["executions", "embed"], Meta(description="Which of the two APIs it drives")] = "executions"
    bind: Annotated[
        dict[str, str], Meta(description="Values in a create request that pick it, such as workflowId: wf_paid")
    ] = {}
    drift: Annotated[bool, Meta(description="Whether statuses that the vendor has since added may be used")] = False


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a scenario file."""
    schema = msgspec.json.schema(ScenarioSource)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "execmock scenario", **schema}
