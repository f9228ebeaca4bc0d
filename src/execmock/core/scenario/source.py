"""A scenario file's model. Its JSON Schema, for editors and for checking, is made from these classes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from execmock.core.fault_source import FaultSource
from execmock.core.file_schema import file_schema
from execmock.core.file_values import BindTestSource, Duration, Name, Scalar, Scalars, Span

__all__ = [
    "EventSource",
    "ScenarioSource",
    "StepSource",
    "TriggerSource",
    "scenario_schema",
]


class EventSource(Struct, forbid_unknown_fields=True):
    """A timeline entry that a step emits. All but `at` may hold {{ names }}."""

    eventType: Annotated[  # noqa: N815 - the contract's name
        str, Meta(min_length=1, description="What happened, dotted: `node.completed`.")
    ]
    title: Annotated[str, Meta(description="A line for people.")] = ""
    level: Annotated[
        str, Meta(description="`info`, `warn` or `error`.", examples=["info", "warn", "error"])
    ] = "info"
    message: Annotated[str, Meta(description="More for people, such as an error's text.")] = ""
    nodeId: Annotated[str, Meta(description="The workflow's node that it is about.")] = ""  # noqa: N815
    data: Annotated[
        dict[str, Any] | Annotated[str, Meta(pattern=r"^\{\{.*\}\}$", examples=["{{ signal.payload }}"])],
        Meta(
            description="Anything for machines: an object, or one {{ name }} that stands for an object. The "
            "public view leaves it out."
        ),
    ] = {}
    at: Annotated[
        Duration, Meta(description="How long after the step is entered: `800ms`. At once, if left out.")
    ] = "0s"


class TriggerSource(Struct, forbid_unknown_fields=True):
    """A way to leave a step: exactly one of these, with `to` and `chance` if they are needed."""

    after: (
        Annotated[
            Span,
            Meta(
                description="Leaves after a duration (`3s`), or after one drawn from a range (`1s..2s`). "
                "What is drawn follows from the seed and the execution's id."
            ),
        ]
        | None
    ) = None
    polls: (
        Annotated[
            int,
            Meta(
                ge=1,
                le=10_000,
                description="Leaves once this many reads by id, private or public, have seen the step.",
            ),
        ]
        | None
    ) = None
    signal: (
        Annotated[
            Name,
            Meta(
                description="Leaves when this signal is sent. Its payload can be used from then on, as "
                "`{{ signal.payload.NAME }}`."
            ),
        ]
        | None
    ) = None
    visits: (
        Annotated[
            int,
            Meta(
                ge=2,
                le=1000,
                description="Leaves at once, from this visit of the step on: with 3, the third stay in the "
                "step leads elsewhere. Another way out is taken before.",
            ),
        ]
        | None
    ) = None
    to: (
        Annotated[str, Meta(description="The step it leads to, by name. The next one, if left out.")] | None
    ) = None
    chance: (
        Annotated[
            float,
            Meta(
                gt=0,
                le=1,
                description="How probable it is that this way is open at all, drawn once for each visit.",
            ),
        ]
        | None
    ) = None


class StepSource(Struct, forbid_unknown_fields=True):
    """A status, what the step sets and emits, and how it is left."""

    status: Annotated[
        str,
        Meta(description="The status that the execution shows, one of the contract's."),
    ] = ""
    name: Annotated[Name, Meta(description="What `to` calls this step. The status, if left out.")] | None = (
        None
    )
    set: Annotated[
        dict[str, Any],
        Meta(
            description="Properties that the execution has from here on, such as `paymentStatus` or "
            "`responsePayload`; null removes one. Texts may hold {{ names }}, and one name alone keeps the "
            "kind of its value."
        ),
    ] = {}
    events: (
        Annotated[
            list[EventSource],
            Meta(
                description="Timeline entries, added to the one that each status has; `[]` silences that one."
            ),
        ]
        | None
    ) = None
    next: (
        Annotated[
            TriggerSource | Annotated[list[TriggerSource], Meta(min_length=1)],
            Meta(
                description="How the step is left. Of several ways, the one that comes first; at the same "
                "instant, the one that is written first. A terminal status has none.",
                extra_json_schema={"x-expected": "a way out such as {after: 3s}, or a list of them"},
            ),
        ]
        | None
    ) = None
    faults: Annotated[
        list[FaultSource],
        Meta(
            max_length=100,
            description="What goes wrong on purpose with reads by id, private or public, while the execution "
            "is in this step: `{skip: 2, times: 1, refused: 503}` refuses the third one. Each visit of each "
            "execution counts by itself.",
        ),
    ] = []
    use: (
        Annotated[
            str,
            Meta(
                pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*\.[A-Za-z0-9][A-Za-z0-9_-]*$",
                examples=["paid-happy-path.workflow_running"],
                description="In place of a status: all steps of another scenario up to that one. `set`, "
                "`events` and `next` change the last of them.",
            ),
        ]
        | None
    ) = None


class ScenarioSource(Struct, forbid_unknown_fields=True):
    """A situation that an execution lives through."""

    scenario: Annotated[Name, Meta(description="Its name, after the situation: `waits-for-approval`.")]
    steps: Annotated[
        list[StepSource],
        Meta(
            min_length=1, max_length=1000, description="What happens. The first step is entered at creation."
        ),
    ]
    summary: Annotated[str, Meta(description="One sentence for lists: what happens, and how it ends.")] = ""
    api: Annotated[
        Literal["executions", "embed"],
        Meta(description="The API that it drives: `executions`, or `embed` for embedded workflows."),
    ] = "executions"
    bind: Annotated[
        dict[
            str,
            Annotated[
                Scalar | Scalars | BindTestSource,
                Meta(extra_json_schema={"x-expected": "a value, a list of values, or tests"}),
            ],
        ],
        Meta(
            description="Which create requests follow this scenario: those that meet all that stands here. A "
            "property of the request (`workflowId`) or a place in one (`requestPayload.tier`, "
            "`requestPayload.items.0.sku`, `clientSafeMetadata.*`), with a value, a list of values, or "
            "tests. For embed, the workflow that can be executed: `id`, `hashid`, `key` and `name`; another "
            "scenario may bind its `key` and places in `execution_data`."
        ),
    ] = {}
    drift: Annotated[
        bool,
        Meta(description="Whether statuses may be used that the vendor has added to the contract since."),
    ] = False


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a scenario file."""
    schema = file_schema(ScenarioSource, "execmock scenario")
    # A step has a status of its own, or that of another scenario's step.
    own = {"required": ["status"], "properties": {"status": {"type": "string"}}}
    schema["$defs"]["Step"]["anyOf"] = [own, {"required": ["use"]}]
    return schema
