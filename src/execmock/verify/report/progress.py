"""How far a run is: a bar on a terminal, plain lines elsewhere. On stderr, apart from the report."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["progress"]

Told = Callable[[str, int, int], None]


@contextmanager
def progress() -> Iterator[Told]:
    """Give a function that is told what was done, how much of it, and how much there is."""
    if not sys.stderr.isatty():
        yield _line
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<14}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("judging", total=None)

        def told(name: str, done: int, total: int) -> None:
            bar.update(task, description=name, completed=done, total=total)

        yield told


def _line(name: str, done: int, total: int) -> None:
    sys.stderr.write(f"verify: {done}/{total} {name}\n")
