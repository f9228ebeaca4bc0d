"""Timelines as inline SVG: what each view showed at each read, and the events by their own dates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from execmock.loading.contract import shipped_contract
from execmock.verify.equality import instant
from execmock.verify.history import History, Observation
from execmock.verify.report.model import Report
from execmock.verify.report.redact import Redactor

__all__ = ["timeline_figures"]

_MOST = 8
_WIDTH, _LEFT, _RIGHT = 1000, 90, 12
_ROW, _BAR = 26, 16


def timeline_figures(report: Report, redact: Redactor) -> Iterator[str]:
    """Yield a figure for each of the executions that showed the most statuses; those with findings first."""
    named = {
        each.seen.at(place) for each in report.findings() for place in ("/data/execution/id", "/data/id")
    }
    moved = [history for history in report.histories if len(_statuses(history)) > 1]
    moved.sort(key=lambda history: (history.id not in named, not history.public, -len(_statuses(history))))
    for history in moved[:_MOST]:
        yield redact(_figure(history))


def _statuses(history: History) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(observation.status for observation in history.observations if observation.status)
    )


def _figure(history: History) -> str:
    rows = [("private", history.private), ("public", history.public)]
    first = min(observation.seen.received for observation in history.observations)
    last = max(observation.seen.received for observation in history.observations)
    height = _ROW * 3 + 42
    parts = [f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{_label(history)}">']
    for number, (name, observations) in enumerate(rows):
        parts.append(f'<text x="0" y="{number * _ROW + 16}" class="dim">{name}</text>')
        parts.extend(_bars(observations, number * _ROW + 3, first, last))
    parts.extend(_events(history, _ROW * 2 + 12))
    parts.extend(_legend(history, height - 8))
    parts.append("</svg>")
    way = " → ".join(_statuses(history))
    said = f"<code>{escape(history.id)}</code> {escape(way)}, {len(history.observations)} sights"
    return f"<figure><figcaption>{said}</figcaption>{''.join(parts)}</figure>"


def _label(history: History) -> str:
    return escape(f"Statuses of {history.id}: {', '.join(_statuses(history))}", quote=True)


def _place(value: float, low: float, high: float) -> float:
    span = high - low
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * ((value - low) / span if span > 0 else 0.0)


def _colour(status: str) -> int:
    known = shipped_contract().transitions().statuses
    return known.index(status) if status in known else len(known)


def _bars(observations: Sequence[Observation], top: int, first: float, last: float) -> Iterator[str]:
    """One bar for each stretch of reads that showed one status."""
    stretches: list[tuple[str, float, float]] = []
    for observation in sorted(observations, key=lambda one: one.seen.received):
        at = observation.seen.received
        if stretches and stretches[-1][0] == observation.status:
            stretches[-1] = (observation.status, stretches[-1][1], at)
        else:
            stretches.append((observation.status, at, at))
    for number, (status, begin, end) in enumerate(stretches):
        until = stretches[number + 1][1] if number + 1 < len(stretches) else end
        left = _place(begin, first, last)
        width = max(_place(until, first, last) - left, 3)
        title = f"<title>{escape(status)}</title>"
        shape = f'<rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="{_BAR}" rx="2"'
        yield f'{shape} class="i{_colour(status)}">{title}</rect>'


def _events(history: History, top: int) -> Iterator[str]:
    timelines = [observation.events for observation in history.private if observation.events]
    events = timelines[-1] if timelines else ()
    dated = [(time, event) for event in events if (time := instant(event.get("createdAt"))) is not None]
    if not dated:
        return
    low, high = min(time for time, _ in dated), max(time for time, _ in dated)
    yield f'<text x="0" y="{top + 12}" class="dim">events</text>'
    yield f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{top + 8}" y2="{top + 8}" class="axis"/>'
    for time, event in dated:
        said = f"{event.get('createdAt')} {event.get('eventType', '')} {event.get('title', '')}"
        x = _place(time, low, high)
        shape = f'<circle cx="{x:.1f}" cy="{top + 8}" r="5" class="event">'
        yield f"{shape}<title>{escape(said)}</title></circle>"
    span = f"{len(dated)} events in {(high - low) / 1000:g} s"
    yield f'<text x="{_LEFT}" y="{top + 27}" class="dim">{span}</text>'


def _legend(history: History, y: int) -> Iterator[str]:
    x = _LEFT + 160
    for status in _statuses(history):
        yield f'<rect x="{x}" y="{y - 9}" width="10" height="10" class="i{_colour(status)}"/>'
        word = status.removeprefix("workflow_")
        yield f'<text x="{x + 14}" y="{y}">{escape(word)}</text>'
        x += 30 + 6 * len(word)
