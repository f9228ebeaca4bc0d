"""Two servers over one store, asked in turn: after every write, both tell the same."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .serving import Client, Server

__all__ = ["Agreement", "agree", "moved"]

_SCENARIO = """\
scenario: put-at-run-time
steps:
  - status: awaiting_payment
    next: {signal: go}
  - status: payment_confirmed
    next: {after: 1s}
  - status: workflow_queued
    next: {after: 1s}
  - status: workflow_running
    next: {after: 1s}
  - status: workflow_succeeded
"""


@dataclass
class Agreement:
    """How many writes were made, how many reads compared, and how many differed, which has to be 0."""

    writes: int = 0
    reads: int = 0
    differences: int = 0

    @property
    def fine(self) -> bool:
        return self.differences == 0 and self.reads > 0

    def __str__(self) -> str:
        return f"{self.writes} writes, {self.reads} reads compared, {self.differences} differences"


def agree(store: str, rounds: int, folder: Path) -> Agreement:
    """Write through one server after the other, and read through both. The clock stands still."""
    result = Agreement()
    servers = [Server(store, "--frozen", folder=folder) for _ in range(2)]
    try:
        # Both start at once on an empty store.
        for server in servers:
            server.start(wait=False)
        for server in servers:
            server.await_ready()
        clients = [Client(server.port) for server in servers]
        for number in range(rounds):
            _round(clients[number % 2], clients, f"key-{number}", result)
        _put_a_scenario(clients, result)
        for client in clients:
            client.close()
    finally:
        for server in servers:
            server.stop()
    return result


def _round(writer: Client, clients: Sequence[Client], key: str, result: Agreement) -> None:
    """Create, execute, move the clock, signal, each through one server; read through both."""
    name = _written(writer.create(key, "wf_waits_for_approval"), result)["data"]["execution"]["id"]
    _compare(clients, [f"/v1/executions/{name}", "/v1/executions?limit=5"], result)
    body = {"id_type": "key", "execution_data": {"n": key}}
    _written(writer.ask("POST", "/api/v1/workflows/workflow_15/execute", body), result)
    _compare(clients, ["/_execmock/executions?api=embed"], result)
    until = {"until": {"execution": name, "status": "workflow_waiting"}}
    _written(writer.ask("POST", "/_execmock/clock/advance", until), result)
    _compare(clients, ["/_execmock/clock", f"/v1/executions/{name}"], result)
    _written(writer.ask("POST", f"/_execmock/executions/{name}/signal", {"signal": "approve"}), result)
    _compare(clients, [f"/_execmock/executions/{name}", "/_execmock/executions"], result)
    names = {
        client.create(key, "wf_waits_for_approval").body["data"]["execution"]["id"] for client in clients
    }
    result.differences += names != {name}


def _put_a_scenario(clients: Sequence[Client], result: Agreement) -> None:
    first, second = clients
    _written(first.ask("PUT", "/_execmock/scenarios/put-at-run-time", {"text": _SCENARIO}), result)
    _compare(clients, ["/_execmock/scenarios/put-at-run-time"], result)
    _written(second.ask("PUT", "/_execmock/default-scenario", {"scenario": "put-at-run-time"}), result)
    _compare(clients, ["/_execmock/default-scenario"], result)
    name = _written(second.create("by scenario", "wf_of_nobody"), result)["data"]["execution"]["id"]
    _compare(clients, [f"/v1/executions/{name}", f"/_execmock/executions/{name}"], result)
    _written(
        first.ask("POST", "/_execmock/sandboxes", {"name": "made-by-one", "clock": {"frozen": True}}), result
    )
    _compare(clients, ["/_execmock/sandboxes", "/_execmock/snapshot?sandbox=made-by-one"], result)


def _written(reply: Any, result: Agreement) -> Any:
    result.writes += 1
    result.differences += not 200 <= reply.status < 300
    return reply.body


def _compare(clients: Sequence[Client], paths: Sequence[str], result: Agreement) -> None:
    for path in paths:
        answers = [_without_request_id(client.ask("GET", path).body) for client in clients]
        result.reads += 1
        result.differences += any(a != b for a, b in itertools.pairwise(answers))


def _without_request_id(body: Any) -> Any:
    return {name: value for name, value in body.items() if name != "requestId"}


def moved(stores: Sequence[str], executions: int, folder: Path) -> Agreement:
    """Take a snapshot from a server over each kind of store and restore it into the next."""
    result, snapshot = Agreement(), None
    for store in [*stores, stores[0]]:
        server = Server(store, "--frozen", folder=folder)
        server.start()
        client = Client(server.port)
        try:
            if snapshot is None:
                for number in range(executions):
                    _written(client.create(f"key-{number}", "wf_waits_for_approval"), result)
                _written(client.ask("POST", "/_execmock/clock/advance", {"by": "10s"}), result)
                snapshot = client.ask("GET", "/_execmock/snapshot").body
                continue
            _written(client.ask("PUT", "/_execmock/snapshot", snapshot), result)
            result.reads += 1
            result.differences += client.ask("GET", "/_execmock/snapshot").body != snapshot
        finally:
            client.close()
            server.stop()
    return result
