"""One request and its answer in the journal, and how it is shown: without keys, tokens and endless bodies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from execmock.core.durations import format_instant
from execmock.core.json_text import JsonError, decode, encode
from execmock.core.request_counts import RequestKind
from execmock.core.schema.violation import Violation
from execmock.core.secrets import KnownSecrets
from execmock.service.events.redaction import (
    HIDDEN,
    is_secret,
    known_secrets_of,
    may_hold,
    path_without_secrets,
    redacted_query,
    secrets_in,
    violations_without,
)

__all__ = ["LONGEST_BODY", "JournalEntry", "clipped", "kind_of", "kind_of_shown", "rendered", "shortened"]

LONGEST_BODY = 64 * 1024
"""Bytes that are kept of a body."""
_LONGEST_DROPPED = 4 * 1024
"""Bytes of a body that stay of a request which the journal dropped, where it is told of all the same."""


class JournalEntry(Struct, frozen=True, gc=False):
    """One request and its answer. `at` is the sandbox's instant, `took` milliseconds of real time.

    `body` has at most `LONGEST_BODY` bytes, and `cut` is how many more there were; so with `answer`, which is
    None where answers are not kept. `fits` says that the request keeps the contract; `violations` are why it
    was refused all the same. `misspelt` are names that are nearly known; None means that they can still be
    found in the request. `warning` is what the client was warned of, `faults` the names of those that struck,
    `browser` why the page that sent it may not read the answer.
    """

    number: int
    at: int
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    took: float
    operation: str
    subject: str
    violations: Sequence[Violation]
    fits: bool = True
    cut: int = 0
    answer: bytes | None = None
    answer_cut: int = 0
    misspelt: Sequence[Violation] | None = None
    warning: str = ""
    faults: Sequence[str] = ()
    browser: str = ""

    @property
    def breaks_contract(self) -> bool:
        """Whether the client asked for something that the contract does not allow."""
        return not self.fits and bool(self.violations)

    @property
    def weight(self) -> int:
        """How many bytes it takes up in memory, about."""
        names = sum(map(len, self.headers)) + sum(map(len, self.headers.values()))
        return 500 + self.size + len(self.path) + len(self.query) + names

    @property
    def size(self) -> int:
        """How many bytes of bodies it holds."""
        return len(self.body) + len(self.answer or b"")


def clipped(body: bytes) -> tuple[bytes, int]:
    """Return what is kept of a body, and how many bytes are not."""
    cut = len(body) - LONGEST_BODY
    return (body, 0) if cut <= 0 else (body[:LONGEST_BODY], cut)


def shortened(entry: JournalEntry, misspelt: Sequence[Violation]) -> JournalEntry:
    """Return an entry with the beginnings of its bodies, and what was misspelt in all of them."""
    body, answer = entry.body[:_LONGEST_DROPPED], entry.answer and entry.answer[:_LONGEST_DROPPED]
    return replace(
        entry,
        body=body,
        cut=entry.cut + len(entry.body) - len(body),
        answer=answer,
        answer_cut=entry.answer_cut + len(entry.answer or b"") - len(answer or b""),
        misspelt=misspelt,
    )


def kind_of(entry: JournalEntry, known: KnownSecrets) -> RequestKind:
    """Return what a request is counted by."""
    path = path_without_secrets(entry.path, entry.query, entry.headers, known)
    return RequestKind(entry.operation, entry.method, path, entry.status, entry.breaks_contract)


def kind_of_shown(shown: Mapping[str, Any]) -> RequestKind:
    """Return what a request is counted by that is kept as it is shown."""
    breaks = not shown["fits"] and bool(shown["violations"])
    return RequestKind(shown["operation"] or "", shown["method"], shown["path"], shown["status"], breaks)


def rendered(entry: JournalEntry, known: KnownSecrets, misspelt: Sequence[Violation] = ()) -> dict[str, Any]:
    """Return an entry as JSON-like data, without keys and tokens."""
    shown: dict[str, Any] = {
        "number": entry.number,
        "at": format_instant(entry.at),
        "method": entry.method,
        "path": entry.path,
        "query": redacted_query(entry.query),
        "headers": dict(_visible(entry.headers.items())),
        "body": _body(entry.body, entry.cut),
        "bodyCut": entry.cut,
        "status": entry.status,
        "took": round(entry.took, 3),
        "operation": entry.operation or None,
        "execution": entry.subject or None,
        "violations": [violation.as_json() for violation in violations_without(entry.violations)],
        "fits": entry.fits,
        "misspelt": [violation.as_json() for violation in misspelt],
        "warning": entry.warning or None,
        "faults": list(entry.faults),
        "originRefused": entry.browser or None,
    }
    # A client that sends a key where it belongs may send it where it does not belong too.
    secrets = known_secrets_of(entry.query, entry.headers)
    if entry.answer is not None:
        answer = _body(entry.answer, entry.answer_cut)
        given = secrets_in(answer)
        shown |= {"answer": known.hidden(answer, given) if given else answer, "answerCut": entry.answer_cut}
    texts = {"body": entry.body, "answer": entry.answer or b""}
    clean = {name for name, text in texts.items() if not may_hold(text, secrets, known)}
    others = {name: value for name, value in shown.items() if name not in texts}
    if not may_hold(encode(others), secrets, known):
        clean.update(others)
    return {name: value if name in clean else known.hidden(value, secrets) for name, value in shown.items()}


def _visible(headers: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    for name, value in headers:
        text = value.encode("utf-8", "replace").decode("utf-8", "replace")
        # A name is not always of the type that is quick to write.
        yield str(name), HIDDEN if is_secret(name) else text


def _body(body: bytes, cut: int) -> Any:
    if not body:
        return None
    if not cut:
        try:
            return decode(body)
        except JsonError:
            pass
    return body.decode("utf-8", "replace")
