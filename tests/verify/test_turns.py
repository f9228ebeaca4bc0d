"""Probes run at their turns: most at once, those that need quiet while others hold still, odd ones last."""

from __future__ import annotations

import asyncio

import pytest

from execmock.verify.probe import Probe, Turn
from execmock.verify.turns import Quiet, in_turn


def probes(*turns: Turn) -> list[Probe]:
    async def nothing(_: object) -> None: ...

    return [Probe(f"{turn}-{number}", nothing, turn=turn) for number, turn in enumerate(turns)]


async def forever() -> None:
    await asyncio.Event().wait()


async def steps_of(*turns: Turn) -> list[str]:
    """Return the steps that probes of these turns take: three each, those of `meanwhile` eight."""
    steps: list[str] = []
    quiet = Quiet()

    async def run(each: Probe) -> None:
        for _ in range(8 if each.turn == "meanwhile" else 3):
            if each.turn == "meanwhile":
                async with quiet.shared():
                    steps.append(each.name)
                    await asyncio.sleep(0)
                    steps.append(each.name)
            else:
                steps.append(each.name)
            await asyncio.sleep(0)

    await in_turn(probes(*turns), run, quiet, forever)
    return steps


def test_probes_that_run_alone_are_not_disturbed_and_odd_ones_come_last() -> None:
    steps = asyncio.run(steps_of("last", "alone", "meanwhile", "together", "together"))
    alone = [number for number, name in enumerate(steps) if name == "alone-1"]
    assert alone == list(range(alone[0], alone[0] + 3))
    assert steps[-3:] == ["last-0"] * 3
    assert max(steps.index("together-3"), steps.index("together-4")) < alone[0]
    meanwhile = [number for number, name in enumerate(steps) if name == "meanwhile-2"]
    assert len(meanwhile) == 16
    assert meanwhile[0] < alone[0] < meanwhile[-1]  # it goes on where it was held


def test_spare_time_is_used_while_there_is_something_to_wait_for() -> None:
    used: list[str] = []

    async def spare() -> None:
        used.append("begun")
        await forever()

    async def run(each: Probe) -> None:
        used.append(each.name)
        for _ in range(5):
            await asyncio.sleep(0)

    asyncio.run(in_turn(probes("meanwhile", "last"), run, Quiet(), spare))
    assert used == ["meanwhile-0", "begun", "last-1"]


@pytest.mark.parametrize("turn", ["together", "meanwhile", "alone", "last"])
def test_the_error_of_a_probe_ends_the_others(turn: Turn) -> None:
    async def run(each: Probe) -> None:
        if each.turn == turn:
            raise LookupError(each.name)
        if each.turn in ("together", "meanwhile") and turn in ("together", "meanwhile"):
            await forever()

    with pytest.raises(LookupError, match=turn):
        asyncio.run(in_turn(probes("together", "meanwhile", "alone", "last"), run, Quiet(), forever))
