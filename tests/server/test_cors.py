"""Browsers are the API's main callers: any origin may read it, or only those that are named."""

from __future__ import annotations

import pytest

from .conftest import Server, Start

SHOP = "https://shop.example"
ASKING = {"Origin": SHOP, "Access-Control-Request-Method": "POST"}


@pytest.mark.parametrize(
    ("path", "status"), [("/v1/executions", 200), ("/v1/executions/x", 400), ("/nowhere", 404)]
)
async def test_any_origin_may_read_every_answer(server: Server, path: str, status: int) -> None:
    reply = await server.get(path, headers={"Origin": SHOP})
    assert (reply.status, reply.headers["Access-Control-Allow-Origin"]) == (status, "*")
    assert "X-Request-Id" in reply.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in reply.headers


async def test_a_preflight_needs_no_key_and_says_what_may_be_sent(server: Server) -> None:
    reply = await server.send("OPTIONS", "/v1/executions", key=None, headers=ASKING)
    assert (reply.status, reply.body) == (204, b"")
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert reply.headers["Access-Control-Allow-Methods"] == "GET, HEAD, POST"
    allowed = reply.headers["Access-Control-Allow-Headers"].lower().split(", ")
    assert {
        "authorization",
        "content-type",
        "idempotency-key",
        "x-org-id",
        "prefer",
        "x-execmock-scenario",
    } <= set(allowed)
    assert reply.headers["Access-Control-Max-Age"] == "600"


async def test_a_preflight_of_an_unknown_path_is_a_404_and_plain_options_a_405(server: Server) -> None:
    assert (await server.send("OPTIONS", "/nowhere", headers=ASKING)).status == 404
    assert (await server.send("OPTIONS", "/v1/executions", headers={"Origin": SHOP})).status == 405
    assert (await server.send("OPTIONS", "/v1/executions")).status == 405


async def test_named_origins_alone_may_read(mock_server: Start) -> None:
    server = await mock_server(cors_origins=(SHOP, "http://127.0.0.1:3000/"))
    for origin, allowed in (
        (SHOP, SHOP),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("https://evil.example", None),
        (f"{SHOP}.evil.example", None),
        ("null", None),
    ):
        plain = await server.get("/v1/executions", headers={"Origin": origin})
        asked = await server.send("OPTIONS", "/v1/executions", headers={**ASKING, "Origin": origin})
        for reply in (plain, asked):
            assert reply.headers.get("Access-Control-Allow-Origin") == allowed
            assert reply.headers["Vary"] == "Origin"
        assert ("Access-Control-Allow-Methods" in asked.headers) is (allowed is not None)
    assert "Access-Control-Allow-Origin" not in (await server.get("/v1/executions")).headers


async def test_a_page_on_the_web_may_reach_a_mock_on_the_laptop(server: Server) -> None:
    private = {**ASKING, "Access-Control-Request-Private-Network": "true"}
    reply = await server.send("OPTIONS", "/v1/executions", headers=private)
    assert reply.headers["Access-Control-Allow-Private-Network"] == "true"
