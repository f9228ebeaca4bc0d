"""Create, read, list: what a request is held to, what comes back, and that keys make creating safe."""

from __future__ import annotations

import asyncio
import json
from itertools import product
from typing import Any

import pytest

from execmock.core.contract.names import CREATE_BODY
from execmock.core.schema.validator import SchemaValidator
from execmock.loading.contract import shipped_contract

from .conftest import BODY, Server, Start

CONTRACT = shipped_contract()


def fits(operation: str) -> SchemaValidator:
    schema = CONTRACT.operation(operation).success.schema
    assert schema
    return SchemaValidator(CONTRACT.standalone(schema))


async def test_every_success_fits_the_contract(server: Server) -> None:
    created = await server.create({"requestPayload": {"a": 1}, "externalRef": "r"})
    execution = created.data["execution"]["id"]
    for after in (0, 3_000, 4_000, 9_000):
        server.clock.advance(after)
        private = await server.get(f"/v1/executions/{execution}")
        public = await server.get(f"/v1/public/executions/{execution}?token={created.data['clientToken']}")
        assert fits("getExecution").violations(private.json) == []
        assert fits("getPublicExecution").violations(public.json) == []
    assert fits("createExecution").violations(created.json) == []
    assert fits("listExecutions").violations((await server.get("/v1/executions")).json) == []


async def test_an_execution_moves_with_the_clock_and_both_views_agree(server: Server) -> None:
    created = (await server.create()).data
    seen = []
    for _ in range(14):
        private = (await server.get(f"/v1/executions/{created['execution']['id']}")).data
        public = (
            await server.get(
                f"/v1/public/executions/{created['execution']['id']}?token={created['clientToken']}"
            )
        ).data
        item = (await server.get("/v1/executions")).data["items"][0]
        assert private["execution"] == item
        assert private["execution"]["status"] == public["status"]
        assert len(private["events"]) == len(public["events"])
        seen.append(public["status"])
        server.clock.advance(1_000)
    assert list(dict.fromkeys(seen)) == [
        "awaiting_payment",
        "payment_confirmed",
        "workflow_queued",
        "workflow_running",
        "workflow_succeeded",
    ]


async def test_what_was_given_comes_back_exactly(server: Server) -> None:
    payload = {"big": 2**70, "deep": [[["é\0\U0001f600"]]], "float": 0.1, "": None, "zero": 0, "no": False}
    given = {
        "requestPayload": payload,
        "clientSafeMetadata": payload,
        "externalRef": "\0 é",
        "sourceEntityId": "0",
    }
    created = (await server.create(given)).data["execution"]
    read = (await server.get(f"/v1/executions/{created['id']}")).data["execution"]
    assert {name: read[name] for name in given} == given
    assert (read["createdAt"], read["organizationId"][:4]) == ("2026-01-01T09:00:00.000Z", "org_")


async def test_unknown_properties_nulls_and_empty_strings_are_accepted_and_not_shown(server: Server) -> None:
    created = (await server.create({"more": 1, "externalRef": None, "sourceEntityId": ""})).data["execution"]
    assert not created.keys() & {"more", "externalRef", "sourceEntityId"}


@pytest.mark.parametrize(
    ("changes", "places"),
    [
        ({"workflowId": None}, ["body/workflowId"]),
        ({"workflowId": 5, "requestPayload": []}, ["body/requestPayload", "body/workflowId"]),
        ({"clientSafeMetadata": "x"}, ["body/clientSafeMetadata"]),
        ({"idempotencyKey": 7}, ["body/idempotencyKey"]),
        ({"externalRef": {}}, ["body/externalRef"]),
    ],
)
async def test_each_violation_of_a_body_is_named(
    server: Server, changes: dict[str, Any], places: list[str]
) -> None:
    reply = await server.create(changes)
    assert (reply.status, sorted(reply.places)) == (400, places)
    assert all({"expected", "received", "message"} <= entry.keys() for entry in reply.json["details"])


@pytest.mark.parametrize("data", [b"[]", b"3", b'"x"', b"null", b"{}"])
async def test_a_body_that_lacks_everything_is_a_400(server: Server, data: bytes) -> None:
    reply = await server.send("POST", "/v1/executions", data=data)
    assert reply.status == 400
    assert reply.json["details"]


