"""From what was seen of an execution to its stays: which statuses, since when, with which values and events.

A time comes from the service where it says one (an event, startedAt, finishedAt, updatedAt), and lies else
between the last answer that showed the status before and the first that shows this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from execmock.recorder.model import Instant, RecordedEvent, Run, Sent, Stay, Told
from execmock.recorder.observed import Observed, Seen, instant_of
from execmock.recorder.timeline import timeline
from execmock.recorder.vocabulary import Words

__all__ = ["run_of"]

_TOLERANCE = 2_000
"""Milliseconds by which the clocks of service and recording may differ unnoticed."""
_MOST = 1_000
"""Changes and events of one execution that are looked at."""
_PAYMENT = ("checkoutSessionId", "orderId", "paymentStatus")


class _Point(NamedTuple):
    """A status that began: `anchor` is the position of the event that says so, -1 where no event does."""

    since: Instant
    status: str
    anchor: int
    answered: bool


def run_of(seen: Observed, words: Words) -> tuple[Run | None, list[str]]:
    """Return what is known of an execution, and in sentences what cannot be used of it."""
    created = _created(seen)
    told = timeline(seen)[: 10 * _MOST]
    notes: list[str] = []
    known = [one for one in seen.seen if one.status in words.graph.next]
    odd = next((one.status for one in seen.seen if one.status not in words.graph.next), None)
    if odd is not None:
        notes.append(f"an answer shows the status {odd!r}, which the contract does not know; it is left out")
    if not known:
        return None, notes
    stays = _stays(known, created, told, words, notes)
    _give_values(stays, known, words, notes)
    _give_events(stays, told)
    _give_signals(stays, seen)
    request = _request(seen, words)
    workflow = request.get("workflowId") if seen.api == "executions" else known[-1].view.get("key")
    return (
        Run(
            id=seen.id,
            api=seen.api,
            workflow=workflow if isinstance(workflow, str) else "",
            created_at=created,
            request=request,
            stays=stays,
            watched=max(one.high for one in known),
            created=any(one.creates for one in seen.seen),
            timeline=seen.api == "embed" or any(one.events is not None for one in seen.seen),
            named={**seen.named, "name": known[-1].view.get("name")},
        ),
        notes,
    )


def _created(seen: Observed) -> int:
    names = ("createdAt", "created_at_utc")
    said = (instant_of(one.view.get(name)) for one in seen.seen for name in names)
    found = next((at for at in said if at is not None), None)
    first = seen.seen[0]
    if seen.api == "embed" and first.creates and found is not None and abs(found - first.low) < _TOLERANCE:
        return first.low  # its texts have whole seconds
    return first.low if found is None else found


def _request(seen: Observed, words: Words) -> Mapping[str, Any]:
    if seen.api == "embed":
        return seen.request
    names = words.vocabulary.request_names
    shown = {name: value for one in seen.seen for name, value in one.view.items() if name in names and value}
    sent = {name: value for name, value in seen.request.items() if value is not None}
    return {name: value for name, value in {**shown, **sent}.items() if words.takes(name, value)}


def _stays(
    seen: Sequence[Seen], created: int, told: Sequence[RecordedEvent], words: Words, notes: list[str]
) -> list[Stay]:
    answered = list(islice(_answered(seen, created, words, notes), _MOST))
    # Some services use words of the contract's events for something else.
    anchors = _anchors(told, words) if _agrees(seen, words) else ()
    return _joined(answered, [*anchors, *_dated(seen, words)], created, seen, words)


def _answered(seen: Sequence[Seen], created: int, words: Words, notes: list[str]) -> Iterator[_Point]:
    """Yield each change of the status that the answers show."""
    before: Seen | None = None
    for one in seen:
        status = one.status
        if before is None:
            yield _Point(_first(one, created), status, -1, True)
        elif status != before.status:
            if not words.graph.reaches(before.status, status):
                notes.append(
                    f"an answer shows {status} after {before.status}, which the contract does not "
                    "allow; it is left out"
                )
                continue
            yield _Point(_change(before, one), status, -1, True)
        before = one


def _first(one: Seen, created: int) -> Instant:
    updated = instant_of(one.view.get("updatedAt"))
    if one.creates or updated is None or updated <= created:
        return Instant.exact(created)
    return Instant.exact(updated)


def _change(before: Seen, one: Seen) -> Instant:
    """Return when what an answer shows for the first time came about."""
    updated, earlier = (instant_of(seen.view.get("updatedAt")) for seen in (one, before))
    if updated is not None and (earlier is None or earlier < updated):
        return Instant.exact(updated)
    return Instant.between(before.low, one.high)


def _anchors(told: Sequence[RecordedEvent], words: Words) -> Iterator[_Point]:
    for number, event in enumerate(told):
        status = words.statuses_of_events.get(event.fields["eventType"])
        if status:
            yield _Point(Instant.exact(event.at), status, number, False)


def _dated(seen: Sequence[Seen], words: Words) -> Iterator[_Point]:
    """Yield the statuses whose beginnings stand in an execution's own dates."""
    last = seen[-1]
    started = next((at for one in seen if (at := instant_of(one.view.get("startedAt"))) is not None), None)
    if started is not None and "workflow_running" in words.graph.next:
        yield _Point(Instant.exact(started), "workflow_running", -1, False)
    finished = instant_of(last.view.get("finishedAt"))
    if finished is not None and last.status in words.graph.terminal:
        yield _Point(Instant.exact(finished), last.status, -1, False)


