"""Generates input in another process, so that it takes no time from the probes.

The run alone sends: limits of rate, time and number, and the record of exchanges, are those of every request.
What is imported here is little, as the process should be started first of all.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from execmock.settings import VerifySettings
from execmock.verify.engine_failure import EngineFailure
from execmock.verify.exchange import Exchange, Request
from execmock.verify.frames import HEAD, decoded, encoded, length_of, request_of, written_answer

__all__ = ["GeneratorEnded", "GeneratorProcess", "Generators", "Reported", "Send"]

Send = Callable[[Request, str, str], Awaitable[Exchange]]
"""Sends a request for an operation (or an empty text) with an identity's key."""
Bodies = dict[str, list[dict[str, Any]]]
# With the paths of this process, and not of its folder: the generator is the same code.
_PROGRAM = """\
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from execmock.verify.generator_program import main
main()
"""
_TO_END = 2.0


class GeneratorEnded(Exception):  # noqa: N818 - a state of the probe, not an error
    """The generator ended before its last message; the text says how."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What the engine reported, and why it stopped early, if it did."""

    failures: tuple[EngineFailure, ...]
    stopped: str = ""


class GeneratorProcess:
    """One process, for one job. It ends with this one, whatever ends it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._finished = False
        self._seconds = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        with process:
            if not self._finished:
                process.kill()
            if process.stdin:
                with suppress(OSError):
                    process.stdin.close()
            try:
                process.wait(_TO_END)
            except subprocess.TimeoutExpired:
                process.kill()

    @property
    def started(self) -> bool:
        """Whether the process is there."""
        return self._process is not None

    def start(self) -> None:
        """Start the process, which makes itself ready, if it is not there; GeneratorEnded if it cannot be."""
        if self._process is not None:
            return
        try:
            self._process = subprocess.Popen(  # noqa: S603 - this very program
                [sys.executable, "-P", "-c", _PROGRAM, json.dumps(sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"HYPOTHESIS_STORAGE_DIRECTORY": _cache(), **os.environ},
                process_group=0,  # a signal from the terminal is for the run
            )
        except (OSError, ValueError) as error:
            raise GeneratorEnded(f"the generator could not be started: {error}") from error

    async def bodies(self, job: Mapping[str, Any]) -> Bodies:
        """Give the job, and return bodies by operation that every service has to accept.

        The job's `seconds` also end the wait for a message that does not come.
        """
        self.start()
        self._seconds = job["seconds"]
        message = await self._answer(job)
        if "bodies" not in message:
            raise GeneratorEnded(message["stopped"])
        bodies: Bodies = message["bodies"]
        return bodies

    async def requests(self, send: Send) -> Reported:
        """Send what the engine makes, one request at a time, and return what it reports in the end."""
        exchanges: dict[int, Exchange] = {}
        message = await self._answer({})
        while "request" in message:
            seen = await send(*request_of(message["request"]))
            exchanges[seen.number] = seen
            message = await self._answer({"answer": written_answer(seen)})
        self._finished = True
        failures = (
            EngineFailure(kind, expected, actual, exchanges[number])
            for kind, expected, actual, number in message["failures"]
        )
        return Reported(tuple(failures), message["stopped"])

    async def _answer(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Send a message and return the one that answers it; GeneratorEnded if there is none."""
        process = self._process
        if process is None:
            raise GeneratorEnded("the generator was not started")
        try:
            async with asyncio.timeout(self._seconds):
                return await asyncio.to_thread(_exchanged, process, encoded(message))
        except TimeoutError:
            raise GeneratorEnded(f"the generator made nothing in {self._seconds:g} s") from None
        except (EOFError, OSError, ValueError) as error:
            process.kill()
            raise GeneratorEnded(f"the generator ended with exit code {process.wait()}") from error


class Generators:
    """The processes of a run: two that take about as long as one another, or one alone in a quick run.

    Where answers take long, a quick run has two as well.
    """

    def __init__(self) -> None:
        self.usual = GeneratorProcess()
        self.second = GeneratorProcess()

    @classmethod
    def for_run(cls, options: VerifySettings) -> Self:
        """Return the processes, started already if the options are sure to need them."""
        generators = cls()
        if options.url and not options.only:
            generators.start(options)
        return generators

    def start(self, options: VerifySettings) -> None:
        """Start what a run with these options needs if it has generated input."""
        if options.generated and not options.read_only:
            with suppress(GeneratorEnded):  # the probe says so
                self.usual.start()
                if options.effort != "quick":
                    self.second.start()

    def divide(self) -> None:
        """Start the second process, if the first was started."""
        if self.usual.started:
            with suppress(GeneratorEnded):
                self.second.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End the processes."""
        with self.usual, self.second:
            pass


def _cache() -> str:
    """Return where the engine keeps its notes: else they would appear in the directory of the caller."""
    home = os.environ.get("XDG_CACHE_HOME")
    return str((Path(home) if home else Path("~/.cache").expanduser()) / "execmock" / "hypothesis")


def _exchanged(process: subprocess.Popen[bytes], message: bytes) -> dict[str, Any]:
    """Write a message and wait for one; EOFError at the end of what the process writes."""
    if process.stdin is None or process.stdout is None:
        raise EOFError
    process.stdin.write(message)
    process.stdin.flush()
    head = process.stdout.read(HEAD)
    if len(head) < HEAD:
        raise EOFError
    return decoded(process.stdout.read(length_of(head)))
