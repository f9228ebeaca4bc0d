"""Two workers over one SQLite file, used for long, of which one is killed now and then."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

from tests.reliability.serving import Server
from tests.soak.judged import ROOM
from tests.soak.probe import files, memory
from tests.soak.rounds import CONTROL, Client, Listener, Place, began, mended, play
from tests.stores.redis_process import eventually

__all__ = ["EACH", "Ledger", "WorkersKilled", "workers_killed"]

_EVERY = 15.0
"""Seconds of use between two kills: a worker that dies within five seconds is not replaced at once."""
EACH = 12 << 10
"""Bytes that an execution may take up in the caches of a worker, which hold the latest 20,000."""
_KEY = "b3sk_ledger"


class WorkersKilled(NamedTuple):
    """What came of workers that were killed. `lost` and `twice` have to be 0, `verdict` as well."""

    rounds: int
    requests: int
    kills: int
    broken: int
    acknowledged: int
    lost: int
    twice: int
    early: tuple[int, int]
    late: tuple[int, int]
    fresh: int
    files: tuple[int, int]
    verdict: int

    def __str__(self) -> str:
        start, end = (
            " and ".join(f"{one / (1 << 20):.1f}" for one in held) for held in (self.early, self.late)
        )
        return (
            f"{self.kills} kills in {self.rounds} rounds ({self.requests} requests, {self.broken} broken); "
            f"{self.acknowledged} creates acknowledged, lost {self.lost}, made twice {self.twice}; "
            f"watching process and worker {start} MiB after a third, {end} MiB in the end, "
            f"{self.fresh} executions later; "
            f"verify --read-only: {self.verdict}"
        )

    @property
    def failures(self) -> list[str]:
        """Sentences on what must not be."""
        told = []
        if self.lost or self.twice:
            told.append(f"{self.lost} acknowledged executions were lost, {self.twice} were made twice")
        rooms = {"watching process": ROOM, "worker": ROOM + self.fresh * EACH}
        for (name, room), early, late in zip(rooms.items(), self.early, self.late, strict=True):
            if late - early > room:
                more, most = (late - early) / (1 << 20), room / (1 << 20)
                told.append(f"the {name} grew by {more:.1f} MiB; expected at most {most:.1f} MiB")
        if self.files[1] > self.files[0]:
            told.append(f"the watching process had {self.files[0]} files open, now {self.files[1]}")
        if self.verdict:
            told.append(f"verify --read-only ended with {self.verdict}")
        return told


class Ledger:
    """Creates executions all the time, in a sandbox that is never reset, and knows what was acknowledged."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.made: dict[str, str] = {}
        self.twice = 0
        self._end = Event()
        with closing(Client(port)) as client:
            client.well("POST", f"{CONTROL}/sandboxes", {"name": "ledger", "keys": [{"key": _KEY}]})
        self._thread = Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        with closing(Client(self._port, _KEY)) as client:
            # A pause, so that the rounds have most of the machine.
            while not self._end.wait(0.02):
                key = f"key-{len(self.made)}"
                body = {"workflowId": "wf_orders", "sourceSystem": "soak", "sourceEntityType": "order"}
                for _ in range(2):
                    answer = client.well("POST", "/v1/executions", {**body, "idempotencyKey": key})
                    name = answer["data"]["execution"]["id"]
                    self.twice += self.made.setdefault(key, name) != name

    def end(self) -> None:
        self._end.set()
        self._thread.join()

    def lost(self, since: int = 0) -> int:
        """Return how many that were acknowledged are not there, of those after the first `since`."""
        with closing(Client(self._port, _KEY)) as client:
            names = list(self.made.values())[since:]
            return sum(client.ask("GET", f"/v1/executions/{name}")[0] != 200 for name in names)


def workers_killed(
    folder: Path, seconds: float, *, judge: bool = True, say: Callable[[str], None] = lambda _: None
) -> WorkersKilled:
    """Use two workers for some seconds, and at least until one was killed; `verify` reads in the end."""
    scenarios = folder / "scenarios"
    scenarios.mkdir()
    server = Server(
        f"sqlite:{folder / 'soak.db'}", "--workers", "2", "--scenarios", str(scenarios), folder=folder
    )
    with ExitStack() as stack:
        server.start()
        stack.callback(server.stop)
        client = stack.enter_context(closing(Client(server.port)))
        ledger = Ledger(server.port)
        stack.callback(ledger.end)
        listener = Listener(server.port)
        stack.callback(listener.end)
        drill = _Drill(server, client, ledger, Place(server.port, scenarios), say)
        return drill.run(seconds, judge=judge)


