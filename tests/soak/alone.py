"""One server process that is used for long: what it holds after each round is what it held before."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NamedTuple

from tests.soak.judged import Sample, grown, row, title
from tests.soak.probe import Probe, probed
from tests.soak.rounds import Client, Listener, Place, began, play

__all__ = ["Soaked", "soaked"]

_CHANGES = 1100
"""More changes than a server keeps for those who join its stream again; no other cache grows longer here."""
_SAMPLES = 10
_LEAST = 2
_START = 1_767_258_000_000


class Soaked(NamedTuple):
    """What is held after the warm-up and in the end; sentences on what grew, and the code that keeps it."""

    first: Sample
    last: Sample
    failures: list[str]
    lines: list[str]
    broken: int


def soaked(
    folder: Path, seconds: float, *, traced: bool = True, say: Callable[[str], None] = lambda _: None
) -> Soaked:
    """Use a server for some seconds after its warm-up, at least for two rounds.

    Without tracing there is no warm-up, and what is allocated is not judged.
    """
    with ExitStack() as stack:
        # Ids follow from the seed and the clock, so that each round makes the same.
        server = stack.enter_context(probed(folder, traced=traced, seed=7, frozen=True, clock_start=_START))
        client = stack.enter_context(closing(Client(server.port)))
        listener = Listener(server.port)
        stack.callback(listener.end)
        return _used(server, client, listener, seconds, traced=traced, say=say)


def _used(
    server: Probe,
    client: Client,
    listener: Listener,
    seconds: float,
    *,
    traced: bool,
    say: Callable[[str], None],
) -> Soaked:
    place, beginning, rounds = Place(server.port, server.folder), began(client), 0
    say(title())

    def sample(note: str = "") -> Sample:
        taken = Sample(rounds, client.sent, server.held())
        say(row(taken, note))
        return taken

    while rounds < 1 or (traced and listener.changes < _CHANGES):
        play(client, place, rounds, beginning)
        rounds += 1
    if traced:
        # Before the sample, for what is remembered is held as well.
        server.mark()
    first = sample("end of the warm-up")
    start, warm, due = time.monotonic(), rounds, 1
    while time.monotonic() - start < seconds or rounds < warm + _LEAST:
        play(client, place, rounds, beginning)
        rounds += 1
        if seconds and time.monotonic() - start >= seconds * due / _SAMPLES:
            due += 1
            sample()
    last = sample("end")
    told = grown(first, last)
    return Soaked(first, last, told, server.grown() if told and traced else [], client.broken)
