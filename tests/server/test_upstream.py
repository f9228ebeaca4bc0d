"""`serve --upstream`: the contract's paths are the mock's, all others a real service's."""

from __future__ import annotations

import asyncio
import io
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme
from tests.proxy.parties import connect, says, upstream

from execmock.errors import ConfigError
from execmock.loading.contract import shipped_contract
from execmock.server.banner import banner
from execmock.settings import ServeSettings

ANSWER = b"HTTP/1.1 203 So They Say\r\nX-Theirs: 1\r\nContent-Length: 2\r\n\r\nhi"


async def test_what_the_contract_does_not_know_is_passed_on_logged_and_kept(mock_server: Any) -> None:
    asked: list[bytes] = []
    async with upstream(says(ANSWER, ANSWER, asked=asked)) as url:
        server = await mock_server(upstream=url, quiet=False)
        server.mock.log._stream = log = io.StringIO()
        passed = await server.raw(
            b"POST /v1/orders?a=1 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer b3sk_test\r\n"
            b"Content-Length: 4\r\nConnection: close\r\n\r\nbody"
        )
        assert passed.replace(b"Connection: close\r\n", b"") == ANSWER
        assert asked[0].startswith(b"POST /v1/orders?a=1 HTTP/1.1\r\n")
        assert asked[0].endswith(b"\r\n\r\nbody")
        assert (await server.get("/v1/executions")).data["items"] == []
        assert (await server.send("PUT", "/v1/executions")).status == 405
        server.mock.log.flush()
        kept = (await server.get("/_execmock/journal")).json["entries"]
    assert len(asked) == 1
    assert f"passed on to {url}" in log.getvalue()
    found = [(each["method"], each["path"], each["status"]) for each in kept]
    assert found[0] == ("POST", "/v1/orders", 203)


async def test_an_upstream_that_is_away_is_a_502_in_the_api_s_form(mock_server: Any) -> None:
    async with upstream(says()) as url:
        server = await mock_server(upstream=url)
    answer = await server.send("GET", "/v1/orders", headers={"Origin": "http://page.test"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"  # a page can read what is wrong
    assert (answer.status, answer.json["message"]) == (502, f"{url} gave no answer: Connection refused")
    assert (await server.get("/v1/executions")).status == 200


async def test_a_client_that_goes_away_ends_its_request_at_the_upstream(mock_server: Any) -> None:
    asked, ended = asyncio.Event(), asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        asked.set()
        assert await reader.read() == b""
        ended.set()

    async with upstream(talk) as url:
        server = await mock_server(upstream=url, quiet=False)
        server.mock.log._stream = log = io.StringIO()
        _, writer = await connect(server.url)
        writer.write(b"GET /v1/orders HTTP/1.1\r\nHost: a\r\n\r\n")
        await asyncio.wait_for(asked.wait(), 60)
        writer.close()
        await asyncio.wait_for(ended.wait(), 60)
        assert (await server.get("/v1/executions")).status == 200
        server.mock.log.flush()
    assert f"passed on to {url}; the client went away" in log.getvalue()


async def test_an_upstream_may_have_a_certificate_of_its_own_and_ask_for_one(
    mock_server: Any, tmp_path: Path
) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    shown = authority.issue_cert("client.test")
    texts = {
        "ca": authority.cert_pem,
        "cert": trustme.Blob(b"".join(each.bytes() for each in shown.cert_chain_pems)),
        "key": shown.private_key_pem,
    }
    files = {f"upstream_{name}": tmp_path / f"{name}.pem" for name in texts}
    for name, text in texts.items():
        text.write_to_path(str(files[f"upstream_{name}"]))
    own = {name: files[name] for name in ("upstream_cert", "upstream_key")}
    async with upstream(says(ANSWER), context) as url:
        for options in (files, {**own, "upstream_insecure": True}):
            assert (await (await mock_server(upstream=url, **options)).get("/v1/orders")).status == 203
        untrusted = await (await mock_server(upstream=url, **own)).get("/v1/orders")
        assert untrusted.status == 502
        assert "its certificate is not trusted" in untrusted.json["message"]


async def test_an_upstream_is_reached_by_the_http_proxy_of_the_environment(
    mock_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []
    async with upstream(says(ANSWER, asked=asked)) as url:
        monkeypatch.setenv("http_proxy", url)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        server = await mock_server(upstream="http://shop.test:81")
        assert (await server.get("/v1/orders")).status == 203
    assert asked[0].startswith(b"GET http://shop.test:81/v1/orders HTTP/1.1\r\n")


def test_what_is_said_of_an_upstream_needs_one() -> None:
    with pytest.raises(ConfigError, match="--upstream-insecure is for an upstream"):
        ServeSettings(upstream_insecure=True)
    with pytest.raises(ConfigError, match="key of no certificate; expected --upstream-cert"):
        ServeSettings(upstream="https://a", upstream_key=Path("key.pem"))


def test_the_banner_says_where_other_paths_go() -> None:
    contract = shipped_contract()
    urls = dict.fromkeys(contract.operations, "http://a")
    assert "passed on to http://b" in banner(
        contract, [], urls, "", "http://a", ServeSettings(upstream="http://b")
    )