def _joined(
    answered: Sequence[_Point], said: Iterable[_Point], created: int, seen: Sequence[Seen], words: Words
) -> list[Stay]:
    said = sorted(said, key=lambda point: (point.since.at, point.anchor < 0, point.anchor))
    left = list(said)
    points = list(said)
    since = 0
    for point in answered:
        # What the service says of this change is more exact than the answers are.
        later = (other for other in left if other.since.at >= since)
        same = next((other for other in later if other.status == point.status), None)
        known = same or point
        since = known.since.at if known.since.low == known.since.high else since
        if same:
            left = left[left.index(same) + 1 :]
        else:
            points.append(point)
    points.sort(key=lambda point: (point.since.at, point.anchor < 0, point.anchor))
    paid = any(one.view.get(name) for one in seen for name in _PAYMENT)
    shown = [(one.low, one.status) for one in seen]
    return _legal(points, created, words.start(paid), words, shown)


def _legal(
    points: Sequence[_Point], created: int, start: str, words: Words, shown: Sequence[tuple[int, str]]
) -> list[Stay]:
    """Return stays in an order that the contract allows; what it demands between two is filled in.

    `shown` is what answers showed, and when.
    """
    first = points[0].status if points[0].status in words.graph.initial else start
    stays: list[Stay] = []
    if first != points[0].status:
        stays.append(Stay(first, Instant.exact(created), seen=False))
    for since, status, anchor, _ in points:
        if not stays:
            stays.append(Stay(status, Instant.exact(created), anchor=anchor if anchor >= 0 else None))
            continue
        if len(stays) > _MOST:
            break  # a recording keeps fewer
        way = words.graph.path(stays[-1].status, status)
        if way is None or len(way) == 1:
            continue
        # What was not seen took no time, as far as anyone could see; how long it may have taken is known.
        last = [at for at, known in shown if known == stays[-1].status and at <= since.high]
        gap = Instant(since.at, min(max(last, default=stays[-1].since.at), since.low), since.high)
        stays += [Stay(between, gap, seen=False) for between in way[1:-1]]
        stays.append(Stay(status, since, anchor=anchor if anchor >= 0 else None))
    return stays


def _agrees(seen: Iterable[Seen], words: Words) -> bool:
    """Whether most answers show the status that the latest event of a status in them tells."""
    told: list[bool] = []
    for one in seen:
        kinds = [str(event.get("eventType")) for event in one.events or ()]
        statuses = [words.statuses_of_events[kind] for kind in kinds if kind in words.statuses_of_events]
        if statuses:
            told.append(statuses[-1] == one.status)
    return 2 * sum(told) >= len(told)