@pytest.mark.parametrize("data", [b"{", b"nope", b'{"a":NaN}', b'"\\ud800"', b"\xff", b"[" * 10_000])
async def test_a_body_that_is_no_json_is_a_400(server: Server, data: bytes) -> None:
    reply = await server.send("POST", "/v1/executions", data=data)
    assert (reply.status, reply.places, reply.json["message"]) == (
        400,
        ["body"],
        "The request body is not JSON",
    )


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "application/jsonx", "multipart/form-data", ""]
)
async def test_another_content_type_is_a_415(server: Server, kind: str) -> None:
    reply = await server.create(headers={"Content-Type": kind})
    assert (reply.status, reply.places) == (415, ["header/Content-Type"])


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "Application/JSON", " application/json ;x=y"]
)
async def test_json_may_have_parameters_and_any_case(server: Server, kind: str) -> None:
    assert (await server.create(headers={"Content-Type": kind})).status == 200


async def test_a_body_over_the_limit_is_a_413(mock_server: Start) -> None:
    server = await mock_server(max_body=200)
    room = 200 - len(json.dumps({**BODY, "externalRef": ""}))
    fitting = {"externalRef": "x" * room}
    assert (await server.create(fitting)).status == 200
    reply = await server.create({"externalRef": "x" * (room + 1)})
    assert (reply.status, reply.places) == (413, ["body"])
    head = b"POST /v1/executions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\nConnection: close\r\n"
    chunked = b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = await server.raw(head + chunked, *[b"64\r\n" + b"x" * 100 + b"\r\n"] * 3, b"0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "name", ["exec_00000000000000000000", "x", "%00", "%F0%9F%98%80", "a%2Fb", "%ff", "..."]
)
async def test_an_unknown_id_is_a_400(server: Server, name: str) -> None:
    reply = await server.get(f"/v1/executions/{name}")
    assert (reply.status, reply.places) == (400, ["path/id"])


async def test_a_known_idempotency_key_finds_the_execution_as_it_is_now(server: Server) -> None:
    first = (await server.create({"idempotencyKey": "k", "requestPayload": {"a": 1, "b": 2}})).data
    server.clock.advance(3_000)
    again = (await server.create({"requestPayload": {"b": 2, "a": 1}, "idempotencyKey": "k", "more": 1})).data
    assert again["clientToken"] == first["clientToken"]
    assert (again["execution"]["id"], again["execution"]["status"]) == (
        first["execution"]["id"],
        "payment_confirmed",
    )
    assert len((await server.get("/v1/executions")).data["items"]) == 1


@pytest.mark.parametrize(
    "change", [{"externalRef": "x"}, {"requestPayload": {"a": 1.0}}, {"workflowId": "wf_other"}]
)
async def test_a_known_idempotency_key_with_another_body_is_refused(
    server: Server, change: dict[str, Any]
) -> None:
    given = {"idempotencyKey": "k", "requestPayload": {"a": 2}}
    await server.create(given)
    reply = await server.create({**given, **change})
    assert (reply.status, reply.places) == (400, ["body/idempotencyKey"])
    assert (await server.create(given)).status == 200


async def test_idempotency_keys_are_compared_exactly_and_belong_to_a_sandbox(server: Server) -> None:
    sandbox = server.engine.sandboxes.make("other")
    await server.engine.sandboxes.add(sandbox, [("b3sk_other", "read-write")])
    pairs = [("k", "b3sk_test"), ("K", "b3sk_test"), ("k ", "b3sk_test"), ("k", "b3sk_other")]
    made = [
        (await server.create({"idempotencyKey": name}, key=key)).data["execution"]["id"]
        for name, key in pairs
    ]
    assert len(set(made)) == 4


async def test_a_refused_create_is_not_remembered_and_an_empty_key_is_none(server: Server) -> None:
    assert (await server.create({"idempotencyKey": "k", "workflowId": 5})).status == 400
    assert (await server.create({"idempotencyKey": "k"})).status == 200
    made = [(await server.create({"idempotencyKey": ""})).data["execution"]["id"] for _ in range(2)]
    assert len(set(made)) == 2


async def test_32_concurrent_creates_with_one_key_make_one_execution(server: Server) -> None:
    replies = await asyncio.gather(*(server.create({"idempotencyKey": "k"}) for _ in range(32)))
    assert len({(reply.data["execution"]["id"], reply.data["clientToken"]) for reply in replies}) == 1
    assert len((await server.get("/v1/executions")).data["items"]) == 1


async def test_request_ids_are_unique_and_in_head_and_body(server: Server) -> None:
    replies = [await server.create(), await server.get("/v1/executions"), await server.get("/nowhere")]
    assert [reply.headers["X-Request-Id"] for reply in replies] == [
        reply.json["requestId"] for reply in replies
    ]
    assert len({reply.json["requestId"] for reply in replies}) == 3


