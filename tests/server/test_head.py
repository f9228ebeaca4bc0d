"""HEAD is answered wherever GET is, with the head that GET has: monitors and runners of tests ask by it."""

from __future__ import annotations

import pytest

from execmock.server.control.app import control_contract

from .conftest import Server

OF_ONE_ANSWER = ("date", "x-request-id")
NAMES = {"{id}": "exec_unknown", "{name}": "default"}
CONTROL = [
    (operation.id, operation.path.replace("{id}", NAMES["{id}"]).replace("{name}", NAMES["{name}"]))
    for operation in control_contract().operations.values()
    if operation.method == "GET" and operation.id != "streamChanges"
]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/executions",
        "/v1/executions?limit=x",
        "/v1/executions/exec_unknown",
        "/v1/public/executions/exec_unknown?token=t",
        "/v1/nothing",
        "/",
        "/docs",
        "/docs/",
        "/openapi.yaml",
        "/openapi.json",
        "/_execmock/openapi.yaml",
        "/_execmock/openapi.json",
        "/_execmock/nothing",
        *(path for _, path in CONTROL),
    ],
)
async def test_the_head_is_that_of_get_and_there_is_no_body(server: Server, path: str) -> None:
    got, head = await server.get(path), await server.send("HEAD", path)
    assert (head.status, head.body) == (got.status, b"")
    kept, same = [
        {
            name: value
            for name, value in reply.headers.items()
            # aiohttp leaves out a length of 0, as it may.
            if name.lower() not in OF_ONE_ANSWER and (name, value) != ("Content-Length", "0")
        }
        for reply in (got, head)
    ]
    assert kept == same


async def test_the_stream_says_what_it_would_be(server: Server) -> None:
    head = await server.send("HEAD", "/_execmock/stream")
    assert (head.status, head.headers["Content-Type"], head.body) == (200, "text/event-stream", b"")
    assert (await server.send("HEAD", "/_execmock/stream?sandbox=nothing")).status == 404


async def test_it_asks_for_the_key_that_get_asks_for(server: Server) -> None:
    assert (await server.send("HEAD", "/v1/executions", key=None)).status == 401


async def test_it_counts_as_no_read(server: Server) -> None:
    created = (await server.create({"workflowId": "wf_moves_when_polled"})).data
    path = f"/v1/executions/{created['execution']['id']}"
    public = f"/v1/public/executions/{created['execution']['id']}?token={created['clientToken']}"
    for _ in range(20):
        assert (await server.send("HEAD", path)).status == 200
        assert (await server.send("HEAD", public)).status == 200
    state = (await server.get(f"/_execmock{path.removeprefix('/v1')}")).json
    assert state["polls"] == 0
    await server.get(path)
    assert (await server.get(f"/_execmock{path.removeprefix('/v1')}")).json["polls"] == 1


async def test_a_path_without_get_has_no_head(server: Server) -> None:
    reply = await server.send("HEAD", "/api/v1/workflows/x/execute")
    assert (reply.status, reply.headers["Allow"]) == (405, "POST")


async def test_it_is_in_the_journal_as_what_it_is(server: Server) -> None:
    await server.send("HEAD", "/v1/executions")
    (entry,) = (await server.get("/_execmock/journal")).json["entries"]
    assert (entry["method"], entry["operation"], entry["status"]) == ("HEAD", "listExecutions", 200)
