"""Rules on the timeline: one list of events that only grows, behind both views."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from execmock.verify.equality import instant, same_member
from execmock.verify.evidence import Evidence
from execmock.verify.history import History, Observation
from execmock.verify.lateness import LATE, in_time, is_late
from execmock.verify.requests import CREATE, GET, PUBLIC
from execmock.verify.rule import Check, Rules, check, not_judged
from execmock.verify.rules.lifecycle import made, settled
from execmock.verify.wording import Said, told

_VIEWS = (GET, PUBLIC)
_EVENTS = "/data/events"
_SLACK = 1_000
_SKEW = 250

_TIMELINE = Rules(
    "timeline",
    (GET, PUBLIC),
    probes="histories basics existing",
    at="responses/200",
    tags="timeline history",
    needs="",
)


def _timelines(evidence: Evidence) -> Iterator[tuple[History, Observation, tuple[Mapping[str, Any], ...]]]:
    for history in evidence.histories:
        for observation in history.observations:
            if observation.events is not None:
                yield history, observation, observation.events


def _ids(events: tuple[Mapping[str, Any], ...]) -> list[str]:
    return [event["id"] for event in events if isinstance(event.get("id"), str) and event["id"]]


@_TIMELINE.expected(
    "append-only",
    "An event once shown stays, in its place and unchanged.",
    under="timeline.unique-ids timeline.ascending",
)
def append_only(evidence: Evidence) -> Iterator[Check]:
    """Compares timelines of one view, the earlier received before the later was requested."""
    for history in evidence.histories:
        for observations in (history.private, history.public):
            shown = tuple(observation for observation in observations if observation.events is not None)
            for before, observation in settled(shown):
                if before:
                    grown = _grew(history, before[-1], observation)
                    missing = grown.ok is False and len(observation.events or ()) < len(
                        before[-1].events or ()
                    )
                    if missing and is_late(observation, _first_longer(before, observation)):
                        yield not_judged(LATE, observation.seen)
                    else:
                        yield grown


def _first_longer(observations: Sequence[Observation], than: Observation) -> Observation:
    """Return the first with a longer timeline; there is one."""
    return next(one for one in observations if len(one.events or ()) > len(than.events or ()))


def _grew(history: History, before: Observation, after: Observation) -> Check:
    old, new = before.events or (), after.events or ()
    later = {event.get("id"): event for event in new}
    chain = made(history, before.seen)
    for event in old:
        kept = later.get(event.get("id"))
        if kept is None:
            said = told("the event {}, as was seen before", event.get("id"))
            lacking = Said(f"{len(new)} events without it")
            return check(False, after.seen, said, lacking, at=_EVENTS, chain=chain, rests_on=[before.seen])
        wrong = next((name for name, value in event.items() if not same_member(value, kept.get(name))), None)
        if wrong is not None:
            said = told("{} of {} as before: {}", Said(wrong), event.get("id"), event.get(wrong))
            shown = kept.get(wrong)
            return check(False, after.seen, said, shown, at=_EVENTS, chain=chain, rests_on=[before.seen])
    kept_order = [name for name in _ids(new) if name in set(_ids(old))] == _ids(old)
    order = ("the order of before", Said("another order"))
    return check(kept_order, after.seen, *order, at=_EVENTS, chain=chain, rests_on=[before.seen])


@_TIMELINE.advisory(
    "not-empty",
    "An execution whose status has moved has events.",
    operations=GET,
    probes="histories basics",
    under="timeline.append-only",
    needs="writes",
)
def not_empty(evidence: Evidence) -> Iterator[Check]:
    """Judged where an earlier answer showed another status, or the execution has ended; not on old ones.

    Advice, since no page says which events there are.
    """
    terminal = evidence.transitions.terminal
    for history in evidence.histories:
        statuses: set[str] = set()
        known = 0
        for before, observation in settled(history.private if history.creation else ()):
            statuses.update(one.status for one in before[known:] if one.status)
            known = len(before)
            shown = observation.seen.at(_EVENTS) if observation.events is not None else None
            moved = not statuses <= {observation.status}
            if isinstance(shown, list) and (moved or observation.status in terminal):
                said = f"events, as it is {observation.status}"
                yield check(bool(shown), observation.seen, said, at=_EVENTS, chain=made(history))
            elif isinstance(shown, list) and observation.status:
                yield Check(True, observation.seen, _EVENTS)


@_TIMELINE.expected("unique-ids", "Every event has an id of its own.")
def unique_ids(evidence: Evidence) -> Iterator[Check]:
    """Within a timeline, and between those of two executions."""
    owner: dict[str, History] = {}
    for history, observation, events in _timelines(evidence):
        if events:
            twice = next((name for name, times in Counter(_ids(events)).items() if times > 1), None)
            yield check(
                twice is None, observation.seen, "each id once", twice, at=_EVENTS, chain=made(history)
            )
            other = next(
                (name for name in _ids(events) if owner.setdefault(name, history) is not history), None
            )
            said = "ids that no other execution's events have"
            yield check(other is None, observation.seen, said, other, at=_EVENTS, chain=made(history))


@_TIMELINE.expected("ascending", "Events ascend by createdAt.")
def ascending(evidence: Evidence) -> Iterator[Check]:
    """Equal instants are in order."""
    for history, observation, events in _timelines(evidence):
        times = [time for event in events if (time := instant(event.get("createdAt"))) is not None]
        if len(times) > 1:
            fits = all(one <= other for one, other in pairwise(times))
            yield check(
                fits, observation.seen, "createdAt rising", Said("a fall"), at=_EVENTS, chain=made(history)
            )


@_TIMELINE.expected(
    "not-before-status",
    "No event is dated before the execution, or later than the moment at which it was seen.",
    under="timeline.ascending timeline.public-not-stale lifecycle.created-at-constant",
)
def not_before_status(evidence: Evidence) -> Iterator[Check]:
    """The upper bound is the target's own clock: the createdAt of an execution created after the answer.

    An event that appears after startedAt was shown happened after it.
    """
    witnesses = Witnesses(evidence)
    for history, observation, events in _timelines(evidence):
        latest = witnesses.after(observation)
        for number, event in enumerate(events):
            yield from _judge_date(history, observation, number, event, latest)
    for history in evidence.histories:
        for observations in (history.private, history.public):
            shown = tuple(observation for observation in observations if observation.events is not None)
            for before, observation in settled(shown):
                if before and before[-1].value("startedAt"):
                    yield from _judge_late(history, before[-1], observation)


def _judge_date(
    history: History, observation: Observation, number: int, event: Mapping[str, Any], latest: Any
) -> Iterator[Check]:
    time, place = instant(event.get("createdAt")), f"{_EVENTS}/{number}/createdAt"
    born = instant(observation.value("createdAt"))
    if time is not None and born is not None:
        said = f"not before the execution's createdAt, {observation.value('createdAt')}"
        yield check(time >= born - _SLACK, observation.seen, said, at=place, chain=made(history))
    if time is not None and latest is not None:
        said = f"not after {latest}, when a later execution was created"
        moment = instant(latest) or 0
        fits = time <= moment + _slack(latest, event.get("createdAt"))
        yield check(fits, observation.seen, said, at=place, chain=made(history))


def _judge_late(history: History, before: Observation, observation: Observation) -> Iterator[Check]:
    start = before.value("startedAt")
    known, began = set(_ids(before.events or ())), instant(start)
    for number, event in enumerate(observation.events or ()):
        time = instant(event.get("createdAt"))
        if event.get("id") not in known and time is not None and began is not None:
            said = f"not before startedAt, {start}, which was shown before this event"
            fits = time >= began - _slack(start, event.get("createdAt"))
            place = f"{_EVENTS}/{number}/createdAt"
            yield check(fits, observation.seen, said, at=place, chain=made(history, before.seen))


def _slack(*texts: Any) -> int:
    """Return the tolerance: a second without fractions; else what clocks of one service may differ by."""
    return _SKEW if all("." in str(text) for text in texts) else _SLACK


class Witnesses:
    """The creations of a run: the createdAt that each shows is the service's clock at that moment."""

    def __init__(self, evidence: Evidence) -> None:
        self._by_identity: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
        for seen in evidence.successes(CREATE):
            time = seen.at("/data/execution/createdAt")
            # What a repetition answers may have been created by an earlier request.
            again = seen.probe == "idempotency" or seen.label.startswith("repeat/") or evidence.repeated(seen)
            if not again and instant(time) is not None:
                self._by_identity[seen.identity].append((seen.sent, time))
        for found in self._by_identity.values():
            found.sort()

    def after(self, observation: Observation) -> str | None:
        """Return the createdAt of the first execution that the same key created after an observation.

        A public observation has no key; the key with which its probe creates executions is used.
        """
        seen = observation.seen
        identity = seen.identity if observation.private else ("time" if seen.probe == "histories" else "a")
        found = self._by_identity.get(identity, [])
        place = bisect_left(found, (seen.received, ""))
        return found[place][1] if place < len(found) else None


