"""The tables: executions, and the events of each."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, Text, TypeDecorator, UniqueConstraint, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, sessionmaker

ENTERED = {
    "awaiting_payment": ("payment.requested", "Payment requested"),
    "payment_confirmed": ("payment.confirmed", "Payment confirmed"),
    "workflow_queued": ("run.queued", "Run queued"),
    "workflow_running": ("run.started", "Run started"),
    "workflow_waiting": ("run.waiting", "Run waiting"),
    "workflow_succeeded": ("run.completed", "Run completed"),
    "workflow_failed": ("run.failed", "Run failed"),
    "workflow_cancelled": ("execution.cancelled", "Execution cancelled"),
}
FINAL = {"workflow_succeeded", "workflow_failed", "workflow_cancelled"}


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: SQLite forgets the zone, so UTC is stored, and said when it is read."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value and value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value and value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON, str: Text}  # noqa: RUF012


def new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(10)}"


def now() -> datetime:
    return datetime.now(UTC)


class Execution(Base):
    __tablename__ = "executions"
    __table_args__ = (UniqueConstraint("organization_id", "idempotency_key"),)

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True, default=lambda: new_id("exec"))
    client_token: Mapped[str] = mapped_column(default=lambda: secrets.token_urlsafe(32))
    organization_id: Mapped[str] = mapped_column(index=True)
    initiated_by_type: Mapped[str] = mapped_column(default="api_key")
    initiated_by_id: Mapped[str]
    request_hash: Mapped[str]

    workflow_id: Mapped[str]
    source_system: Mapped[str]
    source_entity_type: Mapped[str]
    source_entity_id: Mapped[str | None]
    external_ref: Mapped[str | None]
    idempotency_key: Mapped[str | None]
    request_payload: Mapped[dict[str, Any] | None]
    client_safe_metadata: Mapped[dict[str, Any] | None]

    status: Mapped[str]
    status_reason: Mapped[str | None]
    payment_status: Mapped[str | None]
    checkout_session_id: Mapped[str | None]
    order_id: Mapped[str | None]
    run_id: Mapped[str | None]
    response_payload: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    # What the engine has still to do.
    step: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None] = mapped_column(index=True)

    events: Mapped[list[Event]] = relationship(order_by="Event.number")

    def enter(self, status: str, at: datetime) -> None:
        """Move to a status, and tell it in the timeline."""
        self.status = status
        self.updated_at = at
        if status == "awaiting_payment":
            self.checkout_session_id = new_id("cs")
            self.payment_status = "pending"
        if status == "payment_confirmed":
            self.order_id = new_id("ord")
            self.payment_status = "confirmed"
        if status == "workflow_queued":
            self.run_id = new_id("run")
        if status == "workflow_running" and self.started_at is None:
            self.started_at = at
        if status == "workflow_succeeded":
            self.response_payload = {"ok": True}
        if status in ("workflow_failed", "workflow_cancelled"):
            self.status_reason = ENTERED[status][1]
        if status in FINAL:
            self.finished_at = at
        event_type, title = ENTERED[status]
        level = "error" if status == "workflow_failed" else "info"
        told = Event(event_type=event_type, title=title, level=level, created_at=at, run_id=self.run_id)
        self.events.append(told)


class Event(Base):
    __tablename__ = "events"

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True, default=lambda: new_id("evt"))
    execution_number: Mapped[int] = mapped_column(ForeignKey("executions.number"), index=True)
    event_type: Mapped[str]
    title: Mapped[str]
    level: Mapped[str]
    run_id: Mapped[str | None]
    created_at: Mapped[datetime]


# Writers wait for each other; on a busy machine 5 seconds, which is the default, are soon over.
engine = create_engine(f"sqlite:///{os.environ['DATA']}/executions.db", connect_args={"timeout": 60})


@event.listens_for(engine, "connect")
def _write_ahead(connection: Any, record: Any) -> None:
    # Reads go on while the engine writes, and a write does not wait for the disk.
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


Sessions = sessionmaker(engine, expire_on_commit=False)


def session() -> Iterator[Session]:
    with Sessions() as opened:
        yield opened
