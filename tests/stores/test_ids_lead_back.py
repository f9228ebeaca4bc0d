"""An unknown id costs as many store calls as a known one, however many sandboxes there are."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from execmock.core.ids import client_token, sandbox_tag, xid
from execmock.interfaces import Key, Put
from execmock.service.engine import Engine
from execmock.service.executions.executions import Created
from execmock.service.refusals import Refusal
from execmock.service.sandboxes import DEFAULT_SANDBOX, Sandbox
from execmock.service.scenarios.selection import Selection
from execmock.settings import ServeSettings

BODY = {"workflowId": "w", "sourceSystem": "s", "sourceEntityType": "e"}
INFO = "[execmock.stores]\ncounted = tests.stores.counting_store:CountingStore\n"


@pytest.fixture
async def engine(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Engine]:
    monkeypatch.syspath_prepend(str(tmp_path))
    info = tmp_path / "counting-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: counting\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(INFO)
    importlib.invalidate_caches()
    started = Engine(ServeSettings(store=f"counted:{url}"))
    await started.prepare()
    yield started
    await started.close()


async def sandbox(engine: Engine, name: str) -> Sandbox:
    if await engine.sandboxes.get(name) is None:
        await engine.sandboxes.add(engine.sandboxes.make(name))
    found = await engine.sandboxes.get(name)
    assert found is not None
    return found


async def create(engine: Engine, name: str) -> Created:
    return await engine.executions.create(await sandbox(engine, name), BODY, "key_x", Selection())


async def copy(engine: Engine, one: str, other: str) -> None:
    document = await engine.snapshots.take(await sandbox(engine, one))
    await engine.snapshots.restore(await sandbox(engine, other), document)


async def opens(engine: Engine, execution_id: str, token: str) -> str:
    """Return the name of the sandbox whose execution a token opens, "" where it opens none."""
    try:
        return (await engine.executions.read_public(execution_id, token))[0].id
    except Refusal:
        return ""


async def calls(engine: Engine, execution_id: str) -> list[str]:
    store = engine.store
    before = len(store.calls)  # type: ignore[attr-defined] # a CountingStore
    assert await opens(engine, execution_id, "no-token") == ""
    return store.calls[before:]  # type: ignore[attr-defined,no-any-return]


async def test_an_unknown_id_costs_what_a_known_one_does(engine: Engine) -> None:
    known, gone = await create(engine, DEFAULT_SANDBOX), await create(engine, "gone")
    restored = await create(engine, "copied")
    await copy(engine, "copied", "copy")
    await engine.sandboxes.delete("copied")
    await engine.sandboxes.delete("gone")
    ids = [known.id, restored.id, gone.id, "", "é", "\udcff" * 20]
    ids += ["exec_" + xid(1, sandbox_tag(name), 1) for name in (DEFAULT_SANDBOX, "copy", "copied", "nothing")]
    expected = await calls(engine, known.id)
    assert {one: await calls(engine, one) for one in ids} == dict.fromkeys(ids, expected)
    others = [engine.sandboxes.make(f"other-{number}") for number in range(1_000)]
    await asyncio.gather(*map(engine.sandboxes.add, others))
    assert {one: await calls(engine, one) for one in ids} == dict.fromkeys(ids, expected)


async def test_a_restored_execution_is_found_where_it_still_is(engine: Engine) -> None:
    made = await create(engine, "a")
    token = client_token((await sandbox(engine, "a")).root, made.id)
    for name in ("b", "c"):
        await copy(engine, "a", name)
    assert await opens(engine, made.id, token) == "a"
    await engine.sandboxes.delete("a")
    assert await opens(engine, made.id, token) == "b"
    again = Engine(ServeSettings(store=engine.options.store)) if not engine.store.immediate else engine
    await again.prepare()
    assert await opens(again, made.id, token) == "b"
    await again.sandboxes.reset("b")
    assert await opens(engine, made.id, token) == "c"
    await copy(engine, "c", "b")
    await copy(engine, "default", "c")
    assert await opens(engine, made.id, token) == "b"
    await engine.sandboxes.delete("b")
    assert await opens(engine, made.id, token) == ""
    assert await engine.store.page("", "restored-ids", 0, 9) in ([], ())
    if again is not engine:
        await again.close()


async def test_a_store_of_an_earlier_version_is_indexed_when_it_is_opened(engine: Engine) -> None:
    made = await create(engine, "a")
    token = client_token((await sandbox(engine, "a")).root, made.id)
    await copy(engine, "a", "b")
    for put in (await engine.store.export("")).puts:
        if put.key.kind in {"id-holders", "restored-ids"}:
            await engine.store.update(put.key, lambda _, key=put.key: [Put(key, None)])
    assert await opens(engine, made.id, token) == ""
    await engine.prepare()
    assert await opens(engine, made.id, token) == "a"
    await engine.sandboxes.delete("a")
    assert await opens(engine, made.id, token) == "b"
    assert await engine.store.get(Key("", "restored-ids", "b")) is not None