@_TIMELINE.expected(
    "execution-id",
    "Events name the execution, organization and workflow that they belong to.",
    operations=GET,
)
def execution_id(evidence: Evidence) -> Iterator[Check]:
    """Members that an event leaves out are not judged."""
    for history, observation, events in _timelines(evidence):
        if observation.private:
            for number, event in enumerate(events):
                for name, own in (("executionId", "id"), ("organizationId",) * 2, ("workflowId",) * 2):
                    shown, wanted = event.get(name), observation.value(own)
                    if shown and wanted:
                        place = f"{_EVENTS}/{number}/{name}"
                        yield check(
                            shown == wanted, observation.seen, f"{wanted}", at=place, chain=made(history)
                        )


@_TIMELINE.expected(
    "public-subset",
    "Every event of the public timeline is in the private one, with the same values.",
    operations=PUBLIC,
    probes="histories basics",
    under="timeline.append-only public.shape",
    needs="writes",
)
def public_subset(evidence: Evidence) -> Iterator[Check]:
    """Compared with a private read that was requested after the public answer was received."""
    for history in evidence.histories:
        reads = [observation for observation in history.private if observation.events is not None]
        for public in history.public:
            after = next((read for read in reads if read.seen.sent >= public.seen.received), None)
            if after is not None and public.events:
                known = {event.get("id"): event for event in after.events or ()}
                for number, event in enumerate(public.events):
                    twin = known.get(event.get("id"))
                    yield replace(_judge_twin(history, public, number, event, twin), rests_on=(after.seen,))