def _give_values(stays: list[Stay], seen: Sequence[Seen], words: Words, notes: list[str]) -> None:
    """Set the values of each stay; where they change within a status, a new stay of it begins."""
    place, before = 0, seen[0]
    for one in seen:
        fitting = [n for n in range(place, len(stays)) if stays[n].status == one.status]
        if not fitting:
            continue
        place = _last_at(stays, fitting, one)
        values = _values(one, words, notes)
        stay = stays[place]
        if stay.values is None:
            stay.values = values
        elif all(stay.values.get(name, value) == value for name, value in values.items()):
            stay.values |= values
        elif stay.status in words.graph.terminal:
            # Nothing follows a final status, so that one step has to say all of it.
            stay.values |= values
        else:
            place += 1
            stays.insert(place, Stay(stay.status, _change(before, one), values=stay.values | values))
        before = one
        if one.events is not None:
            _hear(stays, place, words)


def _hear(stays: Sequence[Stay], place: int, words: Words) -> None:
    """Note how much a timeline holds that was read in the stay at `place`."""
    for stay in stays[:place]:
        stay.told = Told.ALL
    last = stays[place]
    last.told = max(last.told, Told.ALL if last.status in words.graph.terminal else Told.BEGINNING)


def _last_at(stays: Sequence[Stay], fitting: Sequence[int], one: Seen) -> int:
    """Return the last stay that has begun by an answer, or else the first: clocks may differ."""
    begun = [number for number in fitting if stays[number].since.low <= one.high]
    return begun[-1] if begun else fitting[0]


def _values(one: Seen, words: Words, notes: list[str]) -> dict[str, Any]:
    names = words.vocabulary.settable if one.whole else words.public
    values: dict[str, Any] = {}
    for name in names:
        value = one.view.get(name)
        if value in (None, "", {}):
            values[name] = None
        elif words.fits(name, value):
            values[name] = value
        else:
            notes.append(f"a value of {name} is none that the contract allows; it is left out")
    counted = words.vocabulary.sum
    if counted and sum(values.get(part) or 0 for part in counted.parts) > (values.get(counted.total) or 0):
        notes.append(f"the counts add up to more than {counted.total}; they are left out")
        return {name: value for name, value in values.items() if not words.vocabulary.counts(name)}
    return values


def _give_events(stays: Sequence[Stay], told: Sequence[RecordedEvent]) -> None:
    for number, event in enumerate(told):
        begun = [
            stay
            for stay in stays
            if stay.since.at < event.at
            or (stay.since.at == event.at and (stay.anchor is None or stay.anchor <= number))
        ]
        (begun[-1] if begun else stays[0]).events.append(event)


def _give_signals(stays: Sequence[Stay], seen: Observed) -> None:
    left = 1
    for sent in seen.sent:
        moved = [number for number in range(left, len(stays)) if _may_cause(sent, stays[number].since)]
        if moved:
            # Of several changes at one instant, it caused the one that was waited for.
            waited = [number for number in moved if "wait" in stays[number - 1].status]
            number = (waited or moved)[0]
            stays[number].signal, left = sent, number + 1
            _begin_with(sent, stays[number:])


def _may_cause(sent: Sent, change: Instant) -> bool:
    """Whether a request may have brought a change about: it was not sent after an answer that shows it."""
    if change.low > sent.received + sent.grace:
        return False
    return sent.sent < change.high or (sent.sent == change.low == change.high)


def _begin_with(sent: Sent, stays: Sequence[Stay]) -> None:
    """Let a change begin with the request that brought it about, as far as its time is not known.

    With it begins what came about at the same time: statuses that nothing showed, and the one after them.
    """
    known = stays[0].since
    low = max(known.low, sent.sent)
    since = Instant(min(max(low, sent.received), known.high), low, known.high)
    for stay in stays:
        if stay.since.at != known.at or stay.since.high != known.high:
            return
        if stay.since.low < known.high:
            stay.since = since
