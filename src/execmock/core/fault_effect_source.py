"""What a fault does, as a model: the values of its properties `slow`, `refused`, `broken` and `wrong`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from execmock.core.file_values import Duration, Name, Span

__all__ = ["BrokenHow", "BrokenSource", "RefusedSource", "SlowSource", "WrongHow", "WrongSource"]


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
    "nulled",
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
