"""Does an answer fit the contract's schema? The one place in which `verify` asks.

jsonschema-rs judges first. A service is accused only of what python-jsonschema finds broken too; it is also
asked about a share of what the first accepts. Where one of them raises, or the two differ, the observation is
not judged, and both verdicts are the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Literal, Protocol

from execmock.core.contract import Contract
from execmock.core.contract.names import EXECUTE
from execmock.core.schema.validator import SchemaValidator
from execmock.core.schema.violation import Violation
from execmock.settings import VerifySettings
from execmock.verify.answer_schemas import Part, Schema, prune, schema_of
from execmock.verify.bounded_values import bounded, stands_in, unjudged
from execmock.verify.exchange import Exchange, pick
from execmock.verify.second_opinion import SecondOpinion

__all__ = ["FirstEngine", "Opinion", "SchemaJudge", "SecondEngine", "Verdict"]

_FIRST = "jsonschema-rs"
_ONE_IN = 10
"""One in how many accepted values the second engine is asked about, unless a run is thorough."""
_MOST = 3
_LONGEST = 80
_LAST_WORD = re.compile(r"\S*$")
Verdict = Literal["broken", "fits"]
_Path = tuple[str | int, ...]


class FirstEngine(Protocol):
    """Finds the violations of one schema, and words them."""

    def violations(self, value: Any) -> list[Violation]:
        """Return every violation; empty when the value fits."""


class SecondEngine(Protocol):
    """Finds where a value breaks one schema."""

    @property
    def name(self) -> str:
        """The name in reports."""

    def broken(self, value: Any) -> Iterator[_Path]:
        """Yield the paths where it does; none when the value fits."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What both engines find broken, at most three violations; `reason` says what could not be judged."""

    violations: tuple[Violation, ...] = ()
    reason: str = ""


_FITS = Opinion()


@dataclass(frozen=True, slots=True)
class SchemaJudge:
    """Judges by the schemas of a contract; `where` in violations is a pointer into the value.

    The second engine is asked about one in `every` of the values that the first accepts; which ones follows
    from the seed. The engines are made for each schema, once. What is `known` of an answer is kept.
    """

    contract: Contract
    seed: int = 1
    every: int = _ONE_IN
    first: Callable[[Mapping[str, Any], str], FirstEngine] = SchemaValidator
    second: Callable[[Mapping[str, Any]], SecondEngine] = SecondOpinion
    known: dict[tuple[Part, Exchange], Opinion] = field(default_factory=dict, compare=False, repr=False)
    pruned: dict[int, Any] = field(default_factory=dict, compare=False, repr=False)
    """Payloads of answers without empty members, by the exchange's number."""

    @classmethod
    def of_run(cls, contract: Contract, options: VerifySettings) -> SchemaJudge:
        """Return the judge of a run; a thorough one asks the second engine about everything."""
        return cls(contract, seed=options.seed, every=1 if options.effort == "thorough" else _ONE_IN)

    def ahead(self, seen: Exchange) -> None:
        """Judge an answer in whatever way rules may ask for later, if it is a success."""
        data = seen.json if seen.operation == EXECUTE else seen.at("/data")
        if seen.judged and seen.ok and seen.operation and isinstance(data, dict):
            pruned = self.pruned[seen.number] = prune(data)
            self.types(seen, pruned)
            self.missing(seen, data, pruned)

    def types(self, seen: Exchange, pruned: Any) -> Opinion:
        """Judge the types of an answer's payload, without empty members, by what is documented.

        Values of `enum` are not judged.
        """
        return self._once("types", seen, pruned)

    def missing(self, seen: Exchange, data: Any, pruned: Any) -> Opinion:
        """Judge whether an answer's payload has what is required. An array null in `data` is empty."""

        def lacks(each: Violation) -> bool:
            return each.missing and not ("array" in each.expected and pick(data, each.where) is None)

        return self._once("whole", seen, pruned, lacks)

    def body(self, seen: Exchange, body: Any, *, accuses: Verdict | None) -> Opinion:
        """Judge a body that was sent; `accuses` is the verdict by which the answer to it is wrong."""
        return self._judge("body", seen, body, accuses=accuses)

    def _once(
        self, part: Part, seen: Exchange, value: Any, counts: Callable[[Violation], bool] = lambda _: True
    ) -> Opinion:
        """Judge a value that follows from the answer, if that is not known."""
        found = self.known.get((part, seen))
        if found is None:
            found = self.known[part, seen] = self._judge(part, seen, value, counts)
        return found

    def _judge(
        self,
        part: Part,
        seen: Exchange,
        value: Any,
        counts: Callable[[Violation], bool] = lambda _: True,
        *,
        accuses: Verdict | None = "broken",
    ) -> Opinion:
        schema = schema_of(self.contract, seen.operation, part)
        held = bounded(value)
        opinion = self._judge_bounded(part, schema, seen, held.value, counts, accuses)
        limit = unjudged(schema, held)
        if not limit:
            return opinion
        certain = tuple(each for each in opinion.violations if not stands_in(each.received))
        return Opinion(certain, opinion.reason or limit)

    def _judge_bounded(
        self,
        part: Part,
        schema: Schema,
        seen: Exchange,
        value: Any,
        counts: Callable[[Violation], bool],
        accuses: Verdict | None,
    ) -> Opinion:
        try:
            every = _first(self.first, schema).violations(value)
        except Exception as error:
            second = _second(self.second, schema)
            return Opinion(reason=f"{_FIRST} {_raised(error)}, {second.name} {_verdict(second, value)}")
        found = tuple(each for each in every if counts(each))[:_MOST]
        verdict: Verdict = "broken" if found else "fits"
        if verdict == accuses or self._sampled(part, seen):
            return _compared(_second(self.second, schema), value, every, found)
        return Opinion(found) if found else _FITS

    def _sampled(self, part: Part, seen: Exchange) -> bool:
        """Whether the second engine is asked about what the first accepts."""
        digest = blake2b(f"{self.seed}/{part}/{seen.number}".encode(), digest_size=4).digest()
        return int.from_bytes(digest, "big") % self.every == 0


