"""What a rule is: an id, a level, a sentence, where it stands, and a pure judge of evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from execmock.core.schema.violation import shorten
from execmock.verify.exchange import ABSENT, Exchange
from execmock.verify.severity import DOCUMENTED, Severity

if TYPE_CHECKING:
    from execmock.verify.evidence import Evidence

__all__ = [
    "EVERY_PROBE",
    "Judge",
    "Rule",
    "Verdict",
    "check",
    "rule",
    "unsure",
]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One observation: it held, it broke (`ok` False), or it cannot be told (`ok` None, with a reason).

    `pointer` leads into the answer of `seen`; `chain` are the exchanges that lead up to it, in order.
    """

    ok: bool | None
    seen: Exchange | None = None
    pointer: str = ""
    expected: str = ""
    actual: str = ""
    chain: tuple[Exchange, ...] = ()
    reason: str = ""


EVERY_PROBE = (
    "basics existing bodies echo idempotency concurrent auth scope public tenancy unknown http robust"
    " parameters paging histories embed generated"
)
"""For rules on all answers: alone, too, they see what a whole run sees."""

Judge = Callable[["Evidence"], Iterator[Verdict]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that every implementation must keep, should keep, or had better keep.

    `probes` feed it; `at` leads from its operation's place in the contract to the part it rests on;
    `under` names rules that, when they fail for the same reason, are the cause; `needs` names what a run
    must have been given (`b`, `read`, `embed`, `writes`), or have found (`guarded`: not every key is taken).
    """

    id: str
    severity: Severity
    operations: tuple[str, ...]
    sentence: str
    judge: Judge
    probes: tuple[str, ...]
    at: str = ""
    source: str = ""
    tags: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def area(self) -> str:
        """The first part of the id, by which the catalogue is arranged."""
        return self.id.partition(".")[0]


def rule(
    name: str,
    severity: Severity,
    operations: str | Iterable[str],
    sentence: str,
    *,
    probes: str | Iterable[str],
    at: str = "",
    source: str = "",
    tags: Iterable[str] = (),
    under: str | Iterable[str] = (),
    needs: str | Iterable[str] = (),
) -> Callable[[Judge], Rule]:
    """Make a rule of the judge function below."""

    def decorate(judge: Judge) -> Rule:
        return Rule(
            id=name,
            severity=severity,
            operations=_words(operations),
            sentence=sentence,
            judge=judge,
            probes=_words(probes),
            at=at,
            source=source or ("" if severity == DOCUMENTED else "inferred"),
            tags=tuple(tags),
            under=_words(under),
            needs=_words(needs),
        )

    return decorate


def _words(names: str | Iterable[str]) -> tuple[str, ...]:
    return tuple(names.split()) if isinstance(names, str) else tuple(names)


def check(
    ok: bool,
    seen: Exchange,
    expected: str,
    actual: Any = ABSENT,
    *,
    at: str = "",
    chain: Iterable[Exchange] = (),
) -> Verdict:
    """Return one observation of an answer. `actual` defaults to what stands at `at`, or to the status."""
    if ok:
        return Verdict(True, seen, at)
    if actual is ABSENT:
        actual = seen.at(at) if at else f"status {seen.status}"
    said = actual if isinstance(actual, str) and not at else _said(actual)
    return Verdict(False, seen, at, expected, said, tuple(chain))


def _said(actual: Any) -> str:
    return "nothing" if actual is ABSENT else shorten(actual)


def unsure(reason: str, seen: Exchange | None = None) -> Verdict:
    """Return an observation that could not be made, and why."""
    return Verdict(None, seen, reason=reason)
