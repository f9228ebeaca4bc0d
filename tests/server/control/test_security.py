"""Who may use the control API: this machine, or whoever holds the key; never a page on the web."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import AsyncExitStack
from typing import Any

import pytest

from execmock.errors import ConfigError
from execmock.server.control.access import is_loopback
from execmock.server.http.listener import Listener, bind
from execmock.server.serve import serve
from execmock.settings import ServeSettings

ANY = "0.0.0.0"  # noqa: S104 - refused, which is what is tested
OPERATIONS = [
    ("GET", "/health"),
    ("GET", "/clock"),
    ("PUT", "/clock"),
    ("POST", "/sandboxes"),
    ("GET", "/snapshot"),
    ("GET", "/journal"),
    ("GET", "/stream"),
    ("DELETE", "/sandboxes/default"),
]


@pytest.mark.parametrize("host", ["127.0.0.1:4010", "localhost", "LocalHost:80", "[::1]:4010", "127.8.9.1"])
async def test_a_host_that_is_this_machine_is_let_in(control: Any, host: str) -> None:
    assert (await control.send("GET", "/clock", headers={"Host": host})).status == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:4010", "localhost.evil.example", "127.0.0.1.evil.example"),
        *("192.168.1.5", ANY, "[::1", "a@127.0.0.1:x:y", "", "127.0.0.1@evil.example"),
    ],
)
async def test_a_name_that_was_made_to_lead_here_is_kept_out(control: Any, host: str) -> None:
    """DNS rebinding: a page's own name resolves to this machine, and the browser sends that name."""
    for method, path in OPERATIONS:
        error = await control.refused(403, method, path, headers={"Host": host})
        assert error["details"][0]["location"] == "header/Host"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://[::1", ""])
async def test_a_page_of_another_origin_is_kept_out(control: Any, origin: str) -> None:
    for method, path in OPERATIONS:
        error = await control.refused(403, method, path, headers={"Origin": origin})
        assert error["details"][0]["location"] == "header/Origin"


async def test_the_servers_own_page_is_let_in(control: Any) -> None:
    headers = {"Origin": control.server.url}
    assert (await control.send("GET", "/clock", headers=headers)).status == 200


async def test_a_browsers_preflight_gets_no_permission(control: Any) -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "PUT"}
    reply = await control.send("OPTIONS", "/clock", headers=headers)
    assert reply.status in (403, 405)
    assert not [name for name in reply.headers if name.lower().startswith("access-control")]


async def test_no_answer_carries_cors_headers(control: Any) -> None:
    headers = {"Origin": control.server.url}
    for method, path in [
        *OPERATIONS[:-2],
        ("GET", "/nothing"),
        ("GET", "/openapi.yaml"),
        ("GET", "/openapi.json"),
    ]:
        reply = await control.send(method, path, headers=headers)
        assert not [name for name in reply.headers if name.lower().startswith("access-control")], path


async def test_with_a_key_nothing_is_done_without_it(controlled: Any) -> None:
    control = await controlled(control_key="control-key")
    for method, path in set(OPERATIONS) - {("GET", "/health")}:
        for header in (None, "Bearer wrong", "Bearer", "Basic control-key", "control-key", "Bearer \u00fc"):
            headers = {} if header is None else {"Authorization": header}
            reply = await control.send(method, path, headers=headers)
            assert (reply.status, reply.headers.get("WWW-Authenticate")) == (401, "Bearer")
            assert "control-key" not in reply.body.decode()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_health_is_told_without_the_key_and_holds_no_secret(controlled: Any, method: str) -> None:
    control = await controlled(control_key="control-key", keys=(("b3sk_one", "read"),), auth="strict")
    reply = await control.server.send(
        method, "/_execmock/health", key=None, headers={"Host": "10.0.0.7:4010"}
    )
    assert reply.status == 200
    assert b"control-key" not in reply.body
    assert b"b3sk_one" not in reply.body
    assert method == "HEAD" or reply.json["auth"] == "strict"
    await control.refused(401, "POST", "/health")
    await control.refused(401, "GET", "/health/")
    await control.refused(403, "GET", "/health", headers={"Origin": "https://evil.example"})


