"""What a rule is: an id, a level, a sentence, a place in the contract, and a pure function that judges."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from execmock.verify.exchange import ABSENT, Exchange
from execmock.verify.severity import ADVISORY, DOCUMENTED, EXPECTED, Severity
from execmock.verify.wording import Said, Text, Told, told

if TYPE_CHECKING:
    from execmock.verify.evidence import Evidence

__all__ = [
    "ALL_PROBES",
    "Check",
    "Judge",
    "Rule",
    "Rules",
    "check",
    "not_judged",
]

ALL_PROBES = "*"
"""The probes of a rule on all answers: the registry puts every probe in its place."""


@dataclass(frozen=True, slots=True)
class Check:
    """How a rule judges one observation: kept, broken (`ok` False) or not judged (`ok` None, with a reason).

    `pointer` leads into the answer of `seen`; `chain` are the exchanges that lead up to it, in order. The
    verdict `rests_on` further answers, which need not be asked for again to show it.
    """

    ok: bool | None
    seen: Exchange | None = None
    pointer: str = ""
    expected: Text = ""
    actual: Text = ""
    chain: tuple[Exchange, ...] = ()
    rests_on: tuple[Exchange, ...] = ()
    reason: str = ""


Judge = Callable[["Evidence"], Iterator[Check]]
Words = str | Iterable[str]
"""Names, as a tuple or as one text with spaces between them."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One requirement: documented, expected or advisory.

    `probes` send the requests that it judges; `at` leads from its operation's place in the contract to the
    part that it is based on; `under` names rules that, when they fail for the same reason, are the cause;
    `needs` names what a run must have been given (`b`, `read`, `embed`, `writes`, `generated`), or have found
    (`guarded`: unknown keys are refused; `clock`: the service's runs by itself; `moved`: the run moves it),
    or may send (`odd`: what a service may refuse).
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


class Own(TypedDict, total=False):
    """What a rule says for itself. `tags` come in addition to its area's, the others in their place."""

    area: str
    operations: Words
    probes: Words
    at: str
    source: str
    tags: Words
    under: Words
    needs: Words


Declare = Callable[[Judge], Judge]


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules of one area: what they have in common is said once, each adds only what is its own.

    The methods are decorators of judges; `name` is the id without the area. The attributes are those of Rule.
    `source` is for expected and advisory rules (`inferred` if not said): a documented rule comes from the
    page of its operation, unless it names a source itself.
    """

    area: str
    operations: Words = ()
    probes: Words = ()
    at: str = ""
    source: str = "inferred"
    tags: Words = ()
    needs: Words = "writes"
    _declared: list[Rule] = field(default_factory=list, init=False, repr=False, compare=False)

    def __iter__(self) -> Iterator[Rule]:
        """Yield the rules in the order of their declaration."""
        return iter(self._declared)

    def documented(self, name: str, sentence: str, **own: Unpack[Own]) -> Declare:
        """Declare a rule that the vendor's pages state."""
        return self.rule(DOCUMENTED, name, sentence, **own)

    def expected(self, name: str, sentence: str, **own: Unpack[Own]) -> Declare:
        """Declare a rule that follows from other public pages or from plain reading."""
        return self.rule(EXPECTED, name, sentence, **own)

    def advisory(self, name: str, sentence: str, **own: Unpack[Own]) -> Declare:
        """Declare a rule that is advice."""
        return self.rule(ADVISORY, name, sentence, **own)

    def rule(self, severity: Severity, name: str, sentence: str, **own: Unpack[Own]) -> Declare:
        """Declare a rule of any level."""

        def declare(judge: Judge) -> Judge:
            self._declared.append(
                Rule(
                    id=f"{own.get('area', self.area)}.{name}".strip("."),
                    severity=severity,
                    operations=_words(own.get("operations", self.operations)),
                    sentence=sentence,
                    judge=judge,
                    probes=_words(own.get("probes", self.probes)),
                    at=own.get("at", self.at),
                    source=own.get("source", "" if severity == DOCUMENTED else self.source),
                    tags=(*_words(self.tags), *_words(own.get("tags", ()))),
                    under=_words(own.get("under", ())),
                    needs=_words(own.get("needs", self.needs)),
                )
            )
            return judge

        return declare


def _words(names: Words) -> tuple[str, ...]:
    return tuple(names.split()) if isinstance(names, str) else tuple(names)


def check(
    ok: bool,
    seen: Exchange,
    expected: Text,
    actual: Any = ABSENT,
    *,
    at: str = "",
    chain: Iterable[Exchange] = (),
    rests_on: Iterable[Exchange] = (),
) -> Check:
    """Return the check of an answer. `actual` defaults to what stands at `at`, or to the status.

    What rests on a place in an answer that was not read, here or in the chain, is not judged.
    """
    led = tuple(chain)
    for each in (seen, *led) if at else ():
        if each.unread:
            return not_judged(each.unread, seen)
    if ok:
        return Check(True, seen, at)
    if actual is ABSENT:
        actual = seen.at(at) if at else f"status {seen.status}"
    worded = isinstance(actual, Said) or (isinstance(actual, str) and not at)
    said = str(actual) if worded else _said(actual)
    return Check(False, seen, at, expected, said, led, tuple(rests_on))


def _said(actual: Any) -> Text:
    if isinstance(actual, Told):
        return actual
    return "nothing" if actual is ABSENT else told("{}", actual)


def not_judged(reason: str, seen: Exchange | None = None) -> Check:
    """Return the check of an observation that cannot be judged; the reason names the limit."""
    return Check(None, seen, reason=reason)
