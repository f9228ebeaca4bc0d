"""`serve --upstream`: the contract's paths are the mock's, all others a real service's."""

from __future__ import annotations

import io
from typing import Any

from tests.proxy.parties import says, upstream

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
    answer = await server.get("/v1/orders")
    assert (answer.status, answer.json["message"]) == (502, f"{url} gave no answer: Connection refused")
    assert (await server.get("/v1/executions")).status == 200


def test_the_banner_says_where_other_paths_go() -> None:
    contract = shipped_contract()
    urls = dict.fromkeys(contract.operations, "http://a")
    assert "passed on to http://b" in banner(
        contract, [], urls, "", "http://a", ServeSettings(upstream="http://b")
    )
