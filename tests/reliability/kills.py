"""A server killed at random instants under load: what it had acknowledged is there, once, and whole."""

from __future__ import annotations

import http.client
import random  # noqa: TID251 - which instants a drill picks is repeatable, not secret
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .serving import Client, Server

__all__ = ["Killed", "kill_under_load"]

_LOADERS = 4
_KEYS_TWICE = 0.3
"""How many creates are sent a second time."""
_PAGE = 100


@dataclass
class Killed:
    """What a drill comes to. All but the first four have to be 0."""

    kills: int = 0
    acknowledged: int = 0
    unanswered: int = 0
    steps: int = 0
    lost: int = 0
    twice: int = 0
    timelines_broken: int = 0
    other_answers: int = 0

    @property
    def fine(self) -> bool:
        return not (self.lost or self.twice or self.timelines_broken or self.other_answers)

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.acknowledged} creates acknowledged, {self.unanswered} unanswered, "
            f"{self.steps} steps seen; lost {self.lost}, made twice {self.twice}, "
            f"timelines broken {self.timelines_broken}, other answers {self.other_answers}"
        )


@dataclass
class _Seen:
    """What the clients were told: key to id, id to the history last read, keys without an answer."""

    made: dict[str, str] = field(default_factory=dict)
    histories: dict[str, list[object]] = field(default_factory=dict)
    unanswered: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    answered: threading.Event = field(default_factory=threading.Event)


def kill_under_load(store: str, times: int, seed: int, folder: Path) -> Killed:
    """Start a server, load it, kill it, start it again, compare; `times` times. A minute takes a second."""
    draw, seen, result = random.Random(seed), _Seen(), Killed()  # noqa: S311
    server = Server(store, "--speed", "60", folder=folder)
    server.start()
    try:
        for number in range(times):
            fresh = _load_and_kill(server, draw, f"{seed}-{number}", seen)
            server.start()
            result.kills += 1
            _compare(server.port, fresh, seen, result)
        _compare_all(server.port, seen, result)
    finally:
        server.stop()
    result.acknowledged, result.unanswered = len(seen.made), len(seen.unanswered)
    result.other_answers = len(seen.wrong)
    return result


def _load_and_kill(server: Server, draw: random.Random, label: str, seen: _Seen) -> set[str]:
    """Load a server until it is killed, some time after its first answer; return the keys that were used."""
    stop, used = threading.Event(), set[str]()
    seen.answered.clear()
    threads = [
        threading.Thread(
            target=_create, args=(server.port, f"{label}-{n}", draw.getrandbits(32), stop, seen, used)
        )
        for n in range(_LOADERS)
    ]
    for thread in threads:
        thread.start()
    seen.answered.wait(60)
    time.sleep(draw.uniform(0, 0.5))
    server.kill()
    stop.set()
    for thread in threads:
        thread.join()
    return used


def _create(port: int, label: str, seed: int, stop: threading.Event, seen: _Seen, used: set[str]) -> None:
    draw, client, number = random.Random(seed), Client(port), 0  # noqa: S311
    while not stop.is_set():
        key, number = f"{label}-{number}", number + 1
        used.add(key)
        try:
            for _ in range(2 if draw.random() < _KEYS_TWICE else 1):
                _note(client.create(key), key, seen)
                seen.answered.set()
            name = seen.made[key]
            if draw.random() < 0.2:
                seen.histories[name] = client.history(name)
        except (OSError, http.client.HTTPException):
            if key not in seen.made:
                seen.unanswered.add(key)
            break
    client.close()


def _note(reply: object, key: str, seen: _Seen) -> None:
    status, body = reply.status, reply.body  # type: ignore[attr-defined]
    if status != 200:
        seen.wrong.append(f"{status} {body}")
        return
    name = body["data"]["execution"]["id"]
    if seen.made.setdefault(key, name) != name:
        seen.wrong.append(f"{key} was {seen.made[key]}, now it is {name}")


def _compare(port: int, keys: set[str], seen: _Seen, result: Killed) -> None:
    """Ask the new server for what the old one had acknowledged of some keys."""
    client = Client(port)
    for key in sorted(keys):
        name = seen.made.get(key)
        if name is None:
            continue
        if client.read(name).status != 200:
            result.lost += 1
            continue
        again = client.create(key)
        result.twice += again.status != 200 or again.body["data"]["execution"]["id"] != name
        result.steps += _check_history(client, name, seen, result)
    client.close()


def _check_history(client: Client, name: str, seen: _Seen, result: Killed) -> int:
    history = client.history(name)
    known = seen.histories.get(name, [])
    instants = [step["at"] for step in history]
    whole = history[: len(known)] == known and instants == sorted(instants) and history[0]["step"] != ""
    result.timelines_broken += not whole
    return len(history)


def _compare_all(port: int, seen: _Seen, result: Killed) -> None:
    """Go through all pages: every key once, and none that nobody sent."""
    client = Client(port)
    listed: dict[str, list[str]] = {}
    for item in _items(client):
        listed.setdefault(item["idempotencyKey"], []).append(item["id"])
    result.twice += sum(len(names) - 1 for names in listed.values())
    result.lost += sum(listed.get(key) != [name] for key, name in seen.made.items())
    result.other_answers += len(listed.keys() - seen.made.keys() - seen.unanswered)
    client.close()


def _items(client: Client) -> Iterator[dict[str, str]]:
    offset, more = 0, True
    while more:
        page = client.ask("GET", f"/v1/executions?limit={_PAGE}&offset={offset}").body["data"]
        yield from page["items"]
        offset, more = offset + _PAGE, page["hasMore"]
