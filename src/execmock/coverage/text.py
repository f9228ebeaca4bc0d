"""A coverage as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from execmock.coverage.model import Coverage
from execmock.coverage.summary import missing_sentence, rows, unseen_sentences

__all__ = ["MOST_NAMED", "as_text"]

MOST_NAMED = 10
"""Units never met that are named where not all are asked for."""


def as_text(coverage: Coverage, *, all_missing: bool = False) -> str:
    """Return a table, and what was never met: the first of it unless all is asked for."""
    return "\n".join(_lines(coverage, all_missing=all_missing))


def _lines(coverage: Coverage, *, all_missing: bool) -> Iterator[str]:
    shown = rows(coverage)
    wide = max(len(row.title) for row in shown)
    yield f"{'':<{wide}} {'met':>6} {'of':>6}"
    for row in shown:
        yield f"{row.title:<{wide}} {row.met:>6} {row.declared:>6} {row.percent:>6}"
    yield from unseen_sentences(coverage)
    missing = coverage.missing()
    # What executions do is named before answers, of which most have to be asked for by name.
    ordered = sorted(missing, key=lambda unit: unit.kind in ("answer", "example"))
    for unit in ordered if all_missing else ordered[:MOST_NAMED]:
        yield missing_sentence(coverage, unit)
    if len(ordered) > MOST_NAMED and not all_missing:
        yield f"and {len(ordered) - MOST_NAMED} more were never met; --show-missing names them"
