"""A request and its answer as plain values, so that everything between them knows no web framework."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from execmock.core.json_text import encode
from execmock.core.schema.violation import Violation
from execmock.service.refusals import Refusal
from execmock.service.sandboxes import Sandbox

__all__ = ["JSON", "Answer", "Call", "refused"]

JSON = "application/json"


@dataclass(slots=True)
class Call:
    """One request. `path` and `query` are as they came, still percent-encoded; `headers` ignores case.

    The fields after `body` are filled in on the way, for the log and the journal; `unread` says why a
    body could not be read, `fits` that the request has been found to keep the contract.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""
    operation: str = ""
    sandbox: Sandbox | None = None
    subject: str = ""
    violations: Sequence[Violation] = ()
    unread: Refusal | None = None
    fits: bool = False


@dataclass(slots=True)
class Answer:
    """One answer: a status, the body's bytes, and the headers that are not on every answer."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = JSON


def refused(refusal: Refusal, request_id: str) -> Answer:
    """Return a refusal in the API's error form, one entry of `details` per violation."""
    body = {
        "code": refusal.status,
        "message": refusal.message,
        "requestId": request_id,
        "details": [violation.as_json() for violation in refusal.violations],
    }
    return Answer(refusal.status, encode(body), {"X-Request-Id": request_id, **refusal.headers})
