"""What is flat, and what grows: a judgement on samples of what a server holds."""

from __future__ import annotations

from typing import NamedTuple

from tests.soak.probe import Held

__all__ = ["COMES_AND_GOES", "LEAST_OBJECT", "ROOM", "Sample", "grown", "row", "title"]

LEAST_OBJECT = 16
"""Bytes of the smallest object of Python: whatever is kept of each request takes up more."""
COMES_AND_GOES = 64 << 10
"""Bytes by which two samples of a server differ that keeps nothing: what fills and empties in other turns."""
ROOM = 4 << 20
"""Bytes of memory that come and go: Python takes 1 MiB at a time from the system, and so does each thread."""


class Sample(NamedTuple):
    """What is held after so many rounds and requests."""

    rounds: int
    requests: int
    held: Held


def grown(first: Sample, last: Sample) -> list[str]:
    """Return a sentence for each thing that grew from the end of the warm-up to the end."""
    before, after = first.held, last.held
    requests = last.requests - first.requests
    told = []
    if after.allocated - before.allocated > COMES_AND_GOES + requests * LEAST_OBJECT:
        each = (after.allocated - before.allocated) / requests
        told.append(
            f"{each:.0f} bytes more are allocated after each request; expected less than {LEAST_OBJECT}"
        )
    if after.memory - before.memory > ROOM:
        more = (after.memory - before.memory) / (1 << 20)
        told.append(
            f"memory grew by {more:.1f} MiB in {requests} requests; expected at most {ROOM >> 20} MiB"
        )
    for name in ("tasks", "threads", "files"):
        was, now = getattr(before, name), getattr(after, name)
        if now > was:
            told.append(f"there were {was} {name} after the warm-up, now there are {now}")
    return told


def title() -> str:
    """Return the heads of the columns of `row`."""
    heads = ("rounds", "requests", "memory MiB", "allocated kB", "tasks", "threads", "files")
    return "".join(f"{head:>14}" for head in heads)


def row(sample: Sample, note: str = "") -> str:
    """Return a sample as a line of a table."""
    rounds, requests, held = sample
    memory, allocated = f"{held.memory / (1 << 20):.1f}", f"{held.allocated / 1000:.1f}"
    cells = (rounds, requests, memory, allocated, held.tasks, held.threads, held.files)
    return "".join(f"{cell:>14}" for cell in cells) + f"  {note}".rstrip()
