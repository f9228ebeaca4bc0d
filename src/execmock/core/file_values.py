"""Kinds of values that files of several kinds hold: durations, names, and tests of values."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from execmock.core.durations import EXPECTED_DURATION, EXPECTED_RANGE

__all__ = ["BindTestSource", "Duration", "Name", "Scalar", "Scalars", "Span"]

_DURATION = r"([0-9]+(\.[0-9]+)?(ms|s|m|h|d|w))+"

Duration = Annotated[
    str,
    Meta(
        pattern=f"^{_DURATION}$",
        examples=["500ms", "3s", "1h30m", "7d"],
        extra_json_schema={"x-expected": EXPECTED_DURATION},
    ),
]
Span = Annotated[
    str,
    Meta(
        pattern=rf"^{_DURATION}(\.\.{_DURATION})?$",
        examples=["500ms", "3s", "10m", "1s..2s"],
        extra_json_schema={"x-expected": EXPECTED_RANGE},
    ),
]
Name = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=100, examples=["waits-for-approval", "step_2"]),
]

Scalar = str | int | float | bool
Scalars = Annotated[list[Scalar], Meta(min_length=1, max_length=1000)]
Number = Annotated[float, Meta(ge=-1e15, le=1e15)]


class BindTestSource(Struct, forbid_unknown_fields=True, omit_defaults=True, rename={"not_": "not"}):
    """Tests of one value of a create request, all of which have to hold. A null counts as no value."""

    equals: Annotated[Scalar, Meta(description="It is this value.")] | None = None
    oneOf: Annotated[Scalars, Meta(description="It is one of these values.")] | None = None  # noqa: N815
    matches: (
        Annotated[
            str,
            Meta(
                max_length=1000,
                examples=["^order-[0-9]+$"],
                description="It is a text in which this regular expression is found. It cannot look around "
                "or back, and no text over 10,000 characters matches.",
            ),
        ]
        | None
    ) = None
    greater: Annotated[Number, Meta(description="It is a number greater than this.")] | None = None
    atLeast: Annotated[Number, Meta(description="It is this number or a greater one.")] | None = None  # noqa: N815
    less: Annotated[Number, Meta(description="It is a number less than this.")] | None = None
    atMost: Annotated[Number, Meta(description="It is this number or a smaller one.")] | None = None  # noqa: N815
    exists: Annotated[bool, Meta(description="Whether there is a value.")] | None = None
    not_: (
        Annotated[
            Scalar | Scalars | BindTestSource,
            Meta(description="This value, none of these values, or these tests do not hold."),
        ]
        | None
    ) = None
