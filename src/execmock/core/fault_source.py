"""The language of faults as a model. Its JSON Schema, for editors and for checking, is made from it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from execmock.core.file_schema import file_schema
from execmock.core.file_values import BindTestSource, Duration, Name, Scalar, Scalars, Span

__all__ = [
    "BrokenHow",
    "BrokenSource",
    "FaultFileSource",
    "FaultSource",
    "RefusedSource",
    "SlowSource",
    "WhileSource",
    "WrongHow",
    "WrongSource",
    "fault_file_schema",
]

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


class SlowSource(Struct, forbid_unknown_fields=True):
    """An answer that takes its time. The work itself is done when the request comes."""

    by: Annotated[Span, Meta(description="How long: `3s`, or drawn evenly from `1s..3s`.")] | None = None
    median: (
        Annotated[Duration, Meta(description="Drawn from a lognormal distribution: half are faster.")] | None
    ) = None
    p99: Annotated[Duration, Meta(description="99 in 100 are faster; goes with `median`.")] | None = None
    on: Annotated[
        Literal["real", "clock"],
        Meta(
            description="Whether the wait passes in real time, or on the sandbox's clock, which may be held."
        ),
    ] = "real"
    bytesPerSecond: (  # noqa: N815 - spelled like the contract's names
        Annotated[
            int,
            Meta(ge=1, le=1_000_000_000, description="How fast the body is written, in real time."),
        ]
        | None
    ) = None


class RefusedSource(Struct, forbid_unknown_fields=True):
    """An answer in place of the one that the request would get. Nothing is done for the request."""

    status: Annotated[int, Meta(ge=200, le=599, description="The status: `503`.")]
    form: (
        Annotated[
            Literal["api", "gateway", "empty"],
            Meta(
                description="What the body is where none is given: the API's error form, the HTML page of a "
                "gateway, or nothing."
            ),
        ]
        | None
    ) = None
    message: Annotated[str, Meta(max_length=1000, description="What the API's error form says.")] | None = (
        None
    )
    body: Annotated[Any, Meta(description="The body: a text as it stands, anything else as JSON.")] = None
    mediaType: (  # noqa: N815 - spelled like the contract's names
        Annotated[
            str,
            Meta(
                pattern=r"^[!-~]+/[!-~]+( *; *[ -~]+)?$",
                max_length=200,
                examples=["text/html; charset=utf-8"],
                description="The body's media type.",
            ),
        ]
        | None
    ) = None
    headers: Annotated[
        dict[
            Annotated[str, Meta(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", max_length=200)],
            Annotated[str, Meta(pattern=r"^[ -~]*$", max_length=4000)],
        ],
        Meta(max_length=200, description="Headers of the answer: `{Location: /elsewhere}`."),
    ] = {}
    retryAfter: (  # noqa: N815 - spelled like the contract's names
        Annotated[
            str,
            Meta(
                pattern=r"^(end|next|([0-9]+(\.[0-9]+)?(ms|s|m|h|d|w))+)$",
                examples=["5s", "end"],
                description="When to come again, as the header `Retry-After` in seconds: `5s`, `end` for "
                "what is left of the fault's own time on the sandbox's clock, `next` for when the next "
                "request is within the rate of `over`.",
                extra_json_schema={"x-expected": "a duration such as 5s, end or next"},
            ),
        ]
        | None
    ) = None


BrokenHow = Literal[
    "reset",
    "close",
    "lost",
    "lost-reset",
    "reset-during",
    "reset-after",
    "short-body",
    "long-body",
    "no-last-chunk",
    "endless",
    "malformed-json",
    "truncated-utf8",
    "wrong-type",
    "wrong-charset",
    "no-gzip",
    "double-headers",
    "many-headers",
]


class BrokenSource(Struct, forbid_unknown_fields=True):
    """An answer that breaks at the socket or in its bytes; the connection ends with it."""

    how: Annotated[BrokenHow, Meta(description="In which way: `reset`, `lost`, `short-body` and so on.")]
    bytes: (
        Annotated[
            int,
            Meta(ge=1, le=1 << 40, description="Size at which an `endless` answer ends; 16 MiB if left out."),
        ]
        | None
    ) = None


WrongHow = Literal[
    "dropped",
    "renamed",
    "retyped",
    "null",
    "status",
    "extra",
    "private-field",
    "another",
    "no-data",
    "has-more",
    "twice",
    "out-of-order",
    "overwritten",
    "event-lost",
    "skewed",
    "created-twice",
    "create-lost",
]


class WrongSource(Struct, forbid_unknown_fields=True):
    """A success that is well formed and says something else than the contract wants."""

    how: Annotated[WrongHow, Meta(description="In which way: `dropped`, `has-more`, `skewed` and so on.")]
    property: Annotated[Name, Meta(description="A property of executions; `status` if left out.")] | None = (
        None
    )
    by: (
        Annotated[Duration, Meta(description="How far ahead a `skewed` clock is; `2h` if left out.")] | None
    ) = None


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
