"""Who may do what: bearer keys, their scopes and sandboxes, and the public token."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from .conftest import Server, Start

STRICT = {"auth": "strict", "keys": (("b3sk_rw", "read-write"), ("b3sk_ro", "read"))}
PROTECTED = [
    ("POST", "/v1/executions"),
    ("GET", "/v1/executions"),
    ("GET", "/v1/executions/x"),
    ("POST", "/api/v1/workflows/workflow_15/execute"),
]


@pytest.mark.parametrize(("method", "path"), PROTECTED)
@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic b3sk_rw", "b3sk_rw", "b3sk_rw Bearer"]
)
async def test_without_a_bearer_key_it_is_a_401(
    server: Server, method: str, path: str, header: str | None
) -> None:
    headers = {} if header is None else {"Authorization": header}
    reply = await server.send(method, path, {}, key=None, headers=headers)
    assert (reply.status, reply.headers["WWW-Authenticate"], reply.json["code"]) == (401, "Bearer", 401)
    assert b"b3sk_rw" not in reply.body


@pytest.mark.parametrize("header", ["Bearer any", "bearer any", "BEARER  any "])
async def test_open_takes_any_key_for_reading_and_writing(server: Server, header: str) -> None:
    reply = await server.create(key=None, headers={"Authorization": header})
    assert reply.status == 200


async def test_strict_takes_configured_keys_alone(mock_server: Start) -> None:
    server = await mock_server(**STRICT)
    assert (await server.create(key="b3sk_rw")).status == 200
    reply = await server.create(key="b3sk_other")
    assert (reply.status, reply.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert b"b3sk_other" not in reply.body


async def test_a_key_that_may_only_read_cannot_create(mock_server: Start) -> None:
    server = await mock_server(**STRICT)
    reply = await server.create(key="b3sk_ro")
    assert (reply.status, reply.places) == (403, ["header/Authorization"])
    assert (await server.get("/v1/executions", key="b3sk_ro")).data["items"] == []
    created = (await server.create(key="b3sk_rw")).data["execution"]["id"]
    assert (await server.get(f"/v1/executions/{created}", key="b3sk_ro")).status == 200


async def test_who_created_an_execution_is_told_without_giving_the_key_away(server: Server) -> None:
    first, second = [(await server.create(key=key)).data["execution"] for key in ("b3sk_one", "b3sk_two")]
    assert first["initiatedByType"] == "api_key"
    assert first["initiatedById"] != second["initiatedById"]
    assert "b3sk" not in str(first)


async def other_sandbox(server: Server) -> None:
    sandbox = server.engine.sandboxes.make("other")
    await server.engine.sandboxes.add(replace(sandbox), [("b3sk_other", "read-write")])


async def test_another_organizations_execution_is_answered_like_an_unknown_one(server: Server) -> None:
    await other_sandbox(server)
    created = (await server.create(key="b3sk_other")).data["execution"]
    names = (created["id"], "exec_" + "0" * 20)
    replies = [await server.get(f"/v1/executions/{name}") for name in names]
    assert [reply.status for reply in replies] == [400, 400]
    told = [reply.body.decode().replace(name, "ID") for reply, name in zip(replies, names, strict=True)]
    assert (
        len({text.replace(reply.json["requestId"], "") for text, reply in zip(told, replies, strict=True)})
        == 1
    )
    assert (await server.get("/v1/executions")).data["items"] == []
    assert len((await server.get("/v1/executions", key="b3sk_other")).data["items"]) == 1


async def test_a_foreign_organization_header_is_ignored_and_never_opens_anything(server: Server) -> None:
    await other_sandbox(server)
    foreign = (await server.create(key="b3sk_other")).data["execution"]["organizationId"]
    reply = await server.get("/v1/executions", headers={"X-Org-ID": foreign})
    assert reply.data["items"] == []


async def test_a_key_whose_sandbox_is_gone_opens_nothing(server: Server) -> None:
    await other_sandbox(server)
    await server.engine.sandboxes.delete("other")
    assert (await server.get("/v1/executions", key="b3sk_other")).status == 401


async def tokens(server: Server) -> dict[str, Any]:
    first, second = [(await server.create()).data for _ in range(2)]
    return {
        "id": first["execution"]["id"],
        "token": first["clientToken"],
        "other": second["clientToken"],
        "other id": second["execution"]["id"],
    }


async def test_its_own_token_opens_the_public_view_whatever_authorization_says(server: Server) -> None:
    made = await tokens(server)
    for key in (None, "b3sk_test", "nonsense"):
        reply = await server.get(f"/v1/public/executions/{made['id']}?token={made['token']}", key=key)
        assert reply.data["id"] == made["id"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("{id}?token={other}", 401),
        ("{other id}?token={token}", 401),
        ("exec_00000000000000000000?token={token}", 401),
        ("nonsense?token={token}", 401),
        ("%00%ff?token={token}", 401),
        ("{id}?token=x", 401),
        ("{id}?token=%ff%00", 401),
        ("{id}?token={token}x", 401),
        ("{id}", 400),
        ("{id}?token=", 400),
        ("{id}?token", 400),
        ("{id}?Token={token}", 400),
        ("{id}?token={token}&token={token}", 400),
    ],
)
async def test_any_other_token_gets_one_answer_and_a_missing_one_another(
    server: Server, path: str, status: int
) -> None:
    made = await tokens(server)
    wrong = await server.get(f"/v1/public/executions/{made['id']}?token=wrong", key=None)
    reply = await server.get(f"/v1/public/executions/{path.format_map(made)}", key=None)
    assert reply.status == status
    if status == 401:
        assert {**reply.json, "requestId": ""} == {**wrong.json, "requestId": ""}
    else:
        assert reply.places == ["query/token"]


async def test_a_token_is_shown_at_creation_and_never_again(server: Server) -> None:
    created = (await server.create({"idempotencyKey": "k"})).data
    path = f"/v1/executions/{created['execution']['id']}"
    for reply in (
        await server.get(path),
        await server.get("/v1/executions"),
        await server.get(f"/v1/public{path[3:]}?token={created['clientToken']}"),
    ):
        assert created["clientToken"].encode() not in reply.body
