"""Requests on their way to a shared journal, rendered together as JSON: equal ones once, but for their times.

What it gains (`bench/micro_gains.py`): with each request rendered by itself a get from SQLite takes 131 %
more processor time, a list 113 %.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, NamedTuple

from execmock.core.durations import format_instant
from execmock.core.json_text import encode
from execmock.core.request_counts import RequestKind
from execmock.service.events.entry import JournalEntry, kind_of_shown
from execmock.service.events.journal import MOST_VIOLATING
from execmock.service.events.log_writer import LogWriter

__all__ = ["EntryBatch", "packed"]

_EACH = 500
"""Bytes that a request takes up besides its bodies."""

_alike = attrgetter("path", "query", "method", "status", "operation", "subject", "fits", "warning", "browser")
Show = Callable[[JournalEntry], Mapping[str, Any]]


class _Pattern(NamedTuple):
    """What equal requests have in common: the JSON around their times, and what they are counted by."""

    before: bytes
    after: bytes
    kind: RequestKind
    misspelt: bool

    def text(self, entry: JournalEntry) -> bytes:
        """Return an equal request as JSON."""
        at, took = format_instant(entry.at).encode(), repr(round(entry.took, 3)).encode()
        return b'{"number":%d,"at":"%b",%b,"took":%b,%b' % (entry.number, at, self.before, took, self.after)


class EntryBatch:
    """The requests to one sandbox that came since the last batch; its journal keeps the latest `most`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: list[JournalEntry] = []

    def add(self, entry: JournalEntry) -> int:
        """Take a request; return how many bytes it takes up, about."""
        self._entries.append(entry)
        return _EACH + len(entry.body) + len(entry.answer or b"")

    def write(self, sandbox: str, writer: LogWriter, show: Show) -> None:
        """Count the requests and write those that the journal keeps, the latest."""
        patterns: dict[tuple[Any, ...], _Pattern] = {}
        counts: Counter[RequestKind] = Counter()
        skipped = max(0, len(self._entries) - self._most)
        writer.skip(sandbox, "journal", skipped, self._most)
        for number, entry in enumerate(self._entries):
            pattern, text = _rendered(entry, patterns, show)
            counts[pattern.kind] += 1
            if number >= skipped:
                writer.add(sandbox, "journal", text or pattern.text(entry), self._most)
            if pattern.kind.breaks_contract:
                # The journal may drop it; these are kept for longer.
                writer.add(sandbox, "violation", text or pattern.text(entry), MOST_VIOLATING)
            if pattern.misspelt:
                writer.add(sandbox, "misspelling", text or pattern.text(entry), MOST_VIOLATING)
        for kind, count in counts.items():
            writer.count(sandbox, kind._replace(path=_readable(kind.path)), count)


def _rendered(
    entry: JournalEntry, patterns: dict[tuple[Any, ...], _Pattern], show: Show
) -> tuple[_Pattern, bytes]:
    """Return the pattern of a request, and its JSON where it is unlike all others."""
    is_kept_whole = entry.answer is not None or entry.misspelt is not None
    if entry.body or entry.violations or entry.faults or is_kept_whole:
        shown = show(entry)
        return _Pattern(b"", b"", kind_of_shown(shown), bool(shown["misspelt"])), packed(shown)
    # The fast path gives the same headers for the same lines, and here they live as long as the patterns.
    place = (id(entry.headers), *_alike(entry))
    pattern = patterns.get(place)
    if pattern is None:
        pattern = patterns[place] = _pattern(show(entry))
    return pattern, b""


def _pattern(shown: Mapping[str, Any]) -> _Pattern:
    names = list(shown)
    took = names.index("took")
    before = packed({name: shown[name] for name in names[2:took]})
    after = packed({name: shown[name] for name in names[took + 1 :]})
    return _Pattern(before[1:-1], after[1:], kind_of_shown(shown), bool(shown["misspelt"]))


def packed(shown: Mapping[str, Any]) -> bytes:
    """Return an entry or a change as JSON."""
    try:
        return encode(shown)
    except UnicodeEncodeError:
        # Some header or path holds what is no text; what it held is shown, not kept exactly.
        return encode(_readable(shown))


def _readable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, Mapping):
        return {_readable(name): _readable(inner) for name, inner in value.items()}
    return [_readable(inner) for inner in value] if isinstance(value, list | tuple) else value
