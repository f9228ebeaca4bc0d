"""A cache never holds more than its bound, and what was kept longest ago leaves first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from execmock.core.bounded_cache import BoundedCache

KEPT = st.lists(st.tuples(st.integers(0, 9), st.text(max_size=2)), max_size=60)


@given(st.integers(1, 6), KEPT)
def test_it_holds_the_latest_kept(most: int, kept: list[tuple[int, str]]) -> None:
    cache: BoundedCache[int, str] = BoundedCache(most)
    model: list[tuple[int, str]] = []
    for key, value in kept:
        cache.keep(key, value)
        model = [*((k, v) for k, v in model if k != key), (key, value)][-most:]
        assert {k: cache.get(k, "none") for k in range(10)} == dict.fromkeys(range(10), "none") | dict(model)
        assert len(cache) == len(model)


def test_a_look_up_neither_adds_nor_renews() -> None:
    cache: BoundedCache[str, int] = BoundedCache(2)
    cache.keep("a", 1)
    cache.keep("b", 2)
    assert (cache.get("a"), cache.get("c"), cache.get("c", 3)) == (1, None, 3)
    cache.keep("d", 4)
    assert (cache.get("a"), cache.get("b"), cache.get("d")) == (None, 2, 4)


def test_cleared_it_is_empty_and_takes_values_again() -> None:
    cache: BoundedCache[str, int] = BoundedCache(2)
    cache.keep("a", 1)
    cache.clear()
    assert (len(cache), cache.get("a")) == (0, None)
    cache.keep("b", 2)
    assert (len(cache), cache.get("b")) == (1, 2)
