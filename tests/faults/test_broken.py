"""Answers that break at the socket or in their bytes, as a client sees them that reads the bytes itself."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from pathlib import Path
from typing import Any, get_args

import pytest
from tests.faults.conftest import BODY, Raw, raw

from execmock.core.fault_effect_source import BrokenHow

LIST = "/v1/executions?limit=2"


async def broken(control: Any, add: Any, how: Any) -> tuple[Raw, Raw]:
    """Return the answer to the same list without and with a fault."""
    await control.create("wf_free_happy_path")
    whole = await asyncio.to_thread(raw, control.server.url, LIST)
    await add({"operation": "listExecutions", "broken": how})
    return whole, await asyncio.to_thread(raw, control.server.url, LIST)


def length(answer: Raw) -> int:
    (declared,) = answer.headers("Content-Length")
    return int(declared)


@pytest.mark.parametrize(
    ("how", "end"), [("reset", "RST"), ("close", "FIN"), ("lost", "FIN"), ("lost-reset", "RST")]
)
async def test_no_answer_comes(control: Any, add: Any, how: str, end: str) -> None:
    await add({"operation": "createExecution", "broken": how})
    answer = await asyncio.to_thread(raw, control.server.url, "/v1/executions", json.dumps(BODY).encode())
    assert answer == Raw(b"", end)
    made = (await control.server.get("/v1/executions")).data["items"]
    assert len(made) == (how.startswith("lost"))
    (entry, _) = (await control.get("/journal"))["entries"]
    assert entry["faults"] == [f"broken-{how}"]


async def test_a_lost_create_is_found_by_its_idempotency_key(control: Any, add: Any) -> None:
    await add({"operation": "createExecution", "broken": "lost", "times": 1})
    body = json.dumps({**BODY, "idempotencyKey": "k"}).encode()
    assert (await asyncio.to_thread(raw, control.server.url, "/v1/executions", body)).received == b""
    again = await asyncio.to_thread(raw, control.server.url, "/v1/executions", body)
    (item,) = (await control.server.get("/v1/executions")).data["items"]
    assert json.loads(again.body)["data"]["execution"]["id"] == item["id"]


async def test_a_reset_comes_in_the_middle_of_the_body(control: Any, add: Any) -> None:
    whole, answer = await broken(control, add, "reset-during")
    assert (answer.status, answer.end) == (200, "RST")
    assert len(answer.body) < length(answer)
    assert len(whole.body) == length(whole)


async def test_a_reset_comes_after_the_whole_answer(control: Any, add: Any) -> None:
    _, answer = await broken(control, add, "reset-after")
    assert (len(answer.body), answer.end) == (length(answer), "RST")
    assert json.loads(answer.body)["message"] == "success"


@pytest.mark.parametrize(("how", "sign"), [("short-body", -1), ("long-body", 1)])
async def test_a_body_is_not_as_long_as_it_says(control: Any, add: Any, how: str, sign: int) -> None:
    _, answer = await broken(control, add, how)
    assert (len(answer.body) - length(answer)) * sign > 0
    assert answer.end == "FIN"


async def test_chunks_end_without_the_last_one(control: Any, add: Any) -> None:
    _, answer = await broken(control, add, "no-last-chunk")
    size, _, rest = answer.body.partition(b"\r\n")
    assert answer.headers("Transfer-Encoding") == ["chunked"]
    assert answer.headers("Content-Length") == []
    assert len(rest) == int(size, 16) + 2
    assert (answer.end, answer.body[-5:] == b"0\r\n\r\n") == ("FIN", False)


async def test_an_answer_without_an_end_ends_at_its_size(control: Any, add: Any) -> None:
    _, answer = await broken(control, add, {"how": "endless", "bytes": 300_000})
    assert 300_000 < len(answer.body) < 340_000
    assert (answer.end, answer.body.endswith(b"0\r\n\r\n")) == ("FIN", False)


async def test_an_answer_without_an_end_ends_when_the_client_leaves(control: Any, add: Any) -> None:
    await add({"operation": "listExecutions", "broken": {"how": "endless", "bytes": 1 << 40}})
    before = len(asyncio.all_tasks())
    host, port = control.server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET /v1/executions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer b3sk_test\r\n\r\n")
    assert len(await reader.readexactly(1 << 20)) == 1 << 20
    writer.transport.abort()
    # The server runs in this loop: what still wrote the answer would be a task more.
    for _ in range(2000):
        if len(asyncio.all_tasks()) <= before:
            break
        await control.get("/health")
    assert len(asyncio.all_tasks()) <= before


async def test_bytes_are_not_what_they_say(control: Any, add: Any) -> None:
    _, cut = await broken(control, add, "malformed-json")
    assert (len(cut.body), cut.headers("Content-Type")) == (length(cut), ["application/json"])
    with pytest.raises(json.JSONDecodeError):
        json.loads(cut.body)
    await control.delete("/faults")
    _, text = await broken(control, add, "truncated-utf8")
    with pytest.raises(UnicodeDecodeError):
        text.body.decode()
    await control.delete("/faults")
    _, packed = await broken(control, add, "no-gzip")
    assert packed.headers("Content-Encoding") == ["gzip"]
    with pytest.raises((gzip.BadGzipFile, zlib.error)):
        gzip.decompress(packed.body)


@pytest.mark.parametrize(
    ("how", "media_type"),
    [("wrong-type", "text/html; charset=utf-8"), ("wrong-charset", "application/json; charset=utf-16")],
)
async def test_headers_lie(control: Any, add: Any, how: str, media_type: str) -> None:
    whole, answer = await broken(control, add, how)
    assert answer.headers("Content-Type") == [media_type]
    assert json.loads(answer.body)["data"] == json.loads(whole.body)["data"]


async def test_there_are_too_many_headers(control: Any, add: Any) -> None:
    _, double = await broken(control, add, "double-headers")
    assert [len(double.headers(name)) for name in ("Content-Type", "X-Request-Id", "Cache-Control")] == [
        2,
        2,
        2,
    ]
    await control.delete("/faults")
    _, many = await broken(control, add, "many-headers")
    assert len(many.head.split(b"\r\n")) > 100
    assert json.loads(many.body)["message"] == "success"


def test_every_way_is_tried_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert [how for how in get_args(BrokenHow) if f'"{how}"' not in text] == []


async def test_a_request_asks_for_faults_itself(control: Any) -> None:
    server = control.server
    down = await server.get("/v1/executions", headers={"X-Execmock-Fault": "gateway-down"})
    assert (down.status, down.headers["X-Execmock-Fault"]) == (503, "gateway-down")
    unknown = await server.get("/v1/executions", headers={"X-Execmock-Fault": "gateway-dwon"})
    assert unknown.status == 400
    assert "Did you mean 'gateway-down'?" in unknown.body.decode()
    assert (await server.get("/v1/executions")).status == 200
    await control.put("/clock", {"frozen": True})
    await control.post(
        "/faults", {"faults": [{"fault": "later", "slow": {"by": "3s", "on": "clock"}, "key": "x"}]}
    )
    waiting = asyncio.create_task(server.get("/v1/executions", headers={"X-Execmock-Fault": "later"}))
    while not (await control.get("/faults"))["held"]:
        pass
    await control.advance("3s")
    assert (await waiting).status == 200


async def test_a_request_asks_for_a_delay(control: Any) -> None:
    reply = await control.server.get("/v1/executions", headers={"Prefer": "delay=1ms"})
    assert (reply.status, reply.headers["X-Execmock-Fault"]) == (200, "delay")
    assert "X-Execmock-Warning" not in reply.headers
    wrong = await control.server.get("/v1/executions", headers={"Prefer": "delay=3"})
    assert (wrong.status, wrong.places) == (400, ["header/Prefer"])
