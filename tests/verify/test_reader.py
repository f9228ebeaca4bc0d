"""Answers are read whole, whatever their depth and digits; what is beyond a limit is named."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execmock.verify.equality import difference, same_json
from execmock.verify.exchange import ABSENT, pick
from execmock.verify.json_values import place_of, rebuilt, texts
from execmock.verify.reader import NOT_JSON, UNREAD, Limits, Reading, parse_json, read_json
from execmock.verify.wording import brief
from tests.effort import examples

DEEP, BELOW = 4_000, 1_200
"""More levels than any stack holds; and more than the parser of Python takes."""
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


def nested(begin: str, middle: str, end: str, depth: int = DEEP) -> bytes:
    return (begin * depth + middle + end * depth).encode()


@settings(max_examples=examples(40), deadline=None)
@given(VALUES, st.sampled_from([None, 2]))
def test_every_json_value_is_read_as_it_is_at_any_depth(value: Any, indent: int | None) -> None:
    written = json.dumps(value, indent=indent).encode()
    assert same_json(parse_json(written), value)
    deep = parse_json(nested("[", "", "", BELOW) + written + nested("]", "", "", BELOW))
    for _ in range(BELOW):
        [deep] = deep
    assert same_json(deep, value)


@pytest.mark.parametrize(("begin", "end"), [("[", "]"), ('{"x":', "}"), ('[{"x":[', "]}]")])
def test_nesting_has_no_part_in_whether_two_values_are_equal(begin: str, end: str) -> None:
    one, other = (parse_json(nested(begin, "1", end)) for _ in range(2))
    assert same_json(one, other)
    assert not same_json(one, parse_json(nested(begin, "2", end)))
    assert not same_json(one, parse_json(nested(begin, "1", end, DEEP - 1)))
    assert same_json(
        rebuilt(one, lambda *_: True, lambda leaf: leaf + 1), parse_json(nested(begin, "2", end))
    )


@settings(max_examples=examples(100), deadline=None)
@given(VALUES, VALUES)
def test_a_difference_is_where_two_values_are_not_equal(one: Any, other: Any) -> None:
    found = difference(one, other)
    assert (found is None) == same_json(one, other)
    assert difference(one, one) is None
    if found is not None and found.place.count("/") < 20:
        assert (pick(one, found.place), pick(other, found.place)) == (found.left, found.right)


def test_a_difference_far_down_and_one_of_length_are_found() -> None:
    one, other = (parse_json(nested('[{"x":', text, "}]")) for text in ("1", "2"))
    found = difference(one, other)
    assert found is not None
    assert (found.place, found.left, found.right) == ("/0/x" * 10, 1, 2)
    longer = difference({"a/b": [1]}, {"a/b": [1, 2]})
    assert longer is not None
    assert (longer.place, longer.left, longer.right) == ("/a~1b/1", ABSENT, 2)


def test_a_text_or_the_name_of_a_member_is_found_where_it_stands() -> None:
    value = {"a": [{"b": "no"}, {"b": "yes"}], "yes it is": 1}
    assert place_of(value["a"], lambda text: "yes" in text) == "/1/b"
    assert place_of(value, lambda text: text == "yes it is") == "/yes it is"
    assert place_of(value, lambda text: text == "none") == ""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"9" * 5_000, Decimal("9" * 5_000)),
        (b"-" + b"9" * 5_000, Decimal("-" + "9" * 5_000)),
        (b"9" * 4_000, int("9" * 4_000)),
        (b"1e400", Decimal("1e400")),
        (b"-1e-400", Decimal("-1e-400")),
        (b"0." + b"1" * 5_000, Decimal("0." + "1" * 5_000)),
        (b"0e-9", 0.0),
        (b"-0", 0),
        (b"9007199254740993", 9007199254740993),
    ],
)
def test_numbers_are_exact_however_many_digits_they_have(text: bytes, value: Any) -> None:
    found = parse_json(text)
    assert type(found) is type(value)
    assert same_json(found, value)
    assert not same_json(found, value * 2 if value else 1)


@pytest.mark.parametrize(
    "text",
    [b"", b" ", b"[", b"[1", b"[1,", b"[1,]", b"[1 2]", b"]", b'{"a"', b'{"a":', b'{"a":1,}', b'{"a" 1}',
     b"{1:2}", b'"a', b"'a'", b"01", b"1.", b".5", b"+1", b"-", b"1e", b"NaN", b"-Infinity", b"tru", b"[1]x",
     b"\xff", b"[\xff]", b"\xef\xbb\xbf{}", b'"\x01"', b'"\\x"'],
)  # fmt: skip
def test_what_is_no_json_is_none_at_any_depth(text: bytes) -> None:
    assert read_json(text).value is NOT_JSON
    below = nested("[", "", "", BELOW) + b"[0," + text + b"]" + nested("]", "", "", BELOW)
    assert read_json(below).value is NOT_JSON


@pytest.mark.parametrize(
    ("text", "limits", "said"),
    [
        (b"[" + b" " * 50 + b"]", Limits(size=40), "the answer is longer than 40 bytes"),
        (nested("[", "[]", "]", 1_201), Limits(depth=1_200), "the answer nests deeper than 1200 levels"),
        (nested("[", "[]", "]", 1_200), Limits(depth=1_200), ""),
        (b"1e9999999999999999999", Limits(), "a number in the answer is beyond what can be compared"),
    ],
    ids=["size", "depth", "not yet", "number"],
)
def test_what_is_beyond_a_limit_is_named(text: bytes, limits: Limits, said: str) -> None:
    found = read_json(text, limits)
    assert (found.value is UNREAD, found.unread) == (bool(said), said)


def test_a_number_of_too_many_digits_is_named() -> None:
    found = read_json(b'{"x": ' + b"9" * 1_000_001 + b"}")
    assert found == Reading(UNREAD, "a number in the answer has more than 1000000 digits")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": [1, 2.5, None, True, "é"]}, '{"a": [1, 2.5, null, true, "é"]}'),
        ([], "[]"),
        ("x" * 500, '"' + "x" * 118 + "…"),
        (list(range(1000)), str(list(range(1000)))[:119] + "…"),
        (parse_json(nested("[", "1", "]")), "[" * 119 + "…"),
        (Decimal("9" * 5_000), "9" * 119 + "…"),
    ],
)
def test_any_value_has_a_short_text(value: Any, text: str) -> None:
    assert brief(value) == text


def test_every_text_of_a_value_is_found() -> None:
    value = {"a": ["b", {"c": "d"}], "e": 1}
    assert set(texts(value)) == {"b", "d"}
    assert set(texts(value, names=True)) == {"a", "b", "c", "d", "e"}
