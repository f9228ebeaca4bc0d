"""One SQLite file for all processes: executions, and what happens to each, scheduled in advance."""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import time
from collections.abc import Mapping
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS executions (
    number INTEGER PRIMARY KEY,
    id TEXT UNIQUE NOT NULL,
    organization TEXT NOT NULL,
    token TEXT NOT NULL,
    initiated_by TEXT NOT NULL,
    workflow TEXT NOT NULL,
    idempotency_key TEXT,
    request TEXT NOT NULL,
    created_at REAL NOT NULL,
    UNIQUE (organization, idempotency_key)
);
CREATE TABLE IF NOT EXISTS events (
    number INTEGER PRIMARY KEY,
    id TEXT UNIQUE NOT NULL,
    execution TEXT NOT NULL REFERENCES executions (id),
    status TEXT NOT NULL,
    at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS events_of ON events (execution, at);
"""


def connect() -> sqlite3.Connection:
    """Open the database; a writer waits for another one's transaction."""
    db = sqlite3.connect(f"{os.environ['DATA']}/executions.db", timeout=60)
    db.execute("PRAGMA synchronous=NORMAL")
    db.row_factory = sqlite3.Row
    return db


def prepare() -> None:
    """Make the tables; gunicorn calls it once, before it forks."""
    db = connect()
    db.execute("PRAGMA journal_mode=WAL")
    db.executescript(SCHEMA)
    db.close()


def add(
    db: sqlite3.Connection, key: Mapping[str, str], body: Mapping[str, Any], steps: list[str], step: float
) -> str:
    """Store an execution and schedule its steps; raise IntegrityError if the idempotency key is taken."""
    at, execution = time.time(), f"exec_{secrets.token_hex(10)}"
    with db:
        db.execute(
            "INSERT INTO executions (id, organization, token, initiated_by, workflow, idempotency_key,"
            " request, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                execution,
                key["organization"],
                secrets.token_urlsafe(32),
                key["id"],
                body["workflowId"],
                body.get("idempotencyKey") or None,
                json.dumps(body),
                at,
            ),
        )
        db.executemany(
            "INSERT INTO events (id, execution, status, at) VALUES (?, ?, ?, ?)",
            [
                (f"evt_{secrets.token_hex(10)}", execution, status, at + number * step)
                for number, status in enumerate(steps)
            ],
        )
    return execution


def find(db: sqlite3.Connection, execution: str) -> sqlite3.Row | None:
    return db.execute("SELECT * FROM executions WHERE id = ?", [execution]).fetchone()


def find_by_key(db: sqlite3.Connection, organization: str, key: str) -> sqlite3.Row:
    query = "SELECT * FROM executions WHERE organization = ? AND idempotency_key = ?"
    return db.execute(query, [organization, key]).fetchone()


def page(db: sqlite3.Connection, organization: str, limit: int, offset: int) -> list[sqlite3.Row]:
    query = "SELECT * FROM executions WHERE organization = ? ORDER BY created_at DESC, number DESC"
    return db.execute(f"{query} LIMIT ? OFFSET ?", [organization, limit, offset]).fetchall()


def events(db: sqlite3.Connection, execution: str) -> list[sqlite3.Row]:
    """Return what has happened to an execution until now."""
    query = "SELECT * FROM events WHERE execution = ? AND at <= ? ORDER BY at, number"
    return db.execute(query, [execution, time.time()]).fetchall()