def _compared(
    second: SecondEngine, value: Any, every: Sequence[Violation], found: tuple[Violation, ...]
) -> Opinion:
    """Return what both engines say of a value; `found` are those of every violation that count."""
    try:
        broken = _places(second, value, found)
    except Exception as error:
        said = f"finds {_at(every[0].path)} broken" if every else "accepts the value"
        return Opinion(reason=f"{second.name} {_raised(error)}, {_FIRST} {said}")
    if not found and bool(every) != bool(broken):
        path = every[0].path if every else next(iter(broken))
        finds, accepts = (_FIRST, second.name) if every else (second.name, _FIRST)
        return Opinion(reason=f"{finds} finds {_at(path)} broken, {accepts} accepts it")
    doubted = [each for each in found if not _confirmed(each, broken)]
    if not doubted:
        return Opinion(found) if found else _FITS
    reason = f"{_FIRST} finds {_at(doubted[0].path)} broken, {second.name} accepts it"
    return Opinion(tuple(each for each in found if each not in doubted), reason)


def _places(second: SecondEngine, value: Any, wanted: Iterable[Violation]) -> set[_Path]:
    """Return paths that the second engine finds broken: until all wanted ones are found, else the first."""
    waiting = list(wanted)
    broken: set[_Path] = set()
    for path in second.broken(value):
        broken.add(path)
        waiting = [each for each in waiting if not _confirmed(each, broken)]
        if not waiting:
            break
    return broken


def _confirmed(each: Violation, broken: set[_Path]) -> bool:
    """Whether the second engine finds it too; it tells unknown members at the object that has them."""
    return each.path in broken or (each.unknown and each.path[:-1] in broken)


def _verdict(second: SecondEngine, value: Any) -> str:
    try:
        broken = _places(second, value, ())
    except Exception as error:
        return _raised(error)
    return f"finds {_at(next(iter(broken)))} broken" if broken else "accepts the value"


def _at(path: _Path) -> str:
    """Return a path as a pointer; the items of an array are alike, so that equal reasons are one."""
    pointer = "".join(f"/{'*' if isinstance(part, int) else part}" for part in path)
    return _plain(pointer) or "the value"


def _raised(error: Exception) -> str:
    said = _plain(str(error).partition("\n")[0])
    return f"cannot judge it ({type(error).__name__}{': ' if said else ''}{said})"


def _plain(text: str) -> str:
    """Return text that an answer may have put in, short and without control characters.

    It is cut between words: half a key would not be recognized as one that has to stay secret.
    """
    short = text if len(text) <= _LONGEST else _LAST_WORD.sub("…", text[:_LONGEST])
    return short.encode("unicode_escape").decode("ascii").replace(r"\u2026", "…")


@lru_cache(maxsize=64)
def _first(make: Callable[[Mapping[str, Any], str], FirstEngine], schema: Schema) -> FirstEngine:
    return make(schema.document, "")


@lru_cache(maxsize=64)
def _second(make: Callable[[Mapping[str, Any]], SecondEngine], schema: Schema) -> SecondEngine:
    return make(schema.document)
