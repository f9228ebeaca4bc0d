"""The language of faults as a model: which requests a fault strikes, how often and when.

What then happens is in `core.fault_effect_source`. The JSON Schema, for editors and for checking, is made
from both.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from execmock.core.fault_effect_source import (
    BrokenHow,
    BrokenSource,
    RefusedSource,
    SlowSource,
    WrongHow,
    WrongSource,
)
from execmock.core.file_schema import file_schema
from execmock.core.file_values import BindTestSource, Duration, Name, Scalar, Scalars, Span

__all__ = ["FaultFileSource", "FaultSource", "WhileSource", "fault_file_schema"]

_Text = Annotated[str, Meta(min_length=1, max_length=1000)]
Texts = Annotated[
    _Text | Annotated[list[_Text], Meta(min_length=1, max_length=1000)],
    Meta(extra_json_schema={"x-expected": "a text, or a list of texts"}),
]
Tests = dict[
    Annotated[str, Meta(min_length=1, max_length=1000)],
    Annotated[
        Scalar | Scalars | BindTestSource,
        Meta(extra_json_schema={"x-expected": "a value, a list of values, or tests"}),
    ],
]
Moment = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=100,
        examples=["10m", "2026-01-15T09:00:00Z"],
        description="An instant of the sandbox's clock, or how long after the fault was added.",
    ),
]


class WhileSource(Struct, forbid_unknown_fields=True):
    """What an execution is like for as long as the fault is there."""

    execution: Annotated[Texts, Meta(description="Its id.")] | None = None
    workflow: Annotated[Texts, Meta(description="Its workflow's id.")] | None = None
    scenario: Annotated[Texts, Meta(description="The scenario it follows.")] | None = None
    status: Annotated[Texts, Meta(description="Its status.")] | None = None
    step: Annotated[Texts, Meta(description="The name of its step.")] | None = None


class FaultSource(
    Struct, forbid_unknown_fields=True, rename={"from_": "from", "for_": "for", "while_": "while"}
):
    """One fault: which requests it strikes, how often, and what then happens."""

    fault: (
        Annotated[Name, Meta(description="Its name: `gateway-down`. Made from what it does, if left out.")]
        | None
    ) = None
    operation: (
        Annotated[Texts, Meta(description="Only requests to this operation of the contract.")] | None
    ) = None
    method: Annotated[Texts, Meta(description="Only requests with this method.")] | None = None
    path: (
        Annotated[
            Texts,
            Meta(
                description="Only requests to this path. `*` stands for any part between slashes, `**` for "
                "any number of them.",
                examples=["/**"],
            ),
        ]
        | None
    ) = None
    query: Annotated[Tests, Meta(description="Only requests with such parameters in the query.")] = {}
    header: Annotated[Tests, Meta(description="Only requests with such headers: `{X-Org-ID: org_1}`.")] = {}
    body: Annotated[
        Tests,
        Meta(
            description="Only requests with such a JSON body; places in it as `bind` of a scenario has them."
        ),
    ] = {}
    key: Annotated[Texts, Meta(description="Only requests with this bearer key.")] | None = None
    sandbox: Annotated[Texts, Meta(description="Only requests that reach this sandbox.")] | None = None
    execution: Annotated[Texts, Meta(description="Only requests about the execution of this id.")] | None = (
        None
    )
    workflow: (
        Annotated[Texts, Meta(description="Only requests that create or read executions of this workflow.")]
        | None
    ) = None
    scenario: Annotated[Texts, Meta(description="Only requests about executions that follow it.")] | None = (
        None
    )
    status: Annotated[Texts, Meta(description="Only requests about executions in this status.")] | None = None
    step: (
        Annotated[Texts, Meta(description="Only requests about executions in a step of this name.")] | None
    ) = None
    while_: (
        Annotated[
            WhileSource,
            Meta(
                description="Only as long as the execution that the request is about is like this; where it "
                "is about none, as long as one of the sandbox's latest hundred is."
            ),
        ]
        | None
    ) = None
    from_: Annotated[Moment, Meta(description="Not before this.")] | None = None
    until: Annotated[Moment, Meta(description="Not from this on.")] | None = None
    for_: (
        Annotated[Duration, Meta(description="How long it is there, from `from` or from its addition on.")]
        | None
    ) = None
    skip: Annotated[
        int, Meta(ge=0, le=1_000_000_000, description="Leaves the first so many requests alone.")
    ] = 0
    every: Annotated[
        int, Meta(ge=1, le=1_000_000_000, description="Strikes each so manieth request only.")
    ] = 1
    times: Annotated[int, Meta(ge=1, le=1_000_000_000, description="Strikes so often at most.")] | None = None
    probability: Annotated[
        float,
        Meta(ge=0, le=1, description="How probable it is that a request is struck; follows from the seed."),
    ] = 1.0
    over: (
        Annotated[
            str,
            Meta(
                pattern="^[1-9][0-9]{0,6}/[smh]$",
                examples=["60/m", "5/s"],
                description="Strikes only what comes faster than so many in a second, minute or hour of the "
                "sandbox's clock; every answer then says in `X-RateLimit-Remaining` how many are left.",
                extra_json_schema={"x-expected": "a rate such as 60/m, 5/s or 1000/h"},
            ),
        ]
        | None
    ) = None
    burst: (
        Annotated[
            int,
            Meta(
                ge=1,
                le=1_000_000,
                description="How many may come at once; the number of `over`, if left out.",
            ),
        ]
        | None
    ) = None
    atOnce: (  # noqa: N815 - spelled like the contract's names
        Annotated[
            int,
            Meta(
                ge=1,
                le=100_000,
                description="Strikes only what comes while so many requests that it is meant for are under "
                "way in this server.",
            ),
        ]
        | None
    ) = None
    queue: (
        Annotated[
            int,
            Meta(
                ge=1,
                le=100_000,
                description="How many wait for one of `atOnce` to end, before any is struck.",
            ),
        ]
        | None
    ) = None
    per: (
        Annotated[
            Literal["execution"],
            Meta(description="Whether requests are counted for each execution by itself, or all together."),
        ]
        | None
    ) = None
    slow: (
        Annotated[
            Span | SlowSource,
            Meta(
                description="Answers late: `3s`, `1s..3s`, or more exactly.",
                extra_json_schema={
                    "x-expected": "a duration such as 3s, a range such as 1s..2s, or an object"
                },
            ),
        ]
        | None
    ) = None
    refused: (
        Annotated[
            Annotated[int, Meta(ge=200, le=599)] | RefusedSource,
            Meta(
                description="Answers something else: `503`, or more exactly.",
                extra_json_schema={"x-expected": "a status such as 503, or an object with a status"},
            ),
        ]
        | None
    ) = None

    broken: (
        Annotated[
            BrokenHow | BrokenSource,
            Meta(
                description="Breaks the answer at the socket or in its bytes: `reset`, `lost`, `short-body`, "
                "or more exactly.",
            ),
        ]
        | None
    ) = None
    wrong: (
        Annotated[
            WrongHow | WrongSource,
            Meta(
                description="Answers in good form what the contract does not allow: `dropped`, `has-more`, "
                "`skewed`, or more exactly.",
            ),
        ]
        | None
    ) = None
    stale: (
        Annotated[
            Duration,
            Meta(description="Reads and lists show what was so long ago on the sandbox's clock: `30s`."),
        ]
        | None
    ) = None


class FaultFileSource(Struct, forbid_unknown_fields=True):
    """Faults, in the order in which they are tried."""

    faults: Annotated[
        list[FaultSource],
        Meta(
            min_length=1,
            max_length=200,
            description="The faults. Each request meets the first one that strikes; delays add up.",
        ),
    ]
    summary: Annotated[str, Meta(description="One sentence: what goes wrong.")] = ""


def fault_file_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a file of faults."""
    return file_schema(FaultFileSource, "execmock faults")
