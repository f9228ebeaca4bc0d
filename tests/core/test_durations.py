"""Durations and instants: text in, whole milliseconds inside, text out."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execmock.core.durations import (
    DurationError,
    format_duration,
    format_instant,
    parse_duration,
    parse_instant,
    parse_range,
)

DAY = 86_400_000
LAST = 253_402_300_799_999


@given(st.integers(0, 36_500 * DAY))
def test_what_is_written_is_read_back(milliseconds: int) -> None:
    assert parse_duration(format_duration(milliseconds)) == milliseconds


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("0s", 0),
        ("500ms", 500),
        ("3s", 3_000),
        ("1.5s", 1_500),
        ("1h30m", 5_400_000),
        ("1h 30m", 5_400_000),
        ("7d", 7 * DAY),
        ("2w", 14 * DAY),
        ("36500d", 36_500 * DAY),
    ],
)
def test_a_duration_is_numbers_with_units(text: str, milliseconds: int) -> None:
    assert parse_duration(text) == milliseconds


@pytest.mark.parametrize(
    "text", ["", "3", "s", "-1s", "1e3s", "1.s", "1x", "3s!", "٣s", "1s..2s", 3, None, True]
)
def test_what_has_no_unit_or_sign_of_one_is_refused(text: object) -> None:
    with pytest.raises(DurationError, match=re.escape(f"{text!r} is not a duration")):
        parse_duration(text)


@pytest.mark.parametrize("text", ["36501d", "9" * 400 + "s"])
def test_a_duration_is_at_most_a_hundred_years(text: str) -> None:
    with pytest.raises(DurationError, match="longer than 100 years"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (90, "90 is not a duration: a unit is missing; expected 90s, or another of ms, s, m, h, d, w"),
        ("1.5", "'1.5' is not a duration: a unit is missing; expected 1.5s, or another of ms, s"),
        ("3sec", "'3sec' is not a duration: 'sec' is no unit; expected 3s, or another of"),
        ("10 minutes", "'10 minutes' is not a duration: 'minutes' is no unit; expected 10m, or"),
        ("2M", "'2M' is not a duration: 'M' is no unit; expected 2m, or another of"),
        ("5y", "'5y' is not a duration: 'y' is no unit; expected 5s, or another of ms, s, m, h, d, w"),
        ("soon", "'soon' is not a duration; expected a number and a unit, such as 500ms, 3s, 10m, 7d"),
        ("1s..90", "'90' is not a duration: a unit is missing; expected 90s, or another of"),
        ("1s-2s", "'1s-2s' is not a duration; a range is written with two dots, as 1s..2s"),
    ],
)
def test_a_refusal_names_what_a_duration_lacks(text: object, said: str) -> None:
    with pytest.raises(DurationError) as caught:
        parse_range(text)
    assert str(caught.value).startswith(said)


def test_a_range_has_two_ends_and_a_duration_is_one() -> None:
    assert parse_range("1s..2s") == (1_000, 2_000)
    assert parse_range("3s") == (3_000, 3_000)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2s..1s", "runs backwards"),
        ("..2s", "'' is not a duration"),
        ("1s..", "'' is not a duration"),
        ("1s..2s..3s", "'2s..3s' is not a duration"),
        (5, "5 is not a duration"),
    ],
)
def test_a_bad_range_says_what_is_wrong(text: object, problem: str) -> None:
    with pytest.raises(DurationError, match=re.escape(problem)):
        parse_range(text)


@given(st.integers(0, LAST))
def test_an_instant_that_is_written_is_read_back(milliseconds: int) -> None:
    text = format_instant(milliseconds)
    assert parse_instant(text) == milliseconds
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text)


@given(st.tuples(st.integers(0, LAST), st.integers(0, LAST)))
def test_instants_sort_as_texts(pair: tuple[int, int]) -> None:
    assert sorted(map(format_instant, pair)) == list(map(format_instant, sorted(pair)))


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01t00:00:00z", 0),
        ("1970-01-01 00:00:00Z", 0),
        ("1970-01-01T00:00:00-00:00", 0),
        ("1970-01-01T02:00:00+02:00", 0),
        ("2026-01-01T09:00:00.25Z", 1_767_258_000_250),
        ("2026-01-01T09:00:00.250999999999Z", 1_767_258_000_250),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000),
        ("2016-12-31T18:59:60.5-05:00", 1_483_228_800_000),
        ("9999-12-31T23:59:59.999Z", LAST),
        (datetime(1970, 1, 1, 0, 0, 1), 1000),  # noqa: DTZ001 - what it means without a zone is the question
    ],
)
def test_an_instant_is_read_as_rfc_3339_says(text: str, milliseconds: int) -> None:
    assert parse_instant(text) == milliseconds


@pytest.mark.parametrize("text", ["2026-01-01T09:00:00", "2026-01-01t09:00:00.5"])
def test_an_instant_without_an_offset_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(DurationError, match=f"has no offset; expected {text}Z for UTC"):
        parse_instant(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-01-01",
        "2026-01-01T09:00Z",
        "20260101T090000Z",
        "2026-W01-1T09:00:00Z",
        "2026-01-01T25:00:00Z",
        "2026-02-30T09:00:00Z",
        "2026-01-01T09:00:60Z",
        "2026-01-01T09:00:00+1",
        "2026-01-01T09:00:00+24:00",
        "2026-01-01T09:00:00,5Z",
        "\uff12026-01-01T09:00:00Z",
        "2026-01-01T09:00:00Z\n",
        5,
        None,
    ],
)
def test_what_is_no_instant_is_refused(text: object) -> None:
    with pytest.raises(DurationError, match="is not an instant; expected RFC 3339"):
        parse_instant(text)


@pytest.mark.parametrize(
    "text", ["1969-12-31T23:59:59Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"]
)
def test_an_instant_that_ids_and_texts_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(DurationError, match="expected one of the years 1970 to 9999"):
        parse_instant(text)
