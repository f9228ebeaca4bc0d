"""A world file's model. Its JSON Schema, for editors and for checking, is made from these classes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from execmock.core.fault_source import FaultSource
from execmock.core.file_schema import file_schema
from execmock.core.file_values import Duration, Name, Span

__all__ = [
    "ClockSource",
    "EmbedWorkflowSource",
    "ExecutionSource",
    "GenerateSource",
    "SandboxSource",
    "SignalSource",
    "WorldSource",
    "world_schema",
]

Request = dict[str, Any]
_PICK = "a list, or a range of whole numbers such as 1..9"


class ClockSource(Struct, forbid_unknown_fields=True):
    """What a sandbox's clock shows at the start, and how it runs."""

    start: (
        Annotated[
            str, Meta(description="The first instant, such as `2026-01-15T09:00:00Z`. Now, if left out.")
        ]
        | None
    ) = None
    frozen: Annotated[bool, Meta(description="Whether it stands still until it is advanced.")] = False
    speed: (
        Annotated[
            float,
            Meta(
                gt=0,
                le=1_000_000,
                description="How fast it runs; 60 makes an hour of a minute.",
                extra_json_schema={
                    "x-expected": "a number above 0 and at most 1000000, or `frozen: true` for a clock that "
                    "stands still"
                },
            ),
        ]
        | None
    ) = None


class SignalSource(Struct, forbid_unknown_fields=True):
    """A signal that was sent to an execution before the world begins."""

    signal: Annotated[Name, Meta(description="Its name, one that the scenario waits for.")]
    at: Annotated[
        Span, Meta(description="How long after the execution's creation: `5m`, or drawn from `1m..2h`.")
    ] = "0s"
    payload: Annotated[
        Any, Meta(description="What it carries; in `generate`, texts may hold {{ names }}.")
    ] = None
    chance: Annotated[
        float, Meta(gt=0, le=1, description="How probable it is that it was sent, drawn for each execution.")
    ] = 1.0


class ExecutionSource(Struct, forbid_unknown_fields=True):
    """One execution that exists when the world begins."""

    request: Annotated[
        Request,
        Meta(
            description="The properties of its create request: `workflowId`, `externalRef`, `requestPayload` "
            "and so on. The sandbox's `request` gives those that are not here."
        ),
    ] = {}
    scenario: (
        Annotated[
            Name, Meta(description="The scenario it follows. What its request would pick, if left out.")
        ]
        | None
    ) = None
    age: Annotated[Duration, Meta(description="How long ago it was created: `2h`.")] | None = None
    createdAt: (  # noqa: N815 - the contract's name
        Annotated[
            str, Meta(description="When it was created, instead of `age`; the clock then needs a `start`.")
        ]
        | None
    ) = None
    signals: Annotated[list[SignalSource], Meta(description="Signals that it has been sent.")] = []


class GenerateSource(Struct, forbid_unknown_fields=True):
    """Many executions that exist when the world begins, drawn from the seed."""

    count: Annotated[int, Meta(ge=1, le=1_000_000, description="How many.")]
    scenarios: Annotated[
        dict[str, Annotated[float, Meta(gt=0)]],
        Meta(
            min_length=1,
            description="Scenarios and their weights: `{paid-happy-path: 8, payment-failed: 1}` lets one in "
            "nine fail.",
        ),
    ]
    over: Annotated[
        Duration, Meta(description="They were created evenly spread over this long before the start.")
    ] = "7d"
    pick: Annotated[
        dict[
            str,
            Annotated[
                Annotated[list[Any], Meta(min_length=1)]
                | Annotated[
                    str,
                    Meta(
                        pattern=r"^[0-9]+\.\.[0-9]+$",
                        examples=["1..9"],
                        extra_json_schema={"x-expected": _PICK},
                    ),
                ],
                Meta(extra_json_schema={"x-expected": _PICK}),
            ],
        ],
        Meta(
            description="Names for `{{ pick.NAME }}`: a list, of which each execution gets one item, or a "
            "range of whole numbers such as `100..9900`."
        ),
    ] = {}
    request: Annotated[
        Request,
        Meta(
            description="The properties of the create requests. Texts may hold `{{ pick.NAME }}`, "
            "`{{ pick.NAME.PROPERTY }}`, `{{ number }}` (1, 2, 3, ... from the oldest) and `{{ scenario }}`."
        ),
    ] = {}
    signals: Annotated[list[SignalSource], Meta(description="Signals that they have been sent by now.")] = []
    seed: Annotated[int, Meta(description="A seed of their own, instead of the sandbox's.")] | None = None


