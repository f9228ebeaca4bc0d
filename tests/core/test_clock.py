"""A sandbox's clock: frozen, sped up, advanced, and never going back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execmock.core.clock import LATEST, ClockError, ClockState

Move = Callable[[ClockState, int], ClockState]
CLOCK = ClockState(real=1_000, shown=50_000)

MOVES: st.SearchStrategy[Move] = st.one_of(
    st.just(lambda clock, real: clock.freeze(real)),
    st.just(lambda clock, real: clock.unfreeze(real)),
    st.just(lambda clock, real: clock),
    st.floats(0, 1_000_000, exclude_min=True).map(
        lambda speed: lambda clock, real: clock.at_speed(speed, real)
    ),
    st.integers(0, 10**12).map(lambda by: lambda clock, real: clock.advance(by, real)),
)


@given(st.lists(st.tuples(st.integers(0, 10**7), MOVES), max_size=20), st.floats(0, 1_000_000))
def test_no_sequence_of_moves_sets_it_back(steps: list[tuple[int, Move]], speed: float) -> None:
    clock, real, shown = ClockState(0, 0, speed=speed, resume=speed or 1.0), 0, 0
    for passed, move in steps:
        real += passed
        clock = move(clock, real)
        assert clock.now(real) >= shown
        shown = clock.now(real)


@given(MOVES, st.integers(0, 10**7))
def test_a_move_takes_no_time_but_an_advance(move: Move, real: int) -> None:
    """What it showed before the move it shows after it, later only where the move is an advance."""
    before = CLOCK.now(CLOCK.real + real)
    assert move(CLOCK, CLOCK.real + real).now(CLOCK.real + real) >= before


def test_it_runs_with_real_time_from_what_it_showed() -> None:
    assert [CLOCK.now(real) for real in (500, 1_000, 1_001, 4_000)] == [50_000, 50_000, 50_001, 53_000]


def test_real_time_before_its_last_change_shows_what_that_change_showed() -> None:
    """Two machines that share a sandbox may differ by some milliseconds."""
    assert CLOCK.advance(500, 2_000).now(1_990) == 51_500


def test_at_speed_60_a_second_is_a_minute() -> None:
    assert CLOCK.at_speed(60, 2_000).now(3_000) == 51_000 + 60_000


def test_frozen_it_stands_still_until_it_is_advanced() -> None:
    frozen = CLOCK.freeze(2_000)
    assert (frozen.frozen, CLOCK.frozen) == (True, False)
    assert frozen.now(9_000) == 51_000
    assert frozen.advance(500, 9_000).now(99_000) == 51_500


def test_unfrozen_it_runs_on_at_its_former_speed() -> None:
    clock = CLOCK.at_speed(60, 1_000).freeze(1_000).freeze(2_000).unfreeze(5_000)
    assert (clock.now(5_000), clock.now(6_000)) == (50_000, 110_000)


def test_advanced_it_goes_on_as_before() -> None:
    clock = CLOCK.at_speed(2, 1_000).advance_to(80_000, 1_000)
    assert (clock.now(1_000), clock.now(2_000), clock.speed) == (80_000, 82_000, 2)


@pytest.mark.parametrize("move", [lambda c: c.advance(-1, 1_000), lambda c: c.advance_to(49_999, 1_000)])
def test_an_advance_into_the_past_is_refused(move: Callable[[ClockState], ClockState]) -> None:
    with pytest.raises(ClockError, match=r"the clock never goes back: it shows 1970-01-01T00:00:50\.000Z"):
        move(CLOCK)


def test_it_stands_still_where_dates_end_and_is_not_advanced_beyond() -> None:
    late = ClockState(0, LATEST - 1_000, 1_000_000, 1_000_000)
    assert (late.now(10**9), late.freeze(10**9).now(10**10)) == (LATEST, LATEST)
    with pytest.raises(ClockError, match=r"9998-12-31T23:59:59\.999Z is the last instant that a clock shows"):
        late.advance(2_000, 0)


@pytest.mark.parametrize("speed", [0, -1, 1_000_001, float("nan"), float("inf")])
def test_a_speed_is_above_0_and_at_most_a_million(speed: float) -> None:
    with pytest.raises(ClockError, match="is not a speed; expected a number above 0 and at most 1000000"):
        CLOCK.at_speed(speed, 1_000)
