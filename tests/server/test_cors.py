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


TRACING = "authorization,baggage,content-type,sentry-trace,traceparent,x-b3-traceid"


@pytest.mark.parametrize(
    "path", ["/v1/executions", "/v1/executions/x", "/nowhere", "/docs/", "/openapi.json"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PROPFIND"])
@pytest.mark.parametrize("named", [(), (SHOP,)])
async def test_a_preflight_grants_what_it_asks_for_on_every_path(
    mock_server: Start, path: str, method: str, named: tuple[str, ...]
) -> None:
    server = await mock_server(**({"cors_origins": named} if named else {}))
    asking = {
        "Origin": SHOP,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": TRACING,
    }
    reply = await server.send("OPTIONS", path, key=None, headers=asking)
    assert (reply.status, reply.body) == (204, b"")
    assert method in reply.headers["Access-Control-Allow-Methods"].split(", ")
    assert set(TRACING.split(",")) <= set(reply.headers["Access-Control-Allow-Headers"].lower().split(", "))
    assert reply.headers.get("Access-Control-Allow-Credentials") == ("true" if named else None)
    vary = reply.headers["Vary"].split(", ")
    assert {"Access-Control-Request-Method", "Access-Control-Request-Headers"} <= set(vary)


async def test_the_control_api_grants_no_preflight(server: Server) -> None:
    reply = await server.send("OPTIONS", "/_execmock/health", headers=ASKING)
    assert reply.status == 403
    assert not [name for name in reply.headers if name.lower().startswith("access-control")]


async def test_what_is_no_name_of_a_header_is_not_granted(server: Server) -> None:
    asking = {**ASKING, "Access-Control-Request-Headers": "x-a, (b), \u00e9, ,x-c"}
    reply = await server.send("OPTIONS", "/v1/executions", headers=asking)
    allowed = reply.headers["Access-Control-Allow-Headers"].split(", ")
    assert (reply.status, {"x-a", "x-c"} <= set(allowed)) == (204, True)
    assert all(name.isascii() and name for name in allowed)


async def test_options_that_are_no_preflight_are_a_405(server: Server) -> None:
    assert (await server.send("OPTIONS", "/v1/executions", headers={"Origin": SHOP})).status == 405
    assert (await server.send("OPTIONS", "/v1/executions")).status == 405


@pytest.mark.parametrize(
    "name",
    ["X-Execmock-Warning", "X-Execmock-Fault", "WWW-Authenticate", "Retry-After", "RateLimit-Remaining"],
)
async def test_a_page_may_read_the_headers_that_say_what_to_do(server: Server, name: str) -> None:
    exposed = (await server.get("/v1/executions")).headers["Access-Control-Expose-Headers"]
    assert name in exposed.split(", ")


@pytest.mark.parametrize(
    ("named", "origin", "exact", "allowed"),
    [
        ("http://localhost:3000", "http://127.0.0.1:3000", False, True),
        ("http://127.0.0.1:3000", "http://localhost:3000", False, True),
        ("http://localhost:3000", "http://[::1]:3000", False, True),
        ("http://localhost:3000", "http://127.0.0.1:3001", False, False),
        ("http://localhost:3000", "https://127.0.0.1:3000", False, False),
        ("http://localhost:3000", "http://localhost.evil.example:3000", False, False),
        ("http://localhost:3000", "http://127.0.0.1:3000", True, False),
        ("http://localhost:3000", "http://localhost:3000", True, True),
        ("http://localhost", "http://127.0.0.1", False, True),
        ("http://LocalHost:80/", "http://localhost", False, True),
        ("https://Shop.Example:443", SHOP, False, True),
    ],
)
async def test_the_names_of_this_machine_are_one_origin_unless_told_otherwise(
    mock_server: Start, named: str, origin: str, exact: bool, allowed: bool
) -> None:
    server = await mock_server(cors_origins=(named,), cors_exact=exact)
    for method in ("GET", "OPTIONS"):
        reply = await server.send(method, "/v1/executions", headers={**ASKING, "Origin": origin})
        assert reply.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
        assert ("Access-Control-Allow-Credentials" in reply.headers) is allowed


async def test_a_named_origin_among_all_may_send_credentials(mock_server: Start) -> None:
    server = await mock_server(cors_origins=("*", SHOP))
    own = await server.get("/v1/executions", headers={"Origin": SHOP})
    other = await server.get("/v1/executions", headers={"Origin": "https://other.example"})
    assert (own.headers["Access-Control-Allow-Origin"], own.headers["Access-Control-Allow-Credentials"]) == (
        SHOP,
        "true",
    )
    assert other.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in other.headers
    assert own.headers["Vary"] == other.headers["Vary"] == "Origin"


async def test_the_log_marks_preflights_and_the_origins_that_were_refused(
    mock_server: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    server = await mock_server(cors_origins=(SHOP,), quiet=False)
    evil = {**ASKING, "Origin": "https://evil.example"}
    await server.send("OPTIONS", "/v1/executions", headers=ASKING)
    await server.send("OPTIONS", "/v1/executions", headers=evil)
    await server.get("/v1/executions", headers=evil)
    await server.get("/v1/executions", headers={"Origin": SHOP})
    await server.get("/v1/executions")
    server.mock.log.flush()
    granted, refused, read, allowed, plain = capsys.readouterr().out.splitlines()
    assert granted.endswith("  preflight")
    assert "preflight: origin 'https://evil.example' refused, which no --cors-origin names" in refused
    assert read.endswith("  origin 'https://evil.example' refused, which no --cors-origin names")
    assert allowed.endswith("listExecutions")
    assert plain.endswith("listExecutions")


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
            assert reply.headers["Vary"].split(", ")[0] == "Origin"
        assert ("Access-Control-Allow-Methods" in asked.headers) is (allowed is not None)
    assert "Access-Control-Allow-Origin" not in (await server.get("/v1/executions")).headers


async def test_a_page_on_the_web_may_reach_a_mock_on_the_laptop(server: Server) -> None:
    private = {**ASKING, "Access-Control-Request-Private-Network": "true"}
    reply = await server.send("OPTIONS", "/v1/executions", headers=private)
    assert reply.headers["Access-Control-Allow-Private-Network"] == "true"