class EmbedWorkflowSource(Struct, forbid_unknown_fields=True):
    """A workflow that can be executed through the embed API, by any of its three names."""

    id: Annotated[str, Meta(description="A UUID.")]
    hashid: Annotated[
        str, Meta(pattern="^[0-9a-z]{5}$", examples=["6opb4"], description="Five letters and digits.")
    ]
    key: Annotated[str, Meta(min_length=1, description="Such as `workflow_15`.")]
    name: Annotated[str, Meta(description="Its title, such as `Workflow 15`.")]


class SandboxSource(Struct, forbid_unknown_fields=True):
    """A sandbox: an organization with keys, a clock and executions of its own."""

    organization: (
        Annotated[
            str, Meta(min_length=1, description="The organization's id. Made from the seed, if left out.")
        ]
        | None
    ) = None
    keys: Annotated[
        dict[str, Literal["read", "read-write"]],
        Meta(description="Bearer keys that open this sandbox, with their scope: `{b3sk_shop: read-write}`."),
    ] = {}
    workflows: Annotated[
        list[str], Meta(description="The workflows that exist. Any may be executed, if there are none.")
    ] = []
    embedWorkflows: Annotated[  # noqa: N815 - spelled like the contract's names
        list[EmbedWorkflowSource], Meta(description="The workflows of the embed API.")
    ] = []
    scenario: (
        Annotated[Name, Meta(description="The scenario of executions that nothing else picks one for.")]
        | None
    ) = None
    timezone: (
        Annotated[
            str,
            Meta(
                max_length=100,
                examples=["Europe/Berlin"],
                description="Zone of the embed operation's local times, instead of the server's.",
            ),
        ]
        | None
    ) = None
    clock: Annotated[ClockSource, Meta(description="Its clock, instead of the world's.")] | None = None
    seed: (
        Annotated[
            int, Meta(description="What its ids, tokens and draws follow from, instead of the world's.")
        ]
        | None
    ) = None
    request: Annotated[
        Request, Meta(description="Properties that the requests of all its executions share.")
    ] = {}
    faults: Annotated[
        list[FaultSource], Meta(description="What goes wrong in it on purpose, as in a file of faults.")
    ] = []
    executions: Annotated[list[ExecutionSource], Meta(description="Executions, each written down.")] = []
    generate: Annotated[list[GenerateSource], Meta(description="Executions by the number.")] = []


class WorldSource(Struct, forbid_unknown_fields=True):
    """The state that a mock starts from."""

    world: Annotated[Name, Meta(description="Its name.")]
    sandboxes: Annotated[
        dict[str, SandboxSource],
        Meta(
            description="Sandboxes by name. `default` is the one that requests with an unknown key see; it "
            "exists even if it is not here."
        ),
    ] = {}
    summary: Annotated[str, Meta(description="One sentence: what there is to see.")] = ""
    seed: (
        Annotated[
            int,
            Meta(
                description="Makes ids, tokens and draws the same in every run. With a clock that has a "
                "`start`, two loads are equal to the last byte."
            ),
        ]
        | None
    ) = None
    clock: (
        Annotated[ClockSource, Meta(description="The clock of sandboxes that have none of their own.")] | None
    ) = None


def world_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a world file."""
    return file_schema(WorldSource, "execmock world")