async def test_with_the_key_any_host_will_do(controlled: Any) -> None:
    control = await controlled(control_key="control-key")
    headers = {"Authorization": "bearer control-key", "Host": "mock.internal:4010"}
    assert (await control.send("GET", "/clock", headers=headers)).status == 200


async def test_a_key_does_not_let_pages_of_other_origins_in(controlled: Any) -> None:
    control = await controlled(control_key="control-key")
    headers = {"Authorization": "Bearer control-key", "Origin": "https://evil.example"}
    await control.refused(403, "GET", "/clock", headers=headers)


async def test_a_key_of_the_api_is_no_control_key(controlled: Any) -> None:
    control = await controlled(control_key="control-key", keys=(("b3sk_api", "read-write"),))
    await control.refused(401, "GET", "/clock", key="b3sk_api")


HEAD = b"PUT /_execmock/snapshot HTTP/1.1\r\nHost: %b\r\nContent-Length: %d\r\n\r\n"


async def answered(control: Any, head: bytes) -> bytes:
    """Return the answer to a request of which only the head is sent."""
    host, port = control.server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(head)
    answer = await asyncio.wait_for(reader.readuntil(b"}"), 30)
    writer.close()
    await writer.wait_closed()
    return answer


async def test_who_is_kept_out_is_answered_before_the_body_comes(control: Any) -> None:
    """A request that announces 200 MB and sends none of it."""
    head = HEAD % (b"evil.example", 200000000)
    assert (await answered(control, head)).startswith(b"HTTP/1.1 403 ")


async def test_a_body_over_any_snapshots_size_is_refused_in_the_error_form(control: Any) -> None:
    head = HEAD % (b"localhost", 300000000)
    answer = await answered(control, head)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"requestId":"req_' in answer


async def test_unknown_paths_and_methods_get_the_error_form(control: Any) -> None:
    await control.refused(404, "GET", "/nothing")
    error = await control.refused(405, "PATCH", "/clock")
    assert error["details"][0]["expected"] == "GET or PUT"
    await control.refused(415, "PUT", "/clock", data=b"{}", headers={"Content-Type": "text/plain"})
    await control.refused(400, "PUT", "/clock", data=b"{")


async def test_it_shows_its_own_contract(control: Any) -> None:
    text = (await control.send("GET", "/openapi.yaml")).body.decode()
    assert text.startswith("openapi: 3.1.0\n")
    assert "/_execmock/clock" in (await control.send("GET", "/openapi.json")).json["paths"]
    assert (await control.get("/health"))["status"] == "ok"


async def test_on_a_port_of_its_own_it_is_there_alone(control: Any) -> None:
    mock = control.server.mock
    async with AsyncExitStack() as stack:
        urls = []
        for dispatcher in (mock.dispatcher(control=False), mock.dispatcher((), control=True)):
            listener = Listener(dispatcher, bind("127.0.0.1", 0))
            await listener.start()
            stack.push_async_callback(listener.stop)
            urls.append(listener.url)
        session = control.server._session
        answers = {
            (where, path): (await session.get(url + path, headers={"Authorization": "Bearer b3sk_x"})).status
            for where, url in zip(("api", "control"), urls, strict=True)
            for path in ("/_execmock/clock", "/_execmock/stream?sandbox=none", "/v1/executions")
        }
    assert answers == {
        ("api", "/_execmock/clock"): 404,
        ("api", "/_execmock/stream?sandbox=none"): 404,
        ("api", "/v1/executions"): 200,
        ("control", "/_execmock/clock"): 200,
        ("control", "/_execmock/stream?sandbox=none"): 404,
        ("control", "/v1/executions"): 404,
    }


@pytest.mark.parametrize("host", [ANY, "::", "", "192.168.1.5", "mock.internal"])
def test_an_address_that_others_reach_needs_a_key(host: str) -> None:
    with pytest.raises(ConfigError, match="expected --control-key KEY too"):
        serve(ServeSettings(host=host, port=0))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.1.2.3"])
def test_an_address_of_this_machine_alone_needs_none(host: str) -> None:
    assert is_loopback(host)


async def test_the_command_ends_with_2_and_one_sentence() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "execmock", "serve", "--host", ANY, "--port", "0"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert (process.returncode, out) == (2, b"")
    (line,) = err.decode().splitlines()
    assert line.endswith("expected --control-key KEY too")