async def test_a_page_is_exact_at_every_boundary(server: Server) -> None:
    """Newest first, hasMore only where more follows, nothing twice and nothing left out."""
    made: list[str] = []
    for size in range(4):
        newest_first = made[::-1]
        for limit, offset in product(range(1, 6), range(6)):
            page = (await server.get(f"/v1/executions?limit={limit}&offset={offset}")).data
            assert [item["id"] for item in page["items"]] == newest_first[offset : offset + limit]
            assert page["hasMore"] is (offset + limit < size)
            assert (page["limit"], page["offset"]) == (limit, offset)
        made.append((await server.create()).data["execution"]["id"])


async def test_a_page_is_20_long_and_starts_at_0_unless_told_otherwise_and_100_at_most(
    server: Server,
) -> None:
    for _ in range(101):
        await server.create()
    plain = (await server.get("/v1/executions")).data
    assert (len(plain["items"]), plain["limit"], plain["offset"], plain["hasMore"]) == (20, 20, 0, True)
    for limit in (100, 101, 10**6, 2**63 - 1):
        page = (await server.get(f"/v1/executions?limit={limit}")).data
        assert (len(page["items"]), page["limit"], page["hasMore"]) == (100, 100, True)
    last = (await server.get("/v1/executions?limit=100&offset=1")).data
    assert (len(last["items"]), last["hasMore"]) == (100, False)
    far = (await server.get(f"/v1/executions?offset={2**63 - 1}")).data
    assert (far["items"], far["hasMore"], far["offset"]) == ([], False, 2**63 - 1)


@pytest.mark.parametrize("name", ["limit", "offset"])
@pytest.mark.parametrize(
    "value",
    [
        "",
        "x",
        "-1",
        "1.5",
        "1e2",
        "+1",
        "%201",
        "0x10",
        "1_0",
        "%D9%A1",
        "true",
        str(2**63),
        "9" * 100,
        "9" * 4_001,
        "%ff",
        "1%00",
    ],
)
async def test_a_limit_or_offset_that_is_no_integer_in_range_is_a_400(
    server: Server, name: str, value: str
) -> None:
    reply = await server.get(f"/v1/executions?{name}={value}")
    assert (reply.status, reply.places) == (400, [f"query/{name}"])


async def test_a_limit_of_0_and_a_parameter_given_twice_are_refused_and_others_ignored(
    server: Server,
) -> None:
    assert (await server.get("/v1/executions?limit=0")).places == ["query/limit"]
    assert (await server.get("/v1/executions?offset=1&offset=1&limit=x")).places == [
        "query/limit",
        "query/offset",
    ]
    assert (await server.get("/v1/executions?page=2&limit=3&&x")).data["limit"] == 3


async def test_a_poll_trigger_counts_private_and_public_reads_but_no_lists(
    mock_server: Start, tmp_path: Any
) -> None:
    steps = "  - {status: workflow_queued, next: {polls: 2}}\n  - status: workflow_failed\n"
    (tmp_path / "polled.yaml").write_text(f"scenario: polled\nsteps:\n{steps}")
    server = await mock_server(scenarios=(tmp_path,), scenario="polled")
    created = (await server.create({"workflowId": "wf_any"})).data
    name, token = created["execution"]["id"], created["clientToken"]
    seen = [(await server.get("/v1/executions")).data["items"][0]["status"] for _ in range(3)]
    seen.append((await server.get(f"/v1/executions/{name}")).data["execution"]["status"])
    seen.append((await server.get(f"/v1/public/executions/{name}?token={token}")).data["status"])
    assert set(seen) == {"workflow_queued"}
    assert (await server.get("/v1/executions")).data["items"][0]["status"] == "workflow_failed"


async def test_the_same_seed_and_clock_give_the_same_bytes(mock_server: Start) -> None:
    def sent(server: Server) -> Any:
        return [server.create(), server.create({"workflowId": "wf_flaky"}), server.get("/v1/executions")]

    first, second, third = [await mock_server(seed=seed) for seed in (1, 1, 2)]
    bodies = [[(await request).body for request in sent(server)] for server in (first, second, third)]
    assert bodies[0] == bodies[1] != bodies[2]


def test_the_body_of_these_tests_is_the_least_that_is_accepted() -> None:
    assert set(BODY) == set(CONTRACT.schema(CREATE_BODY)["required"])
