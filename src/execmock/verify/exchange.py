"""One request with its answer, as a frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from execmock.verify.reader import NOT_JSON, Nothing

__all__ = ["ABSENT", "NO_ANSWER", "PREFLIGHT", "Exchange", "Request", "pick"]


PREFLIGHT: Final = "preflight"
"""Stands for a probe with what is asked before all probes, which depends on what is there already."""
NO_ANSWER: Final = "no answer within"
"""How the reason begins when an answer did not come in time."""
ABSENT: Final = Nothing("nothing")


@dataclass(frozen=True, slots=True)
class Request:
    """What was sent. Header names keep the case they were sent in."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Exchange:
    """A request with its answer. Without an answer `status` is 0, and `lost` says why.

    `operation` is the id of the contract's operation, or empty. `valid` says that the operation should
    answer this request with success. Times are seconds on a monotonic clock. `unread` names the limit of ours
    that kept an answer from being read; `json` is then UNREAD. `again` says that the same request was sent
    once more, and that answer counts in place of this one.
    """

    number: int
    probe: str
    label: str
    operation: str
    identity: str
    request: Request
    sent: float
    received: float
    status: int = 0
    headers: Mapping[str, str] = ()  # type: ignore[assignment]
    body: bytes = b""
    json: Any = NOT_JSON
    lost: str = ""
    valid: bool = False
    unread: str = ""
    again: bool = False

    def __repr__(self) -> str:
        return f"<{self.number}: {self.request.method} {self.request.url} -> {self.status or self.lost}>"

    @property
    def ok(self) -> bool:
        """Whether the answer is a success, and not a part of one (206)."""
        return 200 <= self.status < 300 and self.status != 206

    @property
    def throttled(self) -> bool:
        """Whether the answer asks to retry later, which says nothing about the request itself."""
        return self.status == 429 or (self.status == 503 and bool(self.header("retry-after")))

    @property
    def timed_out(self) -> bool:
        """Whether no answer came in time; otherwise, without an answer, the connection was lost."""
        return self.lost.startswith(NO_ANSWER)

    @property
    def judged(self) -> bool:
        """Whether there is an answer that rules can judge."""
        return self.status != 0 and not self.throttled and not self.again

    def header(self, name: str) -> str:
        """Return the value of an answer's header, or an empty string."""
        return self.headers.get(name.lower(), "") if self.headers else ""

    def at(self, pointer: str) -> Any:
        """Return what a JSON pointer leads to in the answer, or ABSENT."""
        return pick(self.json, pointer)

    def text(self, longest: int = 2000) -> str:
        """Return the answer's body as text, truncated for reports."""
        text = self.body.decode("utf-8", "replace")
        return text if len(text) <= longest else f"{text[:longest]}… ({len(self.body)} bytes)"


def pick(value: Any, pointer: str) -> Any:
    """Return what a JSON pointer (RFC 6901, without `#`) leads to, or ABSENT."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return ABSENT
    return value
