"""A master that dies and is replaced, and slots that move, while clients create and read."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.stores.redis_process import RedisProcess, eventually
from tests.stores.redis_sets import ClusterProcesses, SentinelProcesses

from .outages import is_unavailable
from .serving import Client, Server

__all__ = ["Failovers", "Many", "Resharding", "failed_over", "failed_over_unsent", "resharded"]

DEFAULT, SHARED = "execmock:{default}:counters", "execmock:{/}:values:sandbox"
"""A key of the sandbox that is loaded, and one of what belongs to none."""
_LOADERS = 4
Many = ClusterProcesses | SentinelProcesses


@dataclass
class Failovers:
    """What a drill comes to; `away` are the seconds from each kill until a create was acknowledged again.

    `longest` are the seconds that a client waited for an answer at most.
    There must be no `others`, answers besides 200 and a 503 in the API's form, `twice` has to be 0, and
    `lost` where replicas were waited for.
    """

    wait: int
    times: int = 0
    acknowledged: int = 0
    refused: int = 0
    lost: int = 0
    twice: int = 0
    others: list[str] = field(default_factory=list)
    longest: float = 0.0
    away: list[float] = field(default_factory=list)

    @property
    def fine(self) -> bool:
        wrong = self.twice or self.others or (self.wait and self.lost)
        return not wrong and len(self.away) == self.times

    def __str__(self) -> str:
        away = f"{min(self.away):.1f} to {max(self.away):.1f} s" if self.away else "never"
        return (
            f"{self.times} masters killed, {self.acknowledged} creates acknowledged, {self.refused} refused "
            f"with 503, back by itself after {away}; lost {self.lost}, made twice {self.twice}, "
            f"an answer took {self.longest:.1f} s at most, other answers {_counted(self.others)}"
        )


@dataclass
class Resharding:
    """How many slots were moved with how many keys, and what the clients were told meanwhile."""

    slots: int = 0
    keys: int = 0
    acknowledged: int = 0
    refused: int = 0
    lost: int = 0
    twice: int = 0
    others: list[str] = field(default_factory=list)

    @property
    def fine(self) -> bool:
        return not (self.lost or self.twice or self.others) and self.acknowledged > 0

    def __str__(self) -> str:
        return (
            f"{self.slots} slots moved with {self.keys} keys, {self.acknowledged} creates acknowledged, "
            f"{self.refused} refused with 503; lost {self.lost}, made twice {self.twice}, "
            f"other answers {_counted(self.others)}"
        )


def _counted(others: Sequence[str]) -> str:
    """Return how many answers there were that may not be, and what came most often."""
    told = [f"{count} x {other}" for other, count in Counter(others).most_common(3)]
    return ": ".join([f"{len(others)}", *(["; ".join(told)] if told else [])])


class _Load:
    """Clients that create, each with an API key of its own, and remember what they were told."""

    def __init__(self, port: int, keys: Sequence[str], label: str) -> None:
        self._port = port
        self._label = label
        self._stop = threading.Event()
        self._told = threading.Condition()
        self.made: dict[tuple[str, str], str] = {}
        self.refused = 0
        self.longest = 0.0
        self.others: list[str] = []
        self._threads = [threading.Thread(target=self._create, args=(each,)) for each in enumerate(keys)]

    def __enter__(self) -> _Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def await_more(self, more: int = 1) -> None:
        """Return when so many more creates are acknowledged."""
        with self._told:
            known = len(self.made)
            if not self._told.wait_for(lambda: len(self.made) >= known + more, timeout=60):
                raise TimeoutError(f"creates are refused for a minute: {self.others[-3:]}")

    def _create(self, numbered: tuple[int, str]) -> None:
        number, key = numbered
        client, count = Client(self._port, key), 0
        while not self._stop.is_set():
            name, start = f"{self._label}-{number}-{count}", time.monotonic()
            try:
                reply = client.create(name)
            except (OSError, http.client.HTTPException) as error:
                self.others.append(f"{error!r} after {time.monotonic() - start:.1f} s")
                break
            self.longest = max(self.longest, time.monotonic() - start)
            if reply.status == 200:
                count += 1
                with self._told:
                    self.made[key, name] = reply.body["data"]["execution"]["id"]
                    self._told.notify_all()
            elif is_unavailable(reply):
                # The same key is sent again: what was made, though it was not told, is then found.
                self.refused += 1
                self._stop.wait(0.1)
            else:
                self.others.append(f"{reply.status} {reply.body}")
        client.close()

    def note(self, result: Failovers | Resharding) -> None:
        """Ask for everything that was acknowledged, and note what came of it."""
        result.acknowledged += len(self.made)
        result.refused += self.refused
        result.others += self.others
        clients = {key: Client(self._port, key) for key, _ in self.made}
        for (key, name), made in self.made.items():
            if clients[key].read(made).status != 200:
                result.lost += 1
            else:
                result.twice += clients[key].create(name).body["data"]["execution"]["id"] != made
        for client in clients.values():
            client.close()


def failed_over(many: Many, times: int, wait: int, folder: Path) -> Failovers:
    """Kill the master that the clients' sandbox is on, and in a cluster in turn the one of what is shared."""
    result = Failovers(wait)
    with _serving(many, wait, folder) as server:
        with _Load(server.port, ["drill"] * _LOADERS, f"failover-{wait}") as load:
            for number in range(times):
                load.await_more(10)
                result.away.append(_replaced(many, (DEFAULT, SHARED)[number % 2], wait, load))
                result.times += 1
        result.longest = load.longest
        load.note(result)
    return result


