"""Numbers executions of equal draw keys in the order of their arrival, so that each has draws of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from execmock.core.draw_seeds import DrawSeries, draw_key, numbered_seed
from execmock.core.sandbox import Sandbox
from execmock.core.scenario import Scenario
from execmock.interfaces import Key, Put, Store

__all__ = ["DrawNumbers", "Drawn"]


class Drawn(NamedTuple):
    """A number that was taken, the place it was taken from, and the seed that it makes."""

    place: Key
    number: int
    seed: bytes


class DrawNumbers:
    """Takes numbers from the series of a sandbox, each in one atomic step of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def take(
        self, sandbox: Sandbox, scenario: Scenario, fields: Mapping[str, Any], execution_id: str
    ) -> Drawn:
        """Return the next number for a request's draw key under a scenario; `execution_id` is unique."""
        key = draw_key(scenario.name, sandbox.draw_by, fields)
        place = Key(sandbox.id, "draw", key)
        number = 0

        def taken(old: DrawSeries | None) -> list[Put]:
            nonlocal number
            number, left = (old or DrawSeries()).take(execution_id)
            return [Put(place, left)]

        await self._store.update(place, taken)
        return Drawn(place, number, numbered_seed(sandbox.draw_root or sandbox.root, key, number))

    async def give_back(self, drawn: Drawn, execution_id: str) -> None:
        """Leave a number to the next execution: none was made with it."""

        def given(old: DrawSeries | None) -> list[Put]:
            left = old and old.give_back(drawn.number, execution_id)
            return [] if left is None or left == old else [Put(drawn.place, left)]

        await self._store.update(drawn.place, given)
