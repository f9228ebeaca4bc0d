"""The values that pass between the target's parts: what came in, what goes out, what is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came: raw path segments decoded, first value of each query name; `pairs` has all."""

    id: str
    method: str
    segments: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes | None
    """The body's bytes; None when it was over the limit and thrown away."""
    pairs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: a status, a JSON value (or ready bytes), and headers.

    `sent` is the share of it that is sent before the connection breaks: 0 for a reset without an answer.
    """

    status: int
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    sent: float = 1.0


def amended(answer: Answer, **changes: object) -> Answer:
    """Return the answer with other values for some members of its JSON object."""
    body = answer.body if isinstance(answer.body, dict) else {}
    return replace(answer, body={**body, **changes})


def without(fields: Mapping[str, object], *names: str) -> dict[str, object]:
    """Return the fields but the named ones."""
    return {name: value for name, value in fields.items() if name not in names}


class RefusalError(Exception):
    """An answer that is an error, raised from wherever the request is found wanting."""

    def __init__(
        self,
        status: int,
        message: str,
        details: tuple[str, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.details = details
        self.headers = dict(headers or {})


@dataclass(frozen=True, slots=True)
class Key:
    """An API key: its text, its organization and whether it may create."""

    text: str
    organization: str
    writes: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens to an execution, `at` seconds of the plan after its creation.

    `status` None is an event alone: the status stays.
    """

    at: float
    status: str | None
    event_type: str
    title: str
    node_id: str | None = None
    payment: str | None = None


@dataclass(frozen=True, slots=True)
class Execution:
    """What is kept of an execution: everything else is computed from it and the time."""

    id: str
    token: str
    organization: str
    body: Mapping[str, object]
    created: datetime
    plan: tuple[Step, ...]
    request_id: str
    run_id: str
    checkout_id: str | None
    order_id: str | None
    sequence: int


@dataclass(frozen=True, slots=True)
class Moment:
    """An execution as it stands at one instant: the steps that have passed, with their times."""

    passed: tuple[tuple[Step, datetime], ...]

    @property
    def status(self) -> str:
        """The status of the last passed step that has one."""
        return next(s.status for s, _ in reversed(self.passed) if s.status is not None)

    @property
    def payment(self) -> str | None:
        """The payment status last set; None for a free workflow."""
        return next((s.payment for s, _ in reversed(self.passed) if s.payment is not None), None)

    @property
    def updated(self) -> datetime:
        """When the last thing happened."""
        return self.passed[-1][1]

    def first(self, *statuses: str) -> datetime | None:
        """When one of the statuses was first reached; None when it was not."""
        return next((at for step, at in self.passed if step.status in statuses), None)
