"""The log: what was asked and what came of it, one line each, and the moves of executions."""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import sys
from typing import Any

import pytest
import requests

from execmock.server.move_log import MoveLog

from .conftest import BODY, Server, Start

TOKEN = "canary-token-of-a-client"
KEY = "b3sk_canary_key"


def lines(server: Server, capsys: pytest.CaptureFixture[str]) -> list[str]:
    server.mock.log.flush()
    return capsys.readouterr().out.splitlines()


async def test_a_line_shows_the_query(mock_server: Start, capsys: pytest.CaptureFixture[str]) -> None:
    logged = await mock_server(quiet=False)
    await logged.get("/v1/executions?limit=5&offset=1")
    await logged.get("/v1/executions")
    with_query, without = lines(logged, capsys)
    assert "  GET    /v1/executions?limit=5&offset=1  " in with_query
    assert "  GET    /v1/executions  " in without


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        (f"token={TOKEN}", "token=***"),
        (f"%74oken={TOKEN}", "token=***"),
        (f"a=1;token={TOKEN}", "a=1&token=***"),
        (f"token={TOKEN}&note={TOKEN}", "token=***&note=***"),
        (f"note={KEY}", "note=***"),
        ("token=abc", "token=***"),
        ("q=%41%20b", "q=A+b"),
        ("limit=5&x", "limit=5&x"),
        ("x=" + "y" * 300, "x=" + "y" * 195 + "..."),
    ],
)
async def test_secrets_in_a_query_are_hidden(
    mock_server: Start, query: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a read that is refused too, whose violation shows what came."""
    logged = await mock_server(quiet=False)
    await logged.get(f"/v1/public/executions/exec_x?{query}", key=KEY)
    await logged.get(f"/v1/executions?limit={TOKEN}&token={TOKEN}", key=KEY)
    public, refused = lines(logged, capsys)
    assert f"/v1/public/executions/exec_x?{shown}  " in public
    assert TOKEN not in public + refused
    assert KEY not in public + refused


async def test_a_secret_too_short_to_be_told_from_words_is_hidden_by_its_name(
    mock_server: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    logged = await mock_server(quiet=False)
    await logged.get("/v1/public/executions/exec_x?token=ab1&token=ab2")
    (line,) = lines(logged, capsys)
    assert "query/token: " in line
    assert "ab" not in line.partition("query/token: ")[2]


async def test_a_line_of_a_create_names_the_scenario(
    mock_server: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    logged = await mock_server(quiet=False)
    made = (await logged.create({"workflowId": "wf_payment_failed"})).data["execution"]["id"]
    await logged.create(headers={"X-Execmock-Scenario": "node-fails"})
    embedded = (await logged.execute("workflow_15", {"id_type": "key"})).json["id"]
    for _ in range(2):
        await logged.create({"idempotencyKey": "k"})
    for _ in range(2):
        await logged.execute("workflow_15", {"id_type": "key"}, headers={"Idempotency-Key": "k"})
    by_id, by_header, embed, first, again, once, replayed = lines(logged, capsys)
    assert "  scenario embed-running" in once
    assert replayed.split("  ")[-1] == once.split("  ")[-2]
    assert by_id.endswith(f"  createExecution {made}  scenario payment-failed")
    assert by_header.endswith("  scenario node-fails")
    assert embed.endswith(f" {embedded}  scenario embed-running")
    assert first.split("  ")[-2:] == again.split("  ")[-2:]


async def test_an_id_stands_once_in_a_line(mock_server: Start, capsys: pytest.CaptureFixture[str]) -> None:
    logged = await mock_server(quiet=False)
    created = (await logged.create()).data
    name = created["execution"]["id"]
    await logged.get(f"/v1/executions/{name}")
    await logged.get(f"/v1/public/executions/{name}?token={created['clientToken']}")
    assert [line.count(name) for line in lines(logged, capsys)] == [1, 1, 1]


async def test_what_is_refused_says_why(mock_server: Start, capsys: pytest.CaptureFixture[str]) -> None:
    logged = await mock_server(quiet=False)
    await logged.send("POST", "/v1/executions", {"workflowId": 1, "sourceSystem": "s"})
    await logged.get("/v1/executions?limit=x")
    await logged.get("/v1/executions", key=None)
    await logged.get("/v1/public/executions/exec_x?token=y")
    await logged.raw(b"GET /v1/executions HTTP/1.1\r\nHost: x\r\nCookie: " + b"c" * 9_000 + b"\r\n\r\n")
    several, one, key, without_violation, large = lines(logged, capsys)
    assert re.search(r"  body/\S+: expected .*, received .* \(and 1 more\)$", several)
    assert re.search(r"  query/limit: expected .*, received \"x\"$", one)
    assert "  header/Authorization: expected Bearer " in key
    assert without_violation.endswith("  The token does not open this execution")
    assert "  431  " in large
    assert "  header: expected at most 8192 bytes" in large


async def test_json_lines_hold_the_same(mock_server: Start, capsys: pytest.CaptureFixture[str]) -> None:
    server = await mock_server(quiet=False, log_format="json")
    made = (await server.create()).data["execution"]["id"]
    await server.get(f"/v1/executions?limit=x&token={TOKEN}")
    embedded = (await server.execute("workflow_15", {"id_type": "key"})).json["id"]
    created, refused, executed = map(json.loads, lines(server, capsys))
    assert (created["subject"], created["scenario"], "made" in created) == (made, "paid-happy-path", False)
    assert refused["query"] == "limit=x&token=***"
    assert refused["problem"].startswith("query/limit: ")
    assert (executed["subject"], executed["made"]) == ("workflow_15", embedded)


class Moves:
    """The moves that a server logs, on a clock that the test holds."""

    def __init__(self, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
        self.server = server
        self.capsys = capsys
        self.log = MoveLog(server.engine, server.mock.log)

    async def shown(self) -> list[str]:
        """Return the lines of the moves since the last look, without their time."""
        self.server.mock.log.flush()
        await self.log.look()
        return [line[14:] for line in lines(self.server, self.capsys) if line[14:].startswith("move ")]


async def test_moves_are_logged_as_they_fall_due(
    mock_server: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    logged = await mock_server(quiet=False)
    moves = Moves(logged, capsys)
    assert await moves.shown() == []
    name = (await logged.create()).data["execution"]["id"]
    assert await moves.shown() == []
    logged.clock.advance(3_000)
    assert await moves.shown() == [f"move {name}  awaiting_payment -> payment_confirmed"]
    assert await moves.shown() == []
    logged.clock.advance(60_000)
    (rest,) = await moves.shown()
    assert rest.startswith(f"move {name}  payment_confirmed -> workflow_queued -> workflow_running")
    assert rest.endswith("-> workflow_succeeded")
    logged.clock.advance(60_000)
    assert await moves.shown() == []


async def test_the_wait_for_the_next_move_follows_the_clock(
    mock_server: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    logged = await mock_server(quiet=False)
    moves = Moves(logged, capsys)
    assert await moves.log.look() == 5.0
    await logged.create()
    await moves.shown()
    waits = [await moves.log.look()]
    await logged.send("PUT", "/_execmock/clock", {"speed": 10})
    waits.append(await moves.log.look())
    await logged.send("PUT", "/_execmock/clock", {"frozen": True})
    waits.append(await moves.log.look())
    assert waits == pytest.approx([waits[0], waits[0] / 10, 5.0])
    assert 0 < waits[0] < 5


async def test_moves_by_signals_reads_and_clocks_are_logged(
    mock_server: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    logged = await mock_server(quiet=False)
    await logged.send("PUT", "/_execmock/clock", {"frozen": True})
    moves = Moves(logged, capsys)
    name = (await logged.create({"workflowId": "wf_waits_for_approval"})).data["execution"]["id"]
    await moves.shown()
    await logged.send("POST", f"/_execmock/executions/{name}/jump", {"to": "workflow_waiting"})
    (led,) = await moves.shown()
    assert led.endswith(" -> workflow_waiting (approval)")
    await logged.send("POST", f"/_execmock/executions/{name}/signal", {"signal": "approve"})
    (approved,) = await moves.shown()
    assert approved == f"move {name}  workflow_waiting (approval) -> workflow_running (finishing)"
    await logged.send("POST", "/_execmock/clock/advance", {"by": "1h"})
    (ended,) = await moves.shown()
    assert ended.endswith("-> workflow_succeeded (done)")


async def test_what_was_there_before_is_followed_from_then_on(
    mock_server: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is said of its past, and nothing of executions that are gone."""
    server = await mock_server(quiet=False)
    name = (await server.create()).data["execution"]["id"]
    server.clock.advance(3_000)
    server.mock.log.flush()
    moves = Moves(server, capsys)
    assert await moves.shown() == []
    server.clock.advance(3_000)
    (moved,) = await moves.shown()
    assert moved.startswith(f"move {name}  payment_confirmed -> ")
    await server.send("POST", "/_execmock/sandboxes/default/reset")
    server.clock.advance(60_000)
    assert await moves.shown() == []


async def test_moves_can_be_json_lines(mock_server: Start, capsys: pytest.CaptureFixture[str]) -> None:
    server = await mock_server(quiet=False, log_format="json")
    moves = Moves(server, capsys)
    await moves.shown()
    name = (await server.create()).data["execution"]["id"]
    await moves.shown()
    server.clock.advance(3_000)
    await moves.log.look()
    (line,) = lines(server, capsys)
    entry: dict[str, Any] = json.loads(line)
    assert (entry["subject"], entry["sandbox"], entry["scenario"]) == (name, "default", "paid-happy-path")
    assert [move["status"] for move in entry["moves"]] == ["awaiting_payment", "payment_confirmed"]


SERVE = [sys.executable, "-m", "execmock", "serve", "--port", "0", "--speed", "1000"]


def said_at_a_terminal(end: str, *options: str) -> str:
    """Return what a server logs at a terminal while an execution goes its way, up to a pattern."""
    ours, theirs = os.openpty()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EXECMOCK_")}
    with subprocess.Popen([*SERVE, *options], stdout=theirs, stderr=theirs, env=environment) as process:  # noqa: S603
        os.close(theirs)
        try:
            banner = said_until(ours, r"workflowId wf_fault_NAME(?s:.*)\r\n\r\n")
            url = banner.split("ready at ")[1].split()[0]
            headers = {"Authorization": "Bearer k"}
            requests.post(f"{url}/v1/executions", json=BODY, headers=headers, timeout=60)
            while (
                b"workflow_succeeded"
                not in requests.get(f"{url}/v1/executions", headers=headers, timeout=60).content
            ):
                pass
            requests.get(f"{url}/v1/executions?limit=7", headers=headers, timeout=60)
            return said_until(ours, end)
        finally:
            process.terminate()
            process.wait(30)
            os.close(ours)


def said_until(terminal: int, pattern: str) -> str:
    said = ""
    while not re.search(pattern, said):
        assert select.select([terminal], [], [], 30)[0], f"it does not come to {pattern!r}: {said}"
        said += os.read(terminal, 65_536).decode()
    return said


def test_at_a_terminal_moves_are_logged() -> None:
    said = said_at_a_terminal("-> workflow_succeeded")
    assert re.search(r"  move exec_\w+  awaiting_payment -> payment_confirmed", said)


def test_at_a_terminal_moves_can_be_left_out() -> None:
    assert "  move " not in said_at_a_terminal("limit=7", "--no-moves")