class _Drill:
    """Uses a server and kills its workers."""

    def __init__(
        self, server: Server, client: Client, ledger: Ledger, place: Place, say: Callable[[str], None]
    ) -> None:
        self._server, self._client, self._ledger, self._place, self._say = server, client, ledger, place, say
        self._rounds = self._kills = self._lost = self._known = 0

    def run(self, seconds: float, *, judge: bool) -> WorkersKilled:
        beginning, start, due, before = began(self._client), time.monotonic(), _EVERY, 0
        known = 0
        early: tuple[int, int] | None = None
        self._say(
            f"{'rounds':>8}{'requests':>10}{'kills':>7}{'acknowledged':>14}{'lost':>6}{'memory MiB':>20}"
        )
        survivor = min(_workers(self._server))
        while (passed := time.monotonic() - start) < seconds or not self._kills:
            self._play(beginning)
            if passed >= due or passed >= seconds:
                due = time.monotonic() - start + _EVERY
                self._kill(max(set(_workers(self._server)) - {survivor}))
            if early is None and passed >= seconds / 3:
                early, before, known = self._memory(survivor), files(self._server.pid), self._made
        assert early is not None
        late, opened = self._memory(survivor), (before, files(self._server.pid))
        fresh = self._made - known
        # The one that lived through all of it ends like the others.
        self._kill(survivor)
        self._play(beginning)
        self._ledger.end()
        lost = self._ledger.lost()
        sent, broken, made = self._client.sent, self._client.broken, self._made
        result = (self._rounds, sent, self._kills, broken, made, lost, self._ledger.twice)
        verdict = _verdict(self._server.port, _KEY) if judge else 0
        return WorkersKilled(*result, early, late, fresh, opened, verdict)

    def _play(self, beginning: object) -> None:
        try:
            play(self._client, self._place, self._rounds, beginning)
        except ConnectionError:
            # A stream or a long poll of the worker that was killed ended, and the round with it.
            mended(self._client, beginning)
        self._rounds += 1

    def _kill(self, worker: int) -> None:
        """Kill a worker under load; return when the log says which one follows, and that one listens."""
        asking = Thread(target=self._ledger.lost, args=(max(0, len(self._ledger.made) - 20),))
        asking.start()
        os.kill(worker, signal.SIGKILL)
        self._kills += 1
        said = rf"(worker \d) \(process {worker}\) was killed by SIGKILL(?s:.*)\1 is process \d+ now"
        eventually(lambda: re.search(said, self._server.log) is not None, "the log says which worker follows")
        eventually(lambda: _listening(self._server.port) == 2, "two workers listen")
        asking.join()
        self._lost += self._ledger.lost(self._known)
        self._known = len(self._ledger.made)
        held = " + ".join(
            f"{memory(one) / (1 << 20):.1f}" for one in [self._server.pid, *_workers(self._server)]
        )
        self._say(
            f"{self._rounds:>8}{self._client.sent:>10}{self._kills:>7}{self._known:>14}"
            f"{self._lost:>6}  {held}"
        )

    @property
    def _made(self) -> int:
        return len(self._ledger.made)

    def _memory(self, worker: int) -> tuple[int, int]:
        return memory(self._server.pid), memory(worker)


def _workers(server: Server) -> list[int]:
    text = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text(encoding="ascii")
    return [int(word) for word in text.split()]


def _listening(port: int) -> int:
    rows = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    return sum(row[1].endswith(f":{port:04X}") and row[3] == "0A" for row in rows)


def _verdict(port: int, key: str) -> int:
    """Return the exit code of `verify`, which only reads."""
    command = [
        sys.executable,
        "-m",
        "execmock",
        "verify",
        f"http://127.0.0.1:{port}",
        "--token",
        key,
        "--read-only",
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own
    if done.returncode:
        print(done.stdout, done.stderr, file=sys.stderr)
    return done.returncode
