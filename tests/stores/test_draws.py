"""Servers that create at once over one store give each number of a draw key to one execution."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

from execmock.clocks import ManualClock
from execmock.service.engine import Engine
from execmock.service.sandboxes import DEFAULT_SANDBOX
from execmock.service.scenarios.selection import Selection
from execmock.settings import ServeSettings

BODY = {"workflowId": "wf_flaky", "sourceSystem": "s", "sourceEntityType": "t"}
KEYS = ("a", "b")


class Servers:
    """Engines over one store, each with a time of its own; `fates` are those of all that was made."""

    def __init__(self, url: str, count: int) -> None:
        self.engines = [
            Engine(ServeSettings(store=url, seed=7), ManualClock(1_700_000_000_000 + 60_000 * number))
            for number in range(count)
        ]

    async def create(self, engine: Engine, reference: str, **others: Any) -> str:
        sandbox = await engine.sandboxes.get(DEFAULT_SANDBOX)
        assert sandbox is not None
        body = {**BODY, "externalRef": reference, **others}
        return (await engine.executions.create(sandbox, body, "me", Selection())).id

    async def fates(self, names: dict[str, str]) -> dict[str, list[Any]]:
        engine = self.engines[0]
        sandbox = await engine.sandboxes.get(DEFAULT_SANDBOX)
        assert sandbox is not None
        found: defaultdict[str, list[Any]] = defaultdict(list)
        for name, reference in names.items():
            execution = await engine.repository.find(sandbox, name)
            assert execution is not None
            end = execution.created_at + 3_600_000
            visits = engine.repository.progress(execution, sandbox, end).visits
            found[reference].append([(visit.step, visit.at - execution.created_at) for visit in visits])
        return {reference: sorted(fates) for reference, fates in found.items()}


async def played(url: str, servers: int) -> dict[str, list[Any]]:
    """Return the fates of twelve executions of each key, made at once; every third was sent twice."""
    all_of_them = Servers(url, servers)
    for engine in all_of_them.engines:
        await engine.prepare()
    asked = []
    for number in range(12):
        for reference in KEYS:
            for engine in [all_of_them.engines[number % servers], all_of_them.engines[-1 - number % servers]]:
                others = {"idempotencyKey": f"{reference}-{number}"} if number % 3 == 0 else {}
                asked.append((reference, all_of_them.create(engine, reference, **others)))
                if not others:
                    break
    made = await asyncio.gather(*(create for _, create in asked))
    # What was given back by those that came second goes to the next.
    names = dict(zip(made, [reference for reference, _ in asked], strict=True))
    for reference in KEYS:
        names |= {await all_of_them.create(all_of_them.engines[0], reference): reference for _ in range(12)}
    fates = await all_of_them.fates(names)
    for engine in all_of_them.engines:
        await engine.close()
    return fates


async def test_fates_are_the_same_in_every_store_and_shared_by_servers(url: str) -> None:
    alone = await played("memory:", 1)
    assert [len(alone[reference]) for reference in KEYS] == [24, 24]
    assert await played(url, 1 if url == "memory:" else 2) == alone


async def test_the_first_server_over_a_store_counts_as_the_only_one(url: str) -> None:
    servers = Servers(url, 2)
    numbers = [await engine.changes.server_number() for engine in servers.engines]
    assert numbers == ([0, 0] if url == "memory:" else [0, 1])
    for engine in servers.engines:
        await engine.close()
