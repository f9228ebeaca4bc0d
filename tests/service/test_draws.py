"""Under one seed, a create meets the same outcomes whenever, wherever and among whatever it is sent."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.effort import examples

from execmock.clocks import ManualClock
from execmock.core.apis import EMBED_API
from execmock.core.draw_seeds import DrawSeries
from execmock.core.progress import Visit
from execmock.core.sandbox import Sandbox
from execmock.core.scenario import Scenario
from execmock.errors import ConfigError
from execmock.interfaces import Contents, Key
from execmock.loading.scenarios import read_text
from execmock.service.engine import Engine
from execmock.service.executions.embed_executions import ExecuteRequest
from execmock.service.scenarios.selection import Selection
from execmock.settings import ServeSettings
from execmock.stores.codec import from_data, to_data

DAY = 86_400_000
REFERENCES = ("order-1", "order-2", None)
MOST = 30

Fate = tuple[tuple[int, int], ...]
"""Steps, with the milliseconds since the creation."""


def body_of(reference: str | None, **others: Any) -> dict[str, Any]:
    body = {"workflowId": "wf_flaky", "sourceSystem": "s", "sourceEntityType": "t", **others}
    return body if reference is None else {**body, "externalRef": reference}


class Client:
    """Creates executions in one sandbox of a seeded server and tells their fates."""

    def __init__(self, name: str = "default", now: int = 0, **options: Any) -> None:
        self.clock = ManualClock(1_700_000_000_000 + now)
        self.engine = Engine(ServeSettings(**{"seed": 7, **options}), self.clock)
        self.name = name
        self.sandbox: Sandbox

    async def open(self) -> Client:
        await self.engine.prepare()
        made = self.engine.sandboxes.make(self.name)
        await self.engine.sandboxes.add(made)
        self.sandbox = await self.engine.sandboxes.kept(self.name) or made
        return self

    async def create(self, body: dict[str, Any], scenario: str | None = None) -> str:
        created = await self.engine.executions.create(self.sandbox, body, "me", Selection(header=scenario))
        return created.id

    async def fate(self, name: str, sandbox: Sandbox | None = None) -> Fate:
        execution = await self.engine.repository.find(sandbox or self.sandbox, name)
        assert execution is not None
        end = execution.created_at + DAY
        visits = self.engine.repository.progress(execution, sandbox or self.sandbox, end).visits
        return tuple((visit.step, visit.at - execution.created_at) for visit in visits)


@cache
def expected(reference: str | None) -> list[Fate]:
    """Return the fates of creates that are alone on their server, in order."""

    async def alone() -> list[Fate]:
        client = await Client().open()
        return [await client.fate(await client.create(body_of(reference))) for _ in range(MOST)]

    # In a thread, since tests that ask for it may have a running loop.
    with ThreadPoolExecutor() as threads:
        return threads.submit(asyncio.run, alone()).result()


def test_the_fates_of_equal_and_of_different_draw_keys_differ() -> None:
    fates = [fate for reference in REFERENCES for fate in expected(reference)]
    assert len(set(fates)) > len(fates) * 0.9
    assert {fate[-1][0] for fate in fates} == {2, 3}


class Interleaving(RuleBasedStateMachine):
    """Several clients create in one sandbox, in any order, at any time, among other things."""

    @initialize(name=st.sampled_from(["default", "a", "test_x-17"]), now=st.integers(0, 10**11))
    def begin(self, name: str, now: int) -> None:
        self.runner = asyncio.Runner()
        self.client = self.runner.run(Client(name, now).open())
        self.made: defaultdict[str | None, list[str]] = defaultdict(list)
        self.keyed: list[tuple[dict[str, Any], str]] = []

    @rule(reference=st.sampled_from(REFERENCES), note=st.text(max_size=3))
    def create(self, reference: str | None, note: str) -> None:
        self.made[reference].append(self.ask(body_of(reference, requestPayload={"note": note})))

    @rule(reference=st.sampled_from(REFERENCES))
    def create_with_an_idempotency_key(self, reference: str | None) -> None:
        body = body_of(reference, idempotencyKey=f"key-{len(self.keyed)}")
        self.keyed.append((body, self.ask(body)))
        self.made[reference].append(self.keyed[-1][1])

    @rule(which=st.integers(0, 100))
    def repeat(self, which: int) -> None:
        if self.keyed:
            body, name = self.keyed[which % len(self.keyed)]
            assert self.ask(body) == name

    @rule(scenario=st.sampled_from(["retries-by-itself", "quiet"]))
    def create_under_another_scenario(self, scenario: str) -> None:
        self.ask(body_of("order-1"), scenario)

    @rule(milliseconds=st.integers(0, DAY))
    def time_goes_on(self, milliseconds: int) -> None:
        self.client.clock.advance(milliseconds)

    @invariant()
    def fates_do_not_move(self) -> None:
        for reference, names in getattr(self, "made", {}).items():
            fates = [self.runner.run(self.client.fate(name)) for name in names]
            assert fates == expected(reference)[: len(names)]

    def teardown(self) -> None:
        if hasattr(self, "runner"):
            self.runner.run(self.client.engine.close())
            self.runner.close()

    def ask(self, body: dict[str, Any], scenario: str | None = None) -> str:
        return self.runner.run(self.client.create(body, scenario))


TestInterleaving = Interleaving.TestCase
TestInterleaving.settings = settings(max_examples=examples(20), stateful_step_count=MOST, deadline=None)


@pytest.mark.parametrize("start", [None, 1_000_000_000_000])
async def test_another_start_another_name_and_another_clock_change_nothing(start: int | None) -> None:
    client = await Client("other", 123_456, clock_start=start, speed=60.0).open()
    fates = [await client.fate(await client.create(body_of("order-1"))) for _ in range(4)]
    assert fates == expected("order-1")[:4]


async def test_another_seed_changes_fates_and_none_makes_them_unforeseeable() -> None:
    found = set()
    for seed in (8, None, None):
        client = await Client(seed=seed).open()
        found.add(tuple([await client.fate(await client.create(body_of("order-1"))) for _ in range(3)]))
    assert len(found | {tuple(expected("order-1")[:3])}) == 4


async def test_a_reset_counts_anew() -> None:
    client = await Client().open()
    for _ in range(2):
        fates = [await client.fate(await client.create(body_of("order-1"))) for _ in range(2)]
        assert fates == expected("order-1")[:2]
        await client.engine.sandboxes.reset(client.name)


async def test_what_the_draw_key_is_made_of_can_be_chosen() -> None:
    client = await Client(draw_by=("requestPayload.order.id",)).open()

    async def fate(reference: str, order: Any) -> Fate:
        body = body_of(reference, requestPayload={"order": order})
        return await client.fate(await client.create(body))

    one = [await fate(f"random-{number}", {"id": 1}) for number in range(3)]
    two = [await fate(f"random-{number}", {"id": 2, "at": number}) for number in range(3)]
    assert len({*one, *two}) == 6
    await client.engine.sandboxes.reset(client.name)
    mixed = [await fate("x", {"id": number}) for number in (2, 1, 2, 1, 1, 2)]
    assert (mixed[1::2][:2] + mixed[4:5], [mixed[0], mixed[2], mixed[5]]) == (one, two)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("externalref", "Did you mean 'externalRef'?"),
        ("zip", "Expected one of"),
        ("requestPayload.", "such as"),
    ],
)
def test_a_property_that_no_request_has_is_refused(name: str, hint: str) -> None:
    with pytest.raises(ConfigError, match=r"--draw-by is ") as error:
        Engine(ServeSettings(draw_by=(name,)))
    assert hint in str(error.value)


async def test_embedded_workflows_draw_by_workflow_and_user() -> None:
    text = (
        "scenario: slow\nsummary: Takes its time.\napi: embed\n"
        "bind: {id: 0b6e0f4e-0000-4000-8000-000000000001, hashid: abcde, key: workflow_1}\n"
        "steps:\n  - status: running\n    next: {after: 1s..2s}\n  - status: completed\n"
    )

    async def fates(users: list[str]) -> dict[str, list[Fate]]:
        client = await Client(choose=(("embedUnknownUserKey", "accept"),)).open()
        client.engine.take_up_file(_read(text, client))
        found: defaultdict[str, list[Fate]] = defaultdict(list)
        for number, user in enumerate(users):
            body = {"id_type": "key", "user_key": user, "execution_data": {"n": number}}
            for _ in range(2):
                request = ExecuteRequest("workflow_1", body, f"key-{number}")
                await client.engine.embed.execute(client.sandbox, request, Selection())
            newest = (await client.engine.repository.page(client.sandbox, EMBED_API, 0, 1))[0]
            found[user].append(await client.fate(newest.id))
        assert len(await client.engine.repository.page(client.sandbox, EMBED_API, 0, 9)) == len(users)
        return found

    alone = {user: (await fates([user] * 2))[user] for user in ("ada", "bob")}
    assert await fates(["bob", "ada", "ada", "bob"]) == alone
    assert len({fate for fates in alone.values() for fate in fates}) == 4


async def test_a_snapshot_keeps_fates_and_numbers() -> None:
    client = await Client().open()
    names = [await client.create(body_of("order-1")) for _ in range(2)]
    document = await client.engine.snapshots.take(client.sandbox)
    other = await Client("elsewhere", 999, seed=None).open()
    other.sandbox = await other.engine.snapshots.restore(other.sandbox, document)
    names.append(await other.create(body_of("order-1")))
    assert [await other.fate(name) for name in names] == expected("order-1")[:3]


async def test_an_execution_of_an_earlier_version_keeps_its_fate() -> None:
    client = await Client(seed=0).open()
    name = await client.create(body_of(None))
    kept = await client.engine.store.export("default")
    (execution,) = [put.value for put in kept.puts if put.key.kind == "execution"]
    data = {**to_data(execution), "id": "exec_d5b3f43b06uoja00000g"}
    del data["draw_seed"]
    old = from_data("execution", data)
    sandbox_data = to_data(client.sandbox)
    del sandbox_data["draw_root"], sandbox_data["draw_by"]
    sandbox = from_data("sandbox", sandbox_data)
    put = next(put for put in kept.puts if put.key.kind == "execution")
    place = Key("default", "execution", old.id)
    await client.engine.store.restore("default", Contents(1, [put._replace(key=place, value=old)]))
    # What the version before showed for this id under seed 0.
    assert await client.fate(old.id, sandbox) == ((0, 0), (1, 600), (2, 5_228))
    assert name != old.id
    assert old.progress.visits == (Visit(0, old.created_at),)


def test_a_number_that_was_given_back_is_the_next() -> None:
    series = DrawSeries()
    taken = []
    for _ in range(3):
        number, series = series.take("x")
        taken.append(number)
    assert taken == [1, 2, 3]
    series = series.give_back(2, "x").give_back(1, "x")
    assert series.give_back(1, "x") == series
    assert DrawSeries().give_back(1, "x") == DrawSeries()
    for expected_number in (1, 2, 4):
        number, series = series.take("y")
        assert number == expected_number
    assert replace(series, latest="") == DrawSeries(4)


def _read(text: str, client: Client) -> Scenario:
    read = read_text(text, "slow.yaml", client.engine.words)
    assert read.scenario is not None, read.findings
    return read.scenario