def _replaced(many: Many, key: str, wait: int, load: _Load) -> float:
    """Kill a master; return how long it took until creates were acknowledged again."""
    master = many.master(key)
    enough = len(many.replicas_of(master)) > wait
    master.kill()
    start = time.monotonic()
    if not enough:
        many.bring_back(master, key)
    # Some may be on their way that the master had still answered.
    load.await_more(_LOADERS + 1)
    away = time.monotonic() - start
    if enough:
        many.bring_back(master, key)
    return away


def failed_over_unsent(many: Many, creates: int, wait: int, folder: Path) -> Failovers:
    """Kill a master that could send nothing of the last creates to any replica: Redis itself loses those."""
    result = Failovers(wait, times=1)
    with _serving(many, wait, folder) as server:
        client = Client(server.port)
        client.create(f"unsent-{wait}")
        master, made = many.master(DEFAULT), list[str]()
        with ExitStack() as paused:
            _cut_off(master, many.replicas_of(master), paused)
            for number in range(creates):
                asked = time.monotonic()
                reply = client.create(f"unsent-{wait}-{number}")
                result.longest = max(result.longest, time.monotonic() - asked)
                made += [reply.body["data"]["execution"]["id"]] if reply.status == 200 else []
                result.refused += is_unavailable(reply)
                if reply.status != 200 and not is_unavailable(reply):
                    result.others.append(f"{reply.status} {reply.body}")
            master.kill()
            start = time.monotonic()
        if wait:
            many.bring_back(master, DEFAULT)
        eventually(lambda: client.create(f"unsent-{wait}-after").status == 200, "a create is taken again")
        result.away.append(time.monotonic() - start)
        result.acknowledged = len(made)
        result.lost = sum(client.read(name).status != 200 for name in made)
        client.close()
        if not wait:
            many.bring_back(master, DEFAULT)
    return result


def _cut_off(master: RedisProcess, replicas: Sequence[RedisProcess], paused: ExitStack) -> None:
    for replica in replicas:
        paused.enter_context(replica.paused())
    # What is in the buffers of a connection would still be read.
    master.ask("CLIENT KILL TYPE replica")


def resharded(cluster: ClusterProcesses, rounds: int, folder: Path) -> Resharding:
    """Move the slots of sandboxes under load, and that of what is shared, from node to node."""
    result = Resharding()
    with _serving(cluster, 0, folder) as server:
        control = Client(server.port)
        names = [f"moves-{number}" for number in range(4)]
        for name in names:
            control.ask("POST", "/_execmock/sandboxes", {"name": name, "keys": [{"key": name}]})
        moving = [*(DEFAULT.replace("default", name) for name in names), SHARED]
        with _Load(server.port, names, "moving") as load:
            load.await_more(40)
            for number in range(rounds):
                for key in moving:
                    source = cluster.master(key)
                    others = [node for node in cluster.serving if node is not source]
                    slot = int(source.ask(f"CLUSTER KEYSLOT {key}")[1:])
                    with cluster.moving_slot(slot, source, others[number % 2]) as moved:
                        result.keys += moved
                    result.slots += 1
                    load.await_more(5)
        load.note(result)
        control.close()
    return result


@contextmanager
def _serving(many: Many, wait: int, folder: Path) -> Iterator[Server]:
    many.empty()
    server = Server(many.url(), "--store-wait", str(wait), folder=folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