def _judge_twin(
    history: History,
    public: Observation,
    number: int,
    event: Mapping[str, Any],
    twin: Mapping[str, Any] | None,
) -> Check:
    place = f"{_EVENTS}/{number}"
    if twin is None:
        return check(
            False, public.seen, "an event of the private timeline", at=f"{place}/id", chain=made(history)
        )
    wrong = next(
        (name for name, value in event.items() if name in twin and not same_member(value, twin[name])), ""
    )
    said = told("{}, as in the private timeline", twin.get(wrong))
    return check(not wrong, public.seen, said, at=f"{place}/{wrong}", chain=made(history))


@_TIMELINE.expected(
    "public-not-stale",
    "The public timeline is not behind the private one.",
    operations=PUBLIC,
    probes="histories basics",
    under="timeline.append-only timeline.public-subset public.not-stale",
    needs="writes",
)
def public_not_stale(evidence: Evidence) -> Iterator[Check]:
    """An event that the public view shows at some time has to be there once a private read has shown it."""
    for history in evidence.histories:
        open_ = {name for public in history.public for name in _ids(public.events or ())}
        reads = [observation for observation in history.private if observation.events is not None]
        for public in history.public:
            before = [read for read in reads if read.seen.received <= public.seen.sent]
            if before and public.events is not None:
                wanted = set(_ids(before[-1].events or ())) & open_
                lacking = sorted(wanted - set(_ids(public.events)))
                first = next((read for read in before if set(lacking) & set(_ids(read.events or ()))), None)
                if first is not None and not in_time(public.seen, first.seen):
                    yield not_judged(LATE, public.seen)
                    continue
                said = "every event that the private timeline had shown before"
                chain = made(history, before[-1].seen)
                yield check(not lacking, public.seen, said, Said(", ".join(lacking)), at=_EVENTS, chain=chain)
