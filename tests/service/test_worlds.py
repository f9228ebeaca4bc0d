"""A world is there when the server starts: sandboxes, keys, clocks, and executions with a past."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from execmock.clocks import ManualClock
from execmock.core.durations import parse_duration, parse_instant
from execmock.core.json_text import encode
from execmock.errors import WorldError
from execmock.interfaces import Contents
from execmock.service.engine import Engine
from execmock.service.executions.executions import Page
from execmock.service.refusals import Refusal
from execmock.service.scenarios.selection import Selection
from execmock.settings import ServeSettings
from execmock.stores.codec import to_data

START = "2026-02-01T00:00:00.000Z"
BODY = {"workflowId": "wf_a", "sourceSystem": "s", "sourceEntityType": "t"}
WORLD = f"""
world: w
seed: 5
clock: {{start: {START}, frozen: true}}
sandboxes:
  default:
    scenario: flaky
    request: {json.dumps(BODY)}
    executions:
      - {{age: 1h, scenario: waits-for-approval, request: {{idempotencyKey: k1}},
         signals: [{{signal: approve, at: 10m, payload: {{by: Ada}}}}]}}
      - {{createdAt: 2026-01-31T23:00:00Z, request: {{workflowId: wf_quiet}}}}
      - {{age: 30m}}
  other:
    organization: org_other
    keys: {{b3sk_reader: read, b3sk_writer: read-write}}
    clock: {{start: 2030-01-01T00:00:00Z, speed: 60}}
    workflows: [wf_a]
    embedWorkflows: [{{id: i, hashid: abcde, key: k, name: n}}]
    generate:
      - {{count: 30, over: 10m, scenarios: {{free-happy-path: 2, payment-failed: 1}},
         request: {json.dumps({**BODY, "externalRef": "r-{{ number }}-{{ pick.colour }}-{{ pick.size }}"})},
         pick: {{colour: [red, blue], size: 3..5}}}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "w.yaml"
    path.write_text(WORLD)
    return path


async def begun(world: Path | str, **options: Any) -> Engine:
    engine = Engine(ServeSettings(world=world, **options), ManualClock())
    await engine.prepare()
    return engine


async def items(engine: Engine, name: str) -> list[dict[str, Any]]:
    sandbox = await engine.sandboxes.get(name)
    assert sandbox is not None
    found: list[dict[str, Any]] = []
    more = True
    while more:
        page = json.loads(await engine.executions.list(sandbox, Page(100, len(found))))
        found += page["items"]
        more = page["hasMore"]
    return found


async def contents(engine: Engine) -> bytes:
    everything: list[Contents] = [await engine.store.export(s.id) for s in await engine.sandboxes.all()]
    return encode([[c.number, [(p.key, p.order, to_data(p.value)) for p in c.puts]] for c in everything])


async def test_listed_executions_have_lived_through_their_past(file: Path) -> None:
    engine = await begun(file)
    newest, quiet, approved = await items(engine, "default")
    assert approved["createdAt"] == quiet["createdAt"] == "2026-01-31T23:00:00.000Z"
    assert approved["responsePayload"] == {"approved": True, "by": "Ada"}
    assert approved["finishedAt"] == "2026-01-31T23:10:02.000Z"
    assert (quiet["workflowId"], quiet["status"]) == ("wf_quiet", "workflow_succeeded")
    assert newest["createdAt"] == "2026-01-31T23:30:00.000Z"
    default = await engine.sandboxes.get("default")
    assert default is not None
    assert (engine.sandboxes.now(default), default.clock.frozen) == (parse_instant(START), True)


async def test_an_execution_is_followed_by_its_scenario_in_the_order_of_a_create(file: Path) -> None:
    engine = await begun(file)
    default = await engine.sandboxes.get("default")
    assert default is not None
    kept = await engine.store.page("default", "execution", 0, 3)
    assert [execution.scenario.partition("@")[0] for execution in kept] == [
        "flaky",
        "quiet",
        "waits-for-approval",
    ]


async def test_a_repeated_create_finds_the_execution_of_the_world(file: Path) -> None:
    engine = await begun(file)
    default = await engine.sandboxes.get("default")
    assert default is not None
    same = await engine.executions.create(default, {**BODY, "idempotencyKey": "k1"}, "key_x", Selection())
    assert same.id == (await items(engine, "default"))[2]["id"]
    with pytest.raises(Refusal):
        await engine.executions.create(
            default, {**BODY, "idempotencyKey": "k1", "externalRef": "x"}, "key_x", Selection()
        )


async def test_new_executions_get_ids_that_the_world_has_not_used(file: Path) -> None:
    engine = await begun(file)
    default = await engine.sandboxes.get("default")
    assert default is not None
    made = {(await engine.executions.create(default, BODY, "key_x", Selection())).id for _ in range(5)}
    assert len(made | {item["id"] for item in await items(engine, "default")}) == 8


async def test_a_sandbox_has_its_organization_keys_clock_and_workflows(file: Path) -> None:
    engine = await begun(file)
    other = await engine.sandboxes.get("other")
    assert other is not None
    assert (other.organization, other.workflows) == ("org_other", ("wf_a",))
    assert [workflow.key for workflow in other.embed_workflows] == ["k"]
    assert (other.clock.shown, other.clock.speed) == (parse_instant("2030-01-01T00:00:00Z"), 60)
    reader, writer = await engine.sandboxes.key("b3sk_reader"), await engine.sandboxes.key("b3sk_writer")
    assert reader is not None
    assert writer is not None
    assert (reader.sandbox, reader.scope, writer.scope) == ("other", "read", "read-write")


async def test_generated_executions_are_spread_over_the_time_and_drawn_from_what_there_is(file: Path) -> None:
    found = await items(await begun(file), "other")
    assert len(found) == 30
    born = [parse_instant(item["createdAt"]) for item in found]
    assert born == sorted(born, reverse=True)
    start, over = parse_instant("2030-01-01T00:00:00Z"), parse_duration("10m")
    assert all(start - over <= at <= start for at in born)
    assert max(born) - min(born) > over // 2
    numbers, colours, sizes = zip(*(item["externalRef"].split("-")[1:] for item in found), strict=True)
    assert {int(number) for number in numbers} == set(range(1, 31))
    assert (set(colours), set(sizes)) == ({"red", "blue"}, {"3", "4", "5"})
    assert {item["status"] for item in found} >= {"workflow_succeeded", "workflow_failed"}


@pytest.mark.parametrize("world", ["file", "demo"])
async def test_two_loads_are_equal_to_the_last_byte(world: str, file: Path) -> None:
    named = file if world == "file" else world
    first, second = [await contents(await begun(named, clock_start=parse_instant(START))) for _ in range(2)]
    assert first == second
    assert await contents(await begun(named, seed=99, clock_start=parse_instant(START))) != first


async def test_what_the_command_line_says_goes_before_the_world(file: Path) -> None:
    engine = await begun(
        file, seed=1, clock_start=parse_instant("2027-01-01T00:00:00Z"), speed=3.0, scenario="quiet"
    )
    default, other = await engine.sandboxes.all()
    assert default.clock.shown == other.clock.shown == parse_instant("2027-01-01T00:00:00Z")
    assert (default.clock.resume, other.clock.speed) == (3.0, 3.0)
    assert (default.default_scenario, other.default_scenario) == ("quiet", None)


@pytest.mark.parametrize("start", ["2026-01-01T09:00:00Z", "2026-07-03T23:59:59.999Z"])
async def test_the_demo_world_has_every_status_in_two_organizations(start: str) -> None:
    engine = await begun("demo", clock_start=parse_instant(start), frozen=True)
    everyone = [item for sandbox in await engine.sandboxes.all() for item in await items(engine, sandbox.id)]
    assert len(everyone) == 250
    assert len({item["organizationId"] for item in everyone}) == 2
    counts = Counter(item["status"] for item in everyone)
    assert set(counts) == set(engine.contract.transitions().statuses)
    oldest = min(parse_instant(item["createdAt"]) for item in everyone)
    assert parse_duration("6d") < parse_instant(start) - oldest <= parse_duration("8d")


async def test_the_empty_world_is_empty() -> None:
    engine = await begun("empty")
    assert [sandbox.id for sandbox in await engine.sandboxes.all()] == ["default"]
    assert await items(engine, "default") == []


@pytest.mark.parametrize(
    ("sandbox", "problem"),
    [
        (
            "generate: [{count: 2, scenarios: {flaky: 1}, request: {idempotencyKey: same}}]",
            "two executions have the idempotencyKey 'same'; expected {{ number }} or another name in it",
        ),
        (
            "executions: [{age: 1h, scenario: waits-for-approval, signals: [{signal: approve, at: 1s}]}]",
            (
                "waits-for-approval does not wait for 'approve' after 1s; it is in preparing then, which "
                "waits for no signal"
            ),
        ),
        (
            "executions: [{age: 1h, request: {workflowId: wf_node_fails}, signals: [{signal: aprove}]}]",
            "node-fails waits for no 'aprove'; expected none at all.",
        ),
        ("executions: [{createdAt: 2100-01-01T00:00:00Z}]", "lies after the start of the clock"),
        ("keys: {b3sk_taken: read}, executions: []", "a key of sandbox 'second' opens 'default' already"),
    ],
)
async def test_what_only_shows_when_it_is_made_is_an_error_too(
    sandbox: str, problem: str, tmp_path: Path
) -> None:
    name = "second" if "keys" in sandbox else "default"
    path = tmp_path / "w.yaml"
    clock = "clock: {start: 2100-01-02T00:00:00Z}\n" if "createdAt" in sandbox else ""
    path.write_text(f"world: w\n{clock}sandboxes: {{{name}: {{request: {json.dumps(BODY)}, {sandbox}}}}}\n")
    with pytest.raises(WorldError) as caught:
        await begun(path, keys=(("b3sk_taken", "read"),), clock_start=parse_instant("2050-01-01T00:00:00Z"))
    first, *shown = str(caught.value).splitlines()
    if shown:
        place, _, first = first.partition(": ")
        assert place.startswith(f"{path}:{3 if clock else 2}:")
        key = next(
            key for key in ("idempotencyKey: s", "at: 1s", "signal: aprove", "createdAt") if key in sandbox
        )
        assert shown[0][shown[1].index("^") :].startswith(key)
    assert first == problem


MADE = """\
world: made
seed: 7
clock: {{start: 2030-01-01T00:00:00Z, frozen: true}}
sandboxes:
  default:
    timezone: Europe/Berlin
    generate:
      - count: 20
        scenarios: {{free-happy-path: 1}}
        pick: {{order: [{{sku: a}}, {{sku: b}}], gone: [null], mixed: [{{}}, 1], cents: 100..199}}
        request: {request}
"""


async def made(tmp_path: Path, **more: Any) -> Engine:
    path = tmp_path / "made.yaml"
    path.write_text(MADE.format(request=json.dumps({**BODY, **more})))
    return await begun(path)


async def test_numbers_of_generated_executions_count_from_the_oldest(tmp_path: Path) -> None:
    found = await items(await made(tmp_path, externalRef="{{ number }}"), "default")
    assert [item["externalRef"] for item in found] == [str(number) for number in range(20, 0, -1)]


async def test_generated_requests_have_whole_values_and_arithmetic(tmp_path: Path) -> None:
    request = {
        "requestPayload": "{{ pick.order }}",
        "clientSafeMetadata": {"price": "{{ pick.cents / 100 }}"},
        "externalRef": "{{ pick.gone | default('none') | upper }}",
    }
    found = await items(await made(tmp_path, **request), "default")
    assert {item["requestPayload"]["sku"] for item in found} == {"a", "b"}
    assert all(1 <= item["clientSafeMetadata"]["price"] < 2 for item in found)
    assert {item["externalRef"] for item in found} == {"NONE"}


async def test_a_generated_request_that_breaks_the_contract_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorldError) as error:
        await made(tmp_path, requestPayload="{{ pick.mixed }}")
    said = "made.yaml:11:87: a generated request breaks the contract: /requestPayload: expected an object"
    assert said in str(error.value)


async def test_a_create_with_the_key_of_a_generated_execution_finds_it(tmp_path: Path) -> None:
    engine = await made(tmp_path, idempotencyKey="key-{{ number }}")
    oldest = (await items(engine, "default"))[-1]
    sandbox = await engine.sandboxes.get("default")
    assert sandbox is not None
    body = {**BODY, "idempotencyKey": "key-1"}
    assert (await engine.executions.create(sandbox, body, "key_x", Selection())).id == oldest["id"]
    assert sandbox.timezone == "Europe/Berlin"
