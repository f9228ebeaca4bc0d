"""Servers over one store: each knows what the others put, none leads an execution back, old keys go."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from execmock.clocks import ManualClock
from execmock.core.progress import Signal
from execmock.core.scenario import Scenario
from execmock.interfaces import Key
from execmock.loading.scenarios import read_text
from execmock.service.engine import Engine
from execmock.service.executions.embed_executions import ExecuteRequest
from execmock.service.sandboxes import DEFAULT_SANDBOX, Sandbox
from execmock.service.scenario_reload import ScenarioReloader
from execmock.service.scenarios.selection import Selection
from execmock.settings import ServeSettings

DAY = 24 * 3_600_000
BODY = {"workflowId": "w", "sourceSystem": "s", "sourceEntityType": "e"}
TEXT = """\
scenario: {name}
steps:
  - {{status: workflow_queued, next: {{signal: go}}}}
  - {{status: workflow_running, next: {{signal: go}}}}
  - {{status: workflow_failed, set: {{statusReason: {why}}}}}
"""


class Pair(NamedTuple):
    """Two servers over one store; the first one's clock is ahead by what a test adds to it."""

    one: Engine
    other: Engine
    clock: ManualClock


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    clock = ManualClock()
    options = ServeSettings(store=f"sqlite:{tmp_path / 'a.db'}", seed=7)
    engines = [Engine(options, clock), Engine(options, ManualClock())]
    for engine in engines:
        await engine.prepare()
    yield Pair(engines[0], engines[1], clock)
    for engine in engines:
        await engine.close()


def scenario(engine: Engine, name: str, why: str = "so") -> Scenario:
    found = read_text(TEXT.format(name=name, why=why), name, engine.words).scenario
    assert found is not None
    return found


async def default(engine: Engine) -> Sandbox:
    sandbox = await engine.sandboxes.get(DEFAULT_SANDBOX)
    assert sandbox is not None
    return sandbox


async def create(engine: Engine, name: str) -> Any:
    sandbox = await default(engine)
    made = await engine.executions.create(sandbox, BODY, "key_x", Selection(name))
    return await engine.executions.find(sandbox, made.id)


@pytest.mark.parametrize("sandbox", ["", DEFAULT_SANDBOX])
async def test_a_server_that_puts_a_scenario_takes_up_what_others_have_put(pair: Pair, sandbox: str) -> None:
    await pair.one.share_scenario(scenario(pair.one, "first"), sandbox)
    await pair.other.share_scenario(scenario(pair.other, "second"), sandbox)
    for engine in (pair.one, pair.other):
        for name in ("first", "second"):
            assert (await create(engine, name)).scenario.startswith(f"{name}@")


async def test_the_latest_of_two_versions_wins_with_every_server(pair: Pair) -> None:
    await pair.one.share_scenario(scenario(pair.one, "first", "old"))
    before = await create(pair.other, "first")
    new = scenario(pair.other, "first", "new")
    await pair.other.share_scenario(new)
    assert before.scenario != new.reference
    assert {(await create(engine, "first")).scenario for engine in (pair.one, pair.other)} == {new.reference}


@pytest.mark.parametrize("sandbox", ["", DEFAULT_SANDBOX])
async def test_a_scenario_that_is_taken_back_is_gone_with_every_server(pair: Pair, sandbox: str) -> None:
    shipped = pair.other.registry.current["paid-happy-path"].reference
    for name in ("first", "second", "paid-happy-path"):
        await pair.one.share_scenario(scenario(pair.one, name), sandbox)
    kept = await create(pair.other, "first")
    for name in ("first", "paid-happy-path"):
        assert await pair.other.withdraw_scenario(name, sandbox)
    for engine in (pair.one, pair.other):
        assert (await create(engine, "second")).scenario.startswith("second@")
        assert (await create(engine, "paid-happy-path")).scenario == shipped
        assert "first" not in engine.registry.seen_by(sandbox)
        found = await engine.executions.find(await default(engine), kept.id)
        assert engine.repository.scenario(found).name == "first"
    assert not await pair.one.withdraw_scenario("first", sandbox)


async def test_an_emptied_store_holds_again_what_is_followed_and_nothing_that_was_put(pair: Pair) -> None:
    await pair.one.share_scenario(scenario(pair.one, "first"))
    await pair.one.share_scenario(scenario(pair.one, "paid-happy-path"))
    shipped = pair.other.registry.current["paid-happy-path"].reference
    await create(pair.other, "first")
    for sandbox in ("", DEFAULT_SANDBOX):
        await pair.one.store.clear(sandbox)
    for engine in (pair.one, pair.other):
        made = await create(engine, "paid-happy-path")
        assert made.scenario == shipped
        assert await engine.store.get(Key("", "scenario", shipped)) is not None
        assert "first" not in engine.registry.current


async def test_a_server_whose_clock_is_behind_leads_no_execution_back(pair: Pair) -> None:
    await pair.one.share_scenario(scenario(pair.one, "first"))
    made = await create(pair.one, "first")
    pair.clock.advance(5000)
    for engine in (pair.one, pair.other):
        sandbox = await default(engine)
        found = await engine.executions.find(sandbox, made.id)
        moved = await engine.repository.move(found, sandbox, Signal("go"))
    instants = [visit.at for visit in moved.progress.visits]
    assert instants == sorted(instants)
    assert len(instants) == 3


async def test_a_file_is_taken_up_while_the_store_fails(pair: Pair, tmp_path: Path) -> None:
    reloader = ScenarioReloader(pair.one, [tmp_path])
    path = tmp_path / "mine.yaml"
    path.write_text(TEXT.format(name="mine", why="old"))
    assert await reloader.take_up([str(path)]) == ["scenario mine is new"]
    await pair.one.store.close()
    path.write_text(TEXT.format(name="mine", why="new"))
    assert await reloader.take_up([str(path)]) == ["scenario mine changed"]


@pytest.mark.parametrize("store", ["memory:", "sqlite:{}/b.db"])
async def test_embed_keys_go_when_their_day_is_over(store: str, tmp_path: Path) -> None:
    clock = ManualClock()
    engine = Engine(ServeSettings(store=store.format(tmp_path), seed=7), clock)
    await engine.prepare()

    async def execute(key: str) -> bytes:
        request = ExecuteRequest("workflow_15", {"id_type": "key"}, key)
        return await engine.embed.execute(await default(engine), request, Selection())

    async def kept() -> int:
        return await engine.store.count(DEFAULT_SANDBOX, "embed-idempotency")

    for number in range(20):
        await execute(f"old-{number}")
    clock.advance(DAY - 1)
    replayed = await execute("old-0")
    assert await kept() == 20
    clock.advance(1)
    assert await execute("old-0") != replayed
    for number in range(5):
        await execute(f"new-{number}")
    assert await kept() == 6
    assert await execute("new-0") == await execute("new-0")
    await engine.close()
