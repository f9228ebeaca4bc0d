"""The program that generates input in a process of its own, while the probes of a run are under way.

It gets one job, sends bodies that are certainly valid, then each request that the engine makes, and waits for
the answer to it. The last message has the failures that the engine reported. It ends when its input does, so
it never outlives the run.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Mapping
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any, BinaryIO

from execmock.core.contract import Contract
from execmock.settings import VerifySettings
from execmock.verify.exchange import Exchange, Request
from execmock.verify.frames import (
    HEAD,
    answer_of,
    decoded,
    encoded,
    length_of,
    written_request,
)
from execmock.verify.requests import Requests

__all__ = ["main"]


class _GivenUp(Exception):  # noqa: N818 - a state of the run, not an error
    """The run sends nothing more."""


class _Channel:
    """Messages to and from the run. The end of what it sends ends this process, also while it generates."""

    def __init__(self, read: BinaryIO, write: BinaryIO) -> None:
        self._read, self._write = read, write
        self._messages: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self.finished = Event()
        Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            while (head := self._bytes(HEAD)) and (text := self._bytes(length_of(head))):
                self._messages.put(decoded(text))
        finally:
            if not self.finished.is_set():
                os._exit(1)

    def _bytes(self, count: int) -> bytes:
        """Return so many bytes, none at the end of the input."""
        found = bytearray()
        while len(found) < count:
            more = self._read.read(count - len(found))
            if not more:
                return b""
            found += more
        return bytes(found)

    def receive(self) -> dict[str, Any]:
        return self._messages.get()

    def send(self, **message: Any) -> None:
        self._write.write(encoded(message))
        self._write.flush()


class _Job:
    """One run of both generators."""

    def __init__(self, channel: _Channel, told: Mapping[str, Any]) -> None:
        self._channel = channel
        self._told = told
        self._given_up = False
        options = VerifySettings(
            url=told["url"],
            workflow_ids=tuple(told["workflows"]),
            embed_workflow_id=told["embedWorkflow"],
        )
        contract = Contract(told["contract"], level=told["level"])
        self._requests = Requests(contract, options, embed_url=told["embedUrl"])

    def run(self) -> None:
        """Send the bodies, then what the engine generates, then what it found."""
        from execmock.verify.fuzzing import Plan, generate
        from execmock.verify.valid_bodies import valid_bodies

        told = self._told
        # Both generators use one global source of randomness, so they run in sequence.
        bodies = {
            name: valid_bodies(self._requests, name, told["valid"], told["seed"]) for name in told["bodies"]
        }
        self._channel.send(bodies=bodies)
        self._channel.receive()
        plan = Plan(
            examples=told["examples"],
            seconds=told["seconds"],
            seed=told["seed"],
            thorough=told["thorough"],
            links=told["links"],
            given_up=lambda: self._given_up,
        )
        found = generate(self._requests, told["keys"], plan, self._asked)
        failures = [[each.kind, each.expected, each.actual, each.seen.number] for each in found.failures]
        self._channel.send(failures=failures, stopped=found.stopped)

    def _asked(self, request: Request, operation: str, identity: str) -> Exchange:
        """Have the run send a request, and return the exchange."""
        self._channel.send(request=written_request(request, operation, identity))
        answer = self._channel.receive().get("answer")
        if answer is None:
            self._given_up = True
            raise _GivenUp("the run ends")
        return answer_of(answer, request, operation, identity)


def main() -> None:
    """Generate for one job, which comes as the first message on stdin; stdout is for messages alone."""
    # What engines make and drop at once is collected in vain: 9 to 25 % of the time, measured at quick.
    gc.set_threshold(50_000, 50, 100)
    write = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not be taken for a message
    channel = _Channel(os.fdopen(0, "rb", buffering=0), write)
    try:
        # Before there is a job: importing takes half of the time of a quick one.
        from execmock.verify.fuzzing import load_engine

        load_engine()
        _Job(channel, channel.receive()).run()
    except Exception as error:
        channel.send(failures=[], stopped=f"the generator stopped: {type(error).__name__}: {error}")
    channel.finished.set()
