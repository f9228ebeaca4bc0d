"""Signals that end a run: the first has it report what was seen, the next one ends the program."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Interruption"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """Cancels a part of a run on SIGINT or SIGTERM, if it is given a function that says so."""

    def __init__(self, say: Callable[[str], None] | None = None) -> None:
        self._say = say
        self._task: asyncio.Task[object] | None = None
        self.signal = 0
        """The signal that came, 0 for none."""

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Listen to signals while the block runs; what the program was started to ignore stays ignored."""
        say = self._say
        if say is None:
            yield
            return
        loop = asyncio.get_running_loop()
        found = {number: signal.getsignal(number) for number in _SIGNALS}
        before = {number: known for number, known in found.items() if known != signal.SIG_IGN}

        def came(number: signal.Signals) -> None:
            for each in before:
                loop.remove_signal_handler(each)
                signal.signal(each, signal.SIG_DFL)  # the next one ends the program
            self.signal = number
            say("interrupted; what was seen is judged and reported")
            if self._task is not None:
                self._task.cancel()

        for number in before:
            loop.add_signal_handler(number, came, number)
        try:
            yield
        finally:
            if not self.signal:
                for number, handler in before.items():
                    loop.remove_signal_handler(number)
                    signal.signal(number, handler)

    @contextmanager
    def cancels(self) -> Iterator[None]:
        """Have a signal cancel the current task while the block runs; asyncio.CancelledError comes of it."""
        if self.signal:
            raise asyncio.CancelledError
        self._task = asyncio.current_task()
        try:
            yield
        finally:
            self._task = None
