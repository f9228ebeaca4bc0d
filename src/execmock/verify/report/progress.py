"""Progress of a run, on stderr: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from execmock.output import warn

__all__ = ["progress"]

OnProgress = Callable[[str, Sequence[str], int, int], None]
_MOST_SHOWN = 3


@contextmanager
def progress() -> Iterator[OnProgress]:
    """Yield a function to call with what is done, what is under way, how many are done of how many."""
    if not sys.stderr.isatty():
        yield _line
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<32}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("judging", total=None)

        def update(name: str, going: Sequence[str], done: int, total: int) -> None:
            bar.update(task, description=_few(going) or name, completed=done, total=total)

        yield update


def _line(name: str, going: Sequence[str], done: int, total: int) -> None:
    still = f" ({_few(going)} under way)" if going else ""
    warn(f"{done}/{total} {name}{still}", "verify")


def _few(names: Sequence[str]) -> str:
    more = len(names) - _MOST_SHOWN
    return ", ".join(names[:_MOST_SHOWN]) + (f" and {more} more" if more > 0 else "")
