"""Ids are pure functions of a root: the vendor's form, sorted by time, not to be guessed."""

from __future__ import annotations

import re
from base64 import b32hexdecode
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execmock.core.ids import client_token, derive, draw, hashid, sandbox_tag, uuid7, xid, xid_tag

ROOTS = st.binary(min_size=16, max_size=32)
SECONDS = st.integers(0, 0xFFFFFFFF)
TAGS = st.binary(min_size=5, max_size=5)
NUMBERS = st.integers(0, 0xFFFFFF)


@given(SECONDS, TAGS, NUMBERS)
def test_an_xid_holds_its_second_tag_and_number(second: int, tag: bytes, number: int) -> None:
    text = xid(second, tag, number)
    raw = b32hexdecode(text.upper() + "====")
    assert re.fullmatch("[0-9a-v]{20}", text)
    assert (int.from_bytes(raw[:4], "big"), raw[4:9], int.from_bytes(raw[9:], "big")) == (second, tag, number)
    assert xid_tag(text) == tag


@given(st.lists(st.tuples(SECONDS, NUMBERS), min_size=2, max_size=5), TAGS)
def test_xids_of_one_tag_sort_by_second_and_number(made: list[tuple[int, int]], tag: bytes) -> None:
    assert sorted(xid(*[second, tag, number]) for second, number in made) == [
        xid(second, tag, number) for second, number in sorted(made)
    ]


@given(st.text(max_size=30))
def test_the_tag_of_any_text_is_five_bytes_or_none(text: str) -> None:
    tag = xid_tag(text)
    assert tag is None or isinstance(tag, bytes)


@pytest.mark.parametrize("text", ["", "x", "w" * 20, "é" * 20, "0" * 19, "\udcff" * 20])
def test_what_is_no_xid_has_no_tag(text: str) -> None:
    assert xid_tag(text) is None


@given(st.integers(0, (1 << 48) - 1), st.binary(min_size=10, max_size=16))
def test_a_uuid7_holds_its_millisecond(milliseconds: int, random: bytes) -> None:
    made = UUID(uuid7(milliseconds, random))
    assert (made.version, made.variant, made.int >> 80) == (7, "specified in RFC 4122", milliseconds)


@given(ROOTS, st.text(max_size=40))
def test_a_client_token_is_43_characters_safe_in_a_url(root: bytes, execution: str) -> None:
    assert re.fullmatch("[A-Za-z0-9_-]{43}", client_token(root, execution))


def test_tokens_of_other_executions_and_other_roots_differ() -> None:
    made = {client_token(root, execution) for root in (b"a" * 32, b"b" * 32) for execution in ("one", "two")}
    assert len(made) == 4


@given(st.binary(min_size=5, max_size=16))
def test_a_hashid_is_five_lower_case_letters_and_digits(random: bytes) -> None:
    assert re.fullmatch("[a-z0-9]{5}", hashid(random))


@given(ROOTS, st.text(max_size=10), st.integers())
def test_a_draw_is_a_number_from_0_up_to_1_and_repeatable(root: bytes, label: str, number: int) -> None:
    assert 0 <= draw(root, label, number) < 1
    assert draw(root, label, number) == draw(root, label, number)


def test_draws_spread_evenly() -> None:
    quarters = [int(draw(b"root", n) * 4) for n in range(4_000)]
    assert all(900 < quarters.count(quarter) < 1_100 for quarter in range(4))


def test_labels_are_kept_apart() -> None:
    assert derive(b"root", "a", "b") != derive(b"root", "ab")
    assert sandbox_tag("one") != sandbox_tag("two")
