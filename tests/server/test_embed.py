"""The embed operation: a bare object, ids by their type, one instant in three texts, replay for a day."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from execmock.core.contract.names import EMBED_EXECUTION
from execmock.core.durations import parse_instant
from execmock.core.schema.validator import SchemaValidator
from execmock.loading.contract import shipped_contract
from execmock.loading.scenarios import read_data

from .conftest import Server, Start

CONTRACT = shipped_contract()
SCHEMA = SchemaValidator(CONTRACT.standalone(CONTRACT.schema(EMBED_EXECUTION)))
DAY = 24 * 3_600_000


@pytest.fixture
def bind(server: Server) -> dict[str, str]:
    """The names of the workflow that the happy embed scenario binds."""
    return dict(server.engine.registry.current["embed-running"].bind)


@pytest.mark.parametrize("id_type", ["id", "hashid", "key"])
async def test_a_workflow_is_executed_by_any_of_its_names(
    server: Server, bind: dict[str, str], id_type: str
) -> None:
    reply = await server.execute(bind[id_type], {"id_type": id_type})
    assert reply.status == 201
    assert SCHEMA.violations(reply.json) == []
    assert reply.headers["X-Request-Id"]
    assert (reply.json["key"], reply.json["name"], reply.json["status"]) == (
        bind["key"],
        bind["name"],
        "running",
    )


async def test_a_body_and_each_of_its_properties_may_be_left_out(
    server: Server, bind: dict[str, str]
) -> None:
    assert (await server.execute(bind["id"])).json["execution_data"] == {}
    assert (await server.execute(bind["id"], {})).status == 201
    data = {"big": 2**70, "text": "é"}
    assert (await server.execute(bind["id"], {"execution_data": data})).json["execution_data"] == data


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("id", {"id_type": "key"}),
        ("key", {"id_type": "id"}),
        ("key", {"id_type": "hashid"}),
        ("key", {}),
        ("hashid", None),
        ("name", {"id_type": "key"}),
        ("key", {"id_type": "name"}),
        ("key", {"id_type": ""}),
    ],
)
async def test_an_id_that_does_not_fit_its_type_is_a_404(
    server: Server, bind: dict[str, str], name: str, body: Any
) -> None:
    reply = await server.execute(bind[name].replace(" ", "%20"), body)
    assert (reply.status, reply.json["code"]) == (404, 404)
    assert reply.headers["X-Request-Id"]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"body": {"id_type": "key", "execution_data": []}}, 422),
        ({"body": {"id_type": "key", "execution_data": None}}, 422),
        ({"body": {"id_type": "key", "user_key": 5}}, 422),
        ({"body": {"id_type": "name", "execution_data": 5}}, 422),
        ({"body": []}, 400),
        ({"data": b"{"}, 400),
        ({"body": {}, "key": None}, 401),
        ({"body": {}, "headers": {"Content-Type": "text/plain"}}, 415),
        ({"data": b'{"a":"' + b"x" * (1 << 20) + b'"}'}, 413),
    ],
)
async def test_what_is_wrong_has_its_status(server: Server, sent: dict[str, Any], status: int) -> None:
    reply = await server.execute("workflow_15", **sent)
    assert reply.status == status
    assert reply.headers["X-Request-Id"]


async def test_the_id_is_a_uuid7_of_the_instant_that_the_three_texts_say(
    server: Server, bind: dict[str, str]
) -> None:
    server.clock.advance(12_345)
    made = (await server.execute(bind["id"])).json
    assert UUID(made["id"]).version == 7
    assert UUID(made["id"]).int >> 80 == parse_instant("2026-01-01T09:00:12.345Z")
    assert made["created_at"] == "2026-01-01T04:00:12-05:00"
    assert made["created_at_utc"] == "2026-01-01T09:00:12Z"
    assert made["created_at_string"] == "Jan 01, 2026 04:00 am EST"


async def test_the_zone_can_be_another(mock_server: Start) -> None:
    server = await mock_server(timezone="Asia/Kolkata")
    made = (await server.execute("workflow_15", {"id_type": "key"})).json
    assert made["created_at"] == "2026-01-01T14:30:00+05:30"


async def test_a_known_idempotency_key_replays_the_first_answer_for_24_hours(
    server: Server, bind: dict[str, str]
) -> None:
    """On the sandbox's clock, byte for byte, and whatever the second body says."""
    headers = {"Idempotency-Key": "k"}
    first = await server.execute(bind["id"], {"execution_data": {"n": 1}}, headers=headers)
    server.clock.advance(DAY - 1)
    again = await server.execute(bind["id"], {"execution_data": {"n": 2}}, headers=headers)
    assert (again.status, again.body) == (201, first.body)
    server.clock.advance(1)
    fresh = await server.execute(bind["id"], {}, headers=headers)
    assert fresh.json["id"] != first.json["id"]


async def test_an_idempotency_key_belongs_to_its_path(server: Server, bind: dict[str, str]) -> None:
    headers = {"Idempotency-Key": "k"}
    by_id = await server.execute(bind["id"], {}, headers=headers)
    by_key = await server.execute(bind["key"], {"id_type": "key"}, headers=headers)
    plain = [await server.execute(bind["id"], {}) for _ in range(2)]
    assert len({reply.json["id"] for reply in (by_id, by_key, *plain)}) == 4


async def test_a_refused_request_is_not_remembered(server: Server, bind: dict[str, str]) -> None:
    headers = {"Idempotency-Key": "k"}
    assert (await server.execute(bind["id"], {"execution_data": 1}, headers=headers)).status == 422
    assert (await server.execute(bind["id"], {}, headers=headers)).status == 201


