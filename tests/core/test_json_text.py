"""JSON in and out: strict in what it takes, exact in what it keeps."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execmock.core.json_text import DEEPEST, JsonError, canonical, decode, encode

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(2**62, 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4)
)


@given(JSON)
def test_what_is_written_is_read_back_exactly(value: Any) -> None:
    back = decode(encode(value))
    assert back == value
    assert repr(back) == repr(value)


@given(JSON)
def test_it_writes_json_as_others_read_it(value: Any) -> None:
    assert json.loads(encode(value)) == value


@given(st.dictionaries(TEXTS, JSON, max_size=5))
def test_the_order_of_keys_is_nothing_to_the_canonical_form(value: dict[str, Any]) -> None:
    assert canonical(dict(reversed(value.items()))) == canonical(value)
    assert decode(canonical(value)) == value


@pytest.mark.parametrize(
    "number", [2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 10**18, 10**300]
)
def test_integers_are_kept_whatever_their_size(number: int) -> None:
    assert decode(b'{"n":[%d]}' % number) == {"n": [number]}
    assert encode({"n": [number]}) == b'{"n":[%d]}' % number


@pytest.mark.parametrize(("open_", "close"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_it_nests_up_to_the_deepest_level(open_: bytes, close: bytes) -> None:
    assert decode(open_ * DEEPEST + b"1" + close * DEEPEST)
    with pytest.raises(JsonError, match=f"nested deeper than {DEEPEST} levels"):
        decode(open_ * (DEEPEST + 1) + b"1" + close * (DEEPEST + 1))


def test_brackets_inside_texts_are_no_nesting() -> None:
    assert decode(json.dumps("[{" * 500).encode()) == "[{" * 500


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"nothing",
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b"1e999",
        b"[1e999,12345678901234567890123]",
        b"[NaN,12345678901234567890123]",
        b'"\\ud800"',
        b'["\\udfff", 12345678901234567890123]',
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b"\xef\xbb\xbf{}",
        b'{"a":1,}',
        b"01",
        b"'a'",
        b'"\x00"',
        b"[" * 100_000,
        b"9" * 400,
        b"9" * 5_000,
    ],
)
def test_what_json_does_not_allow_or_cannot_be_kept_is_refused(text: bytes) -> None:
    with pytest.raises(JsonError):
        decode(text)


def test_of_a_key_given_twice_the_last_value_holds() -> None:
    assert decode(b'{"a":1,"a":2}') == {"a": 2}
    assert decode(b'{"a":1,"a":12345678901234567890123}') == {"a": 12345678901234567890123}


def test_a_lone_surrogate_is_written_as_a_question_mark() -> None:
    """A header can hold bytes that are no UTF-8; an error that quotes it is JSON all the same."""
    assert encode({"came": "a\udcffb"}) == b'{"came":"a?b"}'


@given(st.integers(1, 6), st.data())
def test_depth_is_told_from_brackets_as_a_walk_tells_it(deepest: int, data: st.DataObject) -> None:
    texts = st.text(st.sampled_from('[]{}"\\a,\x00'), max_size=4)
    value = data.draw(
        st.recursive(
            texts | st.none(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
            max_leaves=12,
        )
    )
    text = encode(value)
    if _levels(value) > deepest:
        with pytest.raises(JsonError, match=f"nested deeper than {deepest} levels"):
            decode(text, deepest)
    else:
        assert decode(text, deepest) == value


def _levels(value: Any) -> int:
    if not isinstance(value, dict | list):
        return 0
    return 1 + max(map(_levels, value.values() if isinstance(value, dict) else value), default=0)
