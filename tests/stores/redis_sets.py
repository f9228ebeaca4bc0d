"""Several Redis of one's own that belong together: a cluster, and a master with replicas behind sentinels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.ports import free_port

from .redis_process import RedisProcess, eventually

__all__ = ["ClusterProcesses", "SentinelProcesses"]

_DOWN_AFTER = 2000
"""Milliseconds of silence after which a node counts as down: more than a busy machine makes it wait."""
_SLOTS = 16384
_GUARDED = ("--min-replicas-to-write", "1")
_SOON = ("--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1")


class ClusterProcesses:
    """Three masters that share the slots, each with `replicas` replicas."""

    def __init__(self, folder: Path, *options: str, replicas: int = 1, down_after: int = _DOWN_AFTER) -> None:
        options = ("--cluster-node-timeout", f"{down_after}", *options)
        self.masters = [_node(folder, f"master-{number}", options) for number in range(3)]
        self.replicas = [_node(folder, f"replica-{number}", options) for number in range(3 * replicas)]

    @property
    def serving(self) -> list[RedisProcess]:
        """The nodes that are masters now."""
        return [node for node in self.nodes if b"role:master" in _role(node)]

    @property
    def nodes(self) -> list[RedisProcess]:
        return [*self.masters, *self.replicas]

    def url(self) -> str:
        return "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.masters)

    def start(self) -> None:
        for node in self.nodes:
            node.start()
        names = [node.ask("CLUSTER MYID").split()[1].decode() for node in self.masters]
        share = -(-_SLOTS // len(self.masters))
        for number, node in enumerate(self.masters):
            last = min(_SLOTS, (number + 1) * share) - 1
            node.ask(f"CLUSTER ADDSLOTSRANGE {number * share} {last}")
            # Each gets an epoch of its own: otherwise they first have to quarrel about it.
            node.ask(f"CLUSTER SET-CONFIG-EPOCH {number + 1}")
        first = self.masters[0]
        for node in self.nodes[1:]:
            first.ask(f"CLUSTER MEET 127.0.0.1 {node.port} {node.bus_port}")
        count = f"cluster_known_nodes:{len(self.nodes)}\r".encode()
        for node in self.nodes:
            node.await_answer("CLUSTER INFO", count)
        for number, node in enumerate(self.replicas):
            node.await_answer(f"CLUSTER REPLICATE {names[number % len(names)]}", b"+OK")
        self.await_whole()

    def await_whole(self) -> None:
        """Return when every slot is served and every replica follows its master."""
        for node in self.nodes:
            node.await_answer("CLUSTER INFO", b"cluster_state:ok")
        _await_confirmed(self.nodes, len(self.replicas))

    def master(self, key: str) -> RedisProcess:
        """Return the node that serves the slot of a key."""
        found: list[RedisProcess] = []

        def look() -> bool:
            found[:] = [node for node in self.nodes if _reached(node, f"EXISTS {key}").startswith(b":")]
            return len(found) == 1

        eventually(look, f"one node that serves {key}")
        return found[0]

    def replicas_of(self, master: RedisProcess) -> list[RedisProcess]:
        return [node for node in self.nodes if f"master_port:{master.port}\r".encode() in _role(node)]

    def bring_back(self, node: RedisProcess, key: str) -> None:
        """Start a node that was killed once another serves a key of it, which it then follows."""
        eventually(lambda: self.master(key) is not node, "a replica that takes over")
        node.start()
        # At first it takes itself for what it was.
        node.await_answer("INFO replication", b"role:slave")
        self.await_whole()

    @contextmanager
    def moving_slot(self, slot: int, source: RedisProcess, target: RedisProcess) -> Iterator[int]:
        """Move a slot's keys, one by one, while both nodes serve; until the block ends the slot is not moved.

        Gives how many keys there were.
        """
        names = [node.ask("CLUSTER MYID").split()[1].decode() for node in (source, target)]
        _told(target, f"CLUSTER SETSLOT {slot} IMPORTING {names[0]}")
        _told(source, f"CLUSTER SETSLOT {slot} MIGRATING {names[1]}")
        moved = 0
        while keys := source.ask(f"CLUSTER GETKEYSINSLOT {slot} 1").split()[2:]:
            _told(source, f'MIGRATE 127.0.0.1 {target.port} "" 0 5000 KEYS {keys[0].decode()}')
            moved += 1
        yield moved
        for node in (target, source):
            _told(node, f"CLUSTER SETSLOT {slot} NODE {names[1]}")

    def empty(self) -> None:
        """Forget all keys."""
        for node in self.serving:
            node.ask("FLUSHALL")

    def stop(self) -> None:
        for node in self.nodes:
            node.stop()


class SentinelProcesses:
    """A master that is called "orders", two replicas, and three sentinels that agree in twos.

    A master without a replica takes no writes: it may have been replaced because it was slow.
    """

    name = "orders"

    def __init__(self, folder: Path, *options: str, down_after: int = _DOWN_AFTER) -> None:
        self.servers = [
            RedisProcess(_folder(folder, f"server-{number}"), *_SOON, *_GUARDED, *options)
            for number in range(3)
        ]
        lines = f"sentinel monitor {self.name} 127.0.0.1 {self.servers[0].port} 2\n"
        lines += f"sentinel down-after-milliseconds {self.name} {down_after}\n"
        lines += f"sentinel failover-timeout {self.name} 5000\n"
        self.sentinels = [
            RedisProcess(_folder(folder, f"sentinel-{number}"), sentinel=lines) for number in range(3)
        ]

    def url(self, user: str = "", query: str = "") -> str:
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.sentinels)
        return f"redis+sentinel://{user}{hosts}/{self.name}{query}"

    def start(self) -> None:
        for server in self.servers:
            server.start()
        for server in self.servers[1:]:
            server.ask(f"REPLICAOF 127.0.0.1 {self.servers[0].port}")
        for sentinel in self.sentinels:
            sentinel.start()
        self.await_whole()

    def await_whole(self) -> None:
        """Return when every replica follows, and all sentinels know it and each other."""
        _await_confirmed(self.servers, 2)
        eventually(lambda: all(map(self._knows_all, self.sentinels)), "sentinels that know all")

    def replicas_of(self, master: RedisProcess) -> list[RedisProcess]:
        return [server for server in self.servers if server is not master]

    def bring_back(self, server: RedisProcess, key: str) -> None:
        """Start a server that was killed once another is the master, which it then follows."""
        eventually(lambda: self.master(key) is not server, "a replica that takes over")
        server.start()
        # The sentinels would tell it too, ten seconds later.
        server.ask(f"REPLICAOF 127.0.0.1 {self.master(key).port}")
        self.await_whole()

    def empty(self) -> None:
        """Forget all keys."""
        self.master("").ask("FLUSHALL")

    def master(self, _: str) -> RedisProcess:
        """Return the server that the first sentinel takes for the master."""
        answer = self.sentinels[0].ask(f"SENTINEL GET-MASTER-ADDR-BY-NAME {self.name}")
        return next(server for server in self.servers if f"{server.port}".encode() in answer)

    def stop(self) -> None:
        for process in (*self.sentinels, *self.servers):
            process.stop()

    def _knows_all(self, sentinel: RedisProcess) -> bool:
        answer = sentinel.ask(f"SENTINEL MASTER {self.name}")
        words = answer.replace(b"\r\n", b" ").split()
        number = {word: words[at + 2] for at, word in enumerate(words[:-2])}
        known = number.get(b"num-slaves"), number.get(b"num-other-sentinels"), number.get(b"flags")
        return known == (b"2", b"2", b"master")


def _node(folder: Path, name: str, options: tuple[str, ...]) -> RedisProcess:
    bus = free_port()
    cluster = {
        "enabled": "yes",
        "port": f"{bus}",
        # A replica may take its master's place however long it has not heard of it.
        "replica-validity-factor": "0",
        "require-full-coverage": "no",
    }
    words = [word for name, value in cluster.items() for word in (f"--cluster-{name}", value)]
    node = RedisProcess(_folder(folder, name), *_SOON, *words, *options)
    node.bus_port = bus
    return node


def _folder(folder: Path, name: str) -> Path:
    made = folder / name
    made.mkdir()
    return made


def _await_confirmed(servers: Sequence[RedisProcess], count: int) -> None:
    """Return when so many replicas have confirmed what their masters have written until now.

    A replica that has just joined is sent what is new a second later, and says all the while that it follows.
    """
    eventually(lambda: sum(len(_confirmed(server)) for server in servers) == count, "replicas that follow")
    for server in servers:
        written = int(re.findall(rb"master_repl_offset:(\d+)", _role(server))[0])
        if _confirmed(server):
            what = f"a replica that has {written} bytes"
            eventually(partial(_has_confirmed, server, written), what)


def _has_confirmed(server: RedisProcess, written: int) -> bool:
    return min(_confirmed(server), default=0) >= written


def _confirmed(server: RedisProcess) -> list[int]:
    """Return how many bytes each replica of a server has confirmed."""
    return [int(offset) for offset in re.findall(rb"state=online,offset=(\d+)", _role(server))]


def _role(node: RedisProcess) -> bytes:
    return _reached(node, "INFO replication")


def _reached(node: RedisProcess, command: str) -> bytes:
    """Return an answer, nothing from a node that was killed."""
    try:
        return node.ask(command)
    except OSError:
        return b""


def _told(node: RedisProcess, command: str) -> None:
    answer = node.ask(command)
    if not answer.startswith(b"+"):
        raise RuntimeError(f"{command}: {answer!r}")