async def test_executions_of_the_two_apis_do_not_mix(server: Server, bind: dict[str, str]) -> None:
    made = (await server.execute(bind["id"])).json["id"]
    assert (await server.get("/v1/executions")).data["items"] == []
    assert (await server.get(f"/v1/executions/{made}")).status == 400


async def test_what_is_executed_decides(server: Server, bind: dict[str, str]) -> None:
    steps = [
        {"status": "running", "set": {"log": {"for": "gold"}}, "next": {"signal": "end"}},
        {"status": "stopped"},
    ]
    wanted = {"key": bind["key"], "execution_data.tier": ["gold", "platinum"]}
    data = {"scenario": "gold", "api": "embed", "bind": wanted, "steps": steps}
    scenario, findings = read_data(data, "gold", server.engine.words)
    assert scenario is not None, findings
    server.engine.registry.put(scenario)
    for tier, log in (("gold", {"for": "gold"}), ("silver", {})):
        made = (await server.execute(bind["id"], {"execution_data": {"tier": tier}})).json
        assert (made["log"], made["execution_data"]) == (log, {"tier": tier})


async def test_an_unknown_workflow_is_told_the_known_ids_and_how_to_add_one(server: Server) -> None:
    known = server.engine.registry.current["embed-running"].bind
    for value, body, said in (
        ("worflow_15", {"id_type": "key"}, "Did you mean 'workflow_15'?"),
        (known["key"], {"id_type": "hashid"}, "It is the key of one: send id_type key."),
        (known["hashid"], {}, "It is the hashid of one: send id_type hashid."),
    ):
        reply = await server.execute(value, body)
        (detail,) = reply.json["details"]
        assert (reply.status, reply.json["message"], detail["location"]) == (404, "not found", "path/id")
        assert str(known[str(body.get("id_type", "id"))]) in detail["expected"]
        assert said in detail["message"]
        assert "`api: embed`" in detail["message"]
        assert "--choose embedUnknownWorkflow=run" in detail["message"]


RUNS_ANY = {"choose": (("embedUnknownWorkflow", "run"),)}


@pytest.mark.parametrize(
    ("value", "id_type", "key", "name"),
    [
        ("daily-news_letter", "key", "daily-news_letter", "Daily News Letter"),
        ("ab12c", "hashid", "workflow_ab12c", "Workflow ab12c"),
        ("0197b3d2-6a1e-7c40-9f55-2f0d8c6e41b8", "id", None, None),
    ],
)
async def test_any_workflow_can_be_run_by_choice(
    mock_server: Start, value: str, id_type: str, key: str | None, name: str | None
) -> None:
    """The same one under the same id; what is known stays what it is."""
    server = await mock_server(**RUNS_ANY)
    first, again = [
        await server.execute(value, {"id_type": id_type, "execution_data": {"a": 1}}) for _ in "12"
    ]
    assert first.status == again.status == 201
    assert SCHEMA.violations(first.json) == []
    assert (first.json["key"], first.json["name"]) == (again.json["key"], again.json["name"])
    assert first.json["id"] != again.json["id"]
    assert first.json["key"] == key if key else first.json["key"].startswith("workflow_")
    assert first.json["name"] == name if name else first.json["name"].startswith("Workflow ")
    assert (await server.execute("workflow_15", {"id_type": "key"})).json["name"] == "Workflow 15"
    assert (await server.execute(value, {"id_type": "name"})).status == 404


async def test_a_key_for_life_stands_for_its_first_answer_for_ever(
    server: Server, bind: dict[str, str]
) -> None:
    """Also where many keys of a day come and go after it, and where many of them are for life."""
    lasting = [f"life-{number}" for number in range(12)]
    first = [await server.execute(bind["id"], headers={"Idempotency-Key": key}) for key in lasting]
    for day in range(3):
        for number in range(6):
            await server.execute(bind["id"], headers={"Idempotency-Key": f"{day}-{number}"})
        server.clock.advance(DAY)
    again = [await server.execute(bind["id"], headers={"Idempotency-Key": key}) for key in lasting]
    assert [reply.body for reply in again] == [reply.body for reply in first]
    await server.execute(bind["id"], headers={"Idempotency-Key": "last"})
    assert await server.engine.store.count("default", "embed-idempotency") < 12 + 3 * 6


@pytest.mark.parametrize(
    "sent",
    [
        {"body": {"execution_data": 5}},
        {"body": {"id_type": "name"}},
        {"body": {"id_type": "hashid"}},
        {"data": b"{"},
        {"data": b"x", "headers": {"Content-Type": "text/plain"}},
    ],
)
async def test_a_repetition_that_would_be_refused_by_itself_gets_the_first_answer(
    server: Server, bind: dict[str, str], sent: dict[str, Any]
) -> None:
    headers = {"Idempotency-Key": "k"}
    first = await server.execute(bind["id"], headers=headers)
    again = await server.execute(bind["id"], **{**sent, "headers": {**headers, **sent.get("headers", {})}})
    assert (again.status, again.body) == (201, first.body)
    other = await server.execute(
        bind["id"], **{**sent, "headers": {"Idempotency-Key": "l", **sent.get("headers", {})}}
    )
    assert other.status >= 400
    forced = await server.execute(bind["id"], headers={**headers, "Prefer": "code=429"})
    assert forced.status == 429
    strangers = await server.execute(bind["id"], key=None, headers=headers)
    assert strangers.status == 401
