"""What was asked and how it was answered: the latest entries of each sandbox, and counts of the others.

What the known dropped requests gain (`bench/micro_gains.py`): once the journal is full, each request drops
another one, which is looked at; without them a get takes 32 % more processor time.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import takewhile
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from execmock.core.bounded_cache import BoundedCache
from execmock.core.json_text import encode
from execmock.core.request_counts import RequestCount, RequestCounts, RequestKind
from execmock.core.sandbox import Sandbox
from execmock.core.schema.violation import Violation
from execmock.core.secrets import KnownSecrets
from execmock.service.events.entry import JournalEntry, kind_of, rendered, shortened

__all__ = [
    "MOST_VIOLATING",
    "Dropped",
    "FindMisspelt",
    "Found",
    "Journal",
    "JournalFilter",
    "JournalLimits",
    "Summary",
    "in_pieces",
]

MOST_VIOLATING = 100
"""Requests that break the contract which are kept of each sandbox although the journal dropped them."""
_PIECE = 64 * 1024
"""Bytes of bodies that are worked on without a break in which others are served."""

_SANDBOXES = 4
"""How many times what one sandbox may take up in memory all of them take up together."""

_Facts = tuple[RequestKind, Sequence[Violation]]
FindMisspelt = Callable[[str, str, Mapping[str, str], bytes], Sequence[Violation]]
"""From operation, query, headers and body to the names in them that are nearly known."""

T = TypeVar("T")
U = TypeVar("U")


class JournalFilter(NamedTuple):
    """Which entries are wanted; None means any. Numbers lie between `after` and `before`."""

    after: int = 0
    operation: str | None = None
    method: str | None = None
    path: str | None = None
    status: int | None = None
    execution: str | None = None
    before: int | None = None

    def admits(self, entry: JournalEntry) -> bool:
        """Whether an entry is wanted, by all but its number."""
        return (
            self.operation in (None, entry.operation)
            and self.method in (None, entry.method)
            and self.path in (None, entry.path)
            and self.status in (None, entry.status)
            and self.execution in (None, entry.subject)
        )

    def admits_shown(self, entry: Mapping[str, Any]) -> bool:
        """Whether an entry is wanted that is kept as it is shown; its number is not looked at."""
        names = ("operation", "method", "path", "status", "execution")
        return all(getattr(self, name) in (None, entry[name]) for name in names)

    def admits_kind(self, kind: RequestKind) -> bool | None:
        """Whether all requests of a kind are wanted; None where that depends on which they are."""
        names = ("operation", "method", "path", "status")
        pairs = [
            (wanted, getattr(kind, name)) for name in names if (wanted := getattr(self, name)) is not None
        ]
        if any(came is not None and came != wanted for wanted, came in pairs):
            return False
        if self.execution is not None or self.after or self.before is not None:
            return None
        return True if all(came is not None for _, came in pairs) else None


class Dropped(NamedTuple):
    """What came and is no longer in the journal, by kind; the highest number that any of it had."""

    counts: Sequence[RequestCount]
    up_to: int

    def wanted(self, wanted: JournalFilter) -> Dropped:
        """Return what a filter admits, or may admit."""
        if wanted.after and wanted.after >= self.up_to:
            return Dropped((), self.up_to)
        admitted = [count for count in self.counts if wanted.admits_kind(count.kind) is not False]
        return Dropped(admitted, self.up_to)

    @property
    def total(self) -> int:
        """How many requests these are."""
        return sum(count.count for count in self.counts)


class Found(NamedTuple):
    """Entries as JSON, oldest first, how many are kept in all, and what was dropped.

    As JSON and not as data, which would take many times as much memory.
    """

    kept: int
    entries: Sequence[bytes]
    dropped: Dropped


class Summary(NamedTuple):
    """All requests that came, by kind, and how many of them are no longer in the journal."""

    counts: Sequence[RequestCount]
    dropped: int


class JournalLimits(NamedTuple):
    """How many entries are kept of a sandbox, how many bytes they take up, and whether with answers.

    All sandboxes together take up at most four times as many bytes.
    """

    size: int = 1000
    bytes: int = 64 << 20
    answers: bool = False


class _Ring:
    """The latest entries of a sandbox, and what is known of those before them."""

    __slots__ = ("dropped", "entries", "misspelt", "most", "up_to", "violating", "weight")

    def __init__(self, most: int = 0) -> None:
        self.most = most
        self.weight = 0
        self.entries: deque[JournalEntry] = deque()
        self.violating: deque[JournalEntry] = deque(maxlen=MOST_VIOLATING)
        self.misspelt: deque[JournalEntry] = deque(maxlen=MOST_VIOLATING)
        self.dropped = RequestCounts()
        self.up_to = 0

    def drop(self, entry: JournalEntry, kind: RequestKind, misspelt: Sequence[Violation]) -> None:
        """Count an entry that is no longer kept."""
        self.dropped.add(kind)
        self.up_to = entry.number
        if kind.breaks_contract or misspelt:
            entry = shortened(entry, misspelt)
        if kind.breaks_contract:
            self.violating.append(entry)
        if misspelt:
            self.misspelt.append(entry)


class Journal:
    """The entries of every sandbox, the latest of each. Those before them are counted by kind.

    `limits` hold where the sandbox does not say otherwise. `misspellings` finds the names in requests that
    are nearly known, `secrets` are never shown.
    """

    def __init__(
        self,
        limits: JournalLimits = JournalLimits(),  # noqa: B008 - a frozen value
        *,
        misspellings: FindMisspelt = lambda *_: (),
        secrets: KnownSecrets | None = None,
    ) -> None:
        self._limits = limits
        self._weight = 0
        self.misspellings = misspellings
        self.secrets = KnownSecrets() if secrets is None else secrets
        self._rings: dict[str, _Ring] = {}
        self._facts: BoundedCache[Any, tuple[Mapping[str, str], _Facts]] = BoundedCache(1000)

    def size_of(self, sandbox: Sandbox) -> int:
        """Return how many entries are kept of a sandbox."""
        return self._limits.size if sandbox.journal_size is None else sandbox.journal_size

    def keeps_answers(self, sandbox: Sandbox) -> bool:
        """Whether the bodies of answers are kept of a sandbox."""
        return self._limits.answers if sandbox.journal_answers is None else sandbox.journal_answers

    def add(self, sandbox: Sandbox, entry: JournalEntry) -> None:
        """Keep an entry."""
        ring = self._rings.get(sandbox.id)
        if ring is None:
            ring = self._rings[sandbox.id] = _Ring(self.size_of(sandbox))
        ring.entries.append(entry)
        weight = entry.weight
        ring.weight += weight
        self._weight += weight
        while len(ring.entries) > ring.most or ring.weight > self._limits.bytes:
            self._drop_oldest(ring)
        while self._weight > _SANDBOXES * self._limits.bytes:
            self._drop_oldest(max(self._rings.values(), key=attrgetter("weight")))

    def _drop_oldest(self, ring: _Ring) -> None:
        entry = ring.entries.popleft()
        ring.drop(entry, *self._facts_of(entry))
        self._forget_weight(ring, entry.weight)

    def _forget_weight(self, ring: _Ring, weight: int) -> None:
        ring.weight -= weight
        self._weight -= weight

    def _facts_of(self, entry: JournalEntry) -> _Facts:
        """Return what is counted of an entry, and its misspelt names."""
        if entry.body:
            return kind_of(entry, self.secrets), self.misspelt(entry)
        # Clients that poll send the same request again and again, and it is dropped as often.
        headers = entry.headers
        place = (entry.path, entry.query, entry.method, entry.status, entry.breaks_contract, id(headers))
        known = self._facts.get(place)
        if known is None or known[0] is not headers:
            known = (headers, (kind_of(entry, self.secrets), self.misspelt(entry)))
            self._facts.keep(place, known)
        return known[1]

    def misspelt(self, entry: JournalEntry) -> Sequence[Violation]:
        """Return the names in a request that are nearly known."""
        if entry.misspelt is not None:
            return entry.misspelt
        return self.misspellings(entry.operation, entry.query, entry.headers, entry.body)

    def shown(self, entry: JournalEntry) -> dict[str, Any]:
        """Return an entry as it is shown."""
        return rendered(entry, self.secrets, self.misspelt(entry))

    def entries(self, sandbox: str, wanted: JournalFilter) -> list[JournalEntry]:
        """Return the wanted entries that are kept, oldest first."""
        ring = self._rings.get(sandbox)
        if ring is None:
            return []
        # From the latest backwards: a reader that asks often has seen most of them.
        late = takewhile(lambda entry: entry.number > wanted.after, reversed(ring.entries))
        before = wanted.before
        return [
            entry for entry in late if (before is None or entry.number < before) and wanted.admits(entry)
        ][::-1]

    def dropped_up_to(self, sandbox: str) -> int:
        """Return the highest number of a sandbox's entries that are no longer kept; 0 if all are."""
        return self._rings.get(sandbox, _EMPTY).up_to

    async def find(self, sandbox: str, wanted: JournalFilter, most: int | None = None) -> Found:
        """Return the wanted entries as they are shown, the latest `most` of them, and what was dropped."""
        entries = self.entries(sandbox, wanted)
        dropped = self._dropped(sandbox).wanted(wanted)
        shown = await in_pieces(_latest(entries, most), self._written, _bytes)
        return Found(len(entries), shown, dropped)

    async def violating(self, sandbox: str, most: int) -> Found:
        """Return the requests that break the contract; of those that the journal dropped, the latest."""
        ring = self._rings.get(sandbox, _EMPTY)
        kept = [entry for entry in ring.entries if entry.breaks_contract]
        counts = [count for count in ring.dropped if count.breaks_contract]
        entries = _latest([*ring.violating, *kept], most)
        shown = await in_pieces(entries, self._written, _bytes)
        return Found(len(kept), shown, Dropped(counts, ring.up_to))

    async def misspelling(self, sandbox: str, most: int) -> Found:
        """Return the requests with names that are nearly known; of those that were dropped, the latest."""
        ring = self._rings.get(sandbox, _EMPTY)
        kept = [entry for entry in ring.entries if self.misspelt(entry)]
        entries = _latest([*ring.misspelt, *kept], most)
        shown = await in_pieces(entries, self._written, _bytes)
        return Found(len(ring.misspelt) + len(kept), shown, Dropped((), ring.up_to))

    async def summary(self, sandbox: str) -> Summary:
        """Return how many requests came, by kind."""
        ring = self._rings.get(sandbox, _EMPTY)
        counts = RequestCounts(ring.dropped)
        for entry in ring.entries:
            counts.add(kind_of(entry, self.secrets))
        return Summary(list(counts), ring.dropped.total)

    async def clear(self, sandbox: str) -> int:
        """Forget a sandbox's entries and counts; return how many requests there were."""
        ring = self._rings.pop(sandbox, _EMPTY)
        self._weight -= ring.weight
        return len(ring.entries) + ring.dropped.total

    async def forget(self, sandbox: Sandbox, wanted: JournalFilter) -> int:
        """Forget the entries that a filter admits, counted ones too; return how many there were."""
        ring = self._rings.get(sandbox.id)
        if ring is None:
            return 0
        gone = {entry.number for entry in self.entries(sandbox.id, wanted)}
        before = len(ring.entries) + ring.dropped.total
        ring.dropped = ring.dropped.without(wanted.admits_kind)
        for entry in ring.entries:
            if entry.number in gone:
                self._forget_weight(ring, entry.weight)
        ring.entries = deque(entry for entry in ring.entries if entry.number not in gone)
        for name in ("violating", "misspelt"):
            kept = (
                entry for entry in getattr(ring, name) if not wanted.admits_kind(kind_of(entry, self.secrets))
            )
            setattr(ring, name, deque(kept, maxlen=MOST_VIOLATING))
        return before - len(ring.entries) - ring.dropped.total

    def _written(self, entry: JournalEntry) -> bytes:
        return encode(self.shown(entry))

    async def flush(self) -> None:
        """Nothing waits to be kept elsewhere."""

    def _dropped(self, sandbox: str) -> Dropped:
        ring = self._rings.get(sandbox, _EMPTY)
        return Dropped(list(ring.dropped), ring.up_to)


_EMPTY = _Ring()


async def in_pieces(items: Iterable[T], work: Callable[[T], U], size: Callable[[T], int]) -> list[U]:
    """Return what `work` makes of each; others are served in between, however many and large they are."""
    done, since = [], 0
    for item in items:
        done.append(work(item))
        since += 500 + size(item)
        if since >= _PIECE:
            since = 0
            await asyncio.sleep(0)
    return done


def _latest(entries: list[JournalEntry], most: int | None) -> list[JournalEntry]:
    return entries if most is None else entries[max(0, len(entries) - most) :]


def _bytes(entry: JournalEntry) -> int:
    return entry.size
