"""Rules on an execution's life, judged afterwards on what was seen of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from execmock.verify.equality import instant, same_member
from execmock.verify.evidence import Case
from execmock.verify.exchange import Exchange
from execmock.verify.history import History, Sample
from execmock.verify.requests import GET, LIST, PUBLIC
from execmock.verify.rule import ADVISORY, EXPECTED, Verdict, check, rule

_FEED = "histories basics existing"
_ALL = (GET, LIST, PUBLIC)
_TAGS = ("lifecycle", "history")
_AT = "responses/200"
_SLACK = 1_000  # instants may be cut to whole seconds


def made(history: History, *more: Exchange) -> tuple[Exchange, ...]:
    """Return the exchanges that lead up to a sight: the creation, if it was ours, and what else is named."""
    return (*((history.creation,) if history.creation else ()), *more)


def settled(samples: tuple[Sample, ...]) -> Iterator[tuple[list[Sample], Sample]]:
    """Yield each sight with those that were received before it was asked for, oldest first."""
    arrived: list[Sample] = []
    waiting: list[Sample] = []
    for sample in samples:
        waiting.sort(key=lambda one: one.seen.received)
        while waiting and waiting[0].seen.received <= sample.seen.sent:
            arrived.append(waiting.pop(0))
        yield arrived, sample
        waiting.append(sample)


def _first_shows(history: History) -> tuple[Sample, ...]:
    """The sights without repeated creates, which may show their first answer again."""
    first = history.creation
    return tuple(one for one in history.samples if one.view != "create" or one.seen is first)


def _pairs(case: Case) -> Iterator[tuple[History, Sample, Sample]]:
    """Yield (history, before, after) for each change of status that one observer could see.

    A public sight after a private one is for public.not-stale.
    """
    for history in case.histories:
        for before, sample in settled(_first_shows(history)):
            comparable = before if sample.private else [one for one in before if not one.private]
            if comparable:
                yield history, comparable[-1], sample


@rule(
    "lifecycle.reachable",
    EXPECTED,
    _ALL,
    "A status seen later can be reached from a status seen before.",
    probes=_FEED,
    at=_AT,
    tags=_TAGS,
    under="status.enum",
)
def reachable(case: Case) -> Iterator[Verdict]:
    """Polling may miss statuses between; what follows a terminal status is for lifecycle.terminal-final."""
    graph = case.transitions
    for history, before, after in _pairs(case):
        if before.status in graph.next and after.status in graph.next and before.status not in graph.terminal:
            fits = graph.reaches(before.status, after.status)
            said = f"a status that can follow {before.status}"
            place = f"{after.pointer}/status"
            yield check(fits, after.seen, said, at=place, chain=made(history, before.seen))


@rule(
    "lifecycle.terminal-final",
    EXPECTED,
    _ALL,
    "A terminal status never changes.",
    probes=_FEED,
    at=_AT,
    tags=_TAGS,
)
def terminal_final(case: Case) -> Iterator[Verdict]:
    """Compares every sight with the terminal sights received before it was asked for."""
    graph = case.transitions
    for history, before, after in _pairs(case):
        if before.status in graph.terminal and after.status:
            place = f"{after.pointer}/status"
            fits = after.status == before.status
            yield check(fits, after.seen, before.status, at=place, chain=made(history, before.seen))


def _lifecycle(case: Case) -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = case.schema("Execution")["x-lifecycle"]["properties"]
    return found


def _due(case: Case, names: Callable[[str, Mapping[str, Any]], bool]) -> Iterator[Verdict]:
    """Judge presence where it is due, absence where it is early, for the properties that `names` picks."""
    for history in case.histories:
        for sample in history.samples:
            for name, terms in _lifecycle(case).items():
                if names(name, terms) and _shows(case, sample, name):
                    yield from _judge_presence(history, sample, name, terms)


def _shown(case: Case, sample: Sample) -> Mapping[str, Any]:
    """Return the properties that a view shows, by name."""
    shown: Mapping[str, Any] = case.schema("Execution" if sample.private else "PublicExecution")["properties"]
    return shown


def _shows(case: Case, sample: Sample, name: str) -> bool:
    return name in _shown(case, sample)


def _judge_presence(
    history: History, sample: Sample, name: str, terms: Mapping[str, Any]
) -> Iterator[Verdict]:
    present, place = sample.value(name) is not None, f"{sample.pointer}/{name}"
    if sample.status in terms["due"] and terms["severity"] == "violation":
        yield check(present, sample.seen, f"{name}, as it is {sample.status}", at=place, chain=made(history))
    early = terms.get("early", {})
    if sample.status in early.get("in", ()) and early["severity"] == "violation":
        yield check(
            not present, sample.seen, f"no {name} while {sample.status}", at=place, chain=made(history)
        )


@rule(
    "lifecycle.started-at",
    EXPECTED,
    _ALL,
    "startedAt is there from workflow_running on.",
    probes=_FEED,
    at=_AT,
    tags=_TAGS,
)
def started_at(case: Case) -> Iterator[Verdict]:
    """Where it is due, the contract's x-lifecycle says."""
    return _due(case, lambda name, _: name == "startedAt")


@rule(
    "lifecycle.finished-at",
    EXPECTED,
    _ALL,
    "finishedAt is there when the status is terminal, and only then.",
    probes=_FEED,
    at=_AT,
    tags=_TAGS,
)
def finished_at(case: Case) -> Iterator[Verdict]:
    """Where it is due, the contract's x-lifecycle says."""
    return _due(case, lambda name, _: name == "finishedAt")


@rule(
    "lifecycle.run-id",
    EXPECTED,
    _ALL,
    "runId is there from workflow_queued on.",
    probes=_FEED,
    at=_AT,
    tags=_TAGS,
)
def run_id(case: Case) -> Iterator[Verdict]:
    """Where it is due, the contract's x-lifecycle says."""
    return _due(case, lambda name, _: name == "runId")


@rule(
    "lifecycle.due-fields",
    ADVISORY,
    _ALL,
    "orderId, statusReason, responsePayload and the like are there in the statuses that call for them.",
    probes=_FEED,
    at=_AT,
    tags=_TAGS,
)
def due_fields(case: Case) -> Iterator[Verdict]:
    """Everything in the contract's x-lifecycle that is only worth a notice; free workflows have no order."""
    for history in case.histories:
        for sample in history.samples:
            for name, terms in _lifecycle(case).items():
                if not _shows(case, sample, name):
                    continue
                present, place = sample.value(name) is not None, f"{sample.pointer}/{name}"
                if sample.status in terms["due"] and terms["severity"] == "notice":
                    said = f"{name}, as it is {sample.status}"
                    yield check(present, sample.seen, said, at=place, chain=made(history))
                early = terms.get("early", {})
                if sample.status in early.get("in", ()) and early["severity"] == "notice":
                    said = f"no {name} while {sample.status}"
                    yield check(not present, sample.seen, said, at=place, chain=made(history))


@rule(
    "lifecycle.updated-at",
    EXPECTED,
    (GET, LIST),
    "updatedAt never goes back, and is never before createdAt.",
    probes=_FEED,
    at=_AT,
    tags=_TAGS,
)
def updated_at(case: Case) -> Iterator[Verdict]:
    """A second of slack for instants that are cut."""
    for history in case.histories:
        for before, sample in settled(tuple(one for one in _first_shows(history) if one.private)):
            now, born = (instant(sample.value(name)) for name in ("updatedAt", "createdAt"))
            place = f"{sample.pointer}/updatedAt"
            if now is not None and born is not None:
                said = f"not before createdAt, {sample.value('createdAt')}"
                yield check(now >= born - _SLACK, sample.seen, said, at=place, chain=made(history))
            last = next(
                (one for one in reversed(before) if instant(one.value("updatedAt")) is not None), None
            )
            if last is not None and now is not None:
                earlier = instant(last.value("updatedAt")) or 0
                said = f"not before {last.value('updatedAt')}, as was seen earlier"
                slack = 1 if _exact(last, sample) else _SLACK
                yield check(
                    now >= earlier - slack, sample.seen, said, at=place, chain=made(history, last.seen)
                )


def _exact(one: Sample, other: Sample) -> bool:
    return all("." in str(sample.value("updatedAt")) for sample in (one, other))


def _constant(case: Case, names: tuple[str, ...]) -> Iterator[Verdict]:
    """Judge that a property, once it had a value, keeps it in every later sight of any view that shows it."""
    for history in case.histories:
        first: dict[str, Sample] = {}
        known = 0
        for before, sample in settled(_first_shows(history)):
            for earlier in before[known:]:
                for name in names:
                    if name not in first and earlier.value(name) is not None:
                        first[name] = earlier
            known = len(before)
            kept, shown = Verdict(True, sample.seen), _shown(case, sample)
            for name, earlier in first.items():
                if name in shown:
                    same = same_member(earlier.value(name), sample.execution.get(name))
                    yield kept if same else _changed(history, earlier, sample, name)


def _changed(history: History, earlier: Sample, sample: Sample, name: str) -> Verdict:
    said, place = f"{earlier.value(name)!r}, as was seen before", f"{sample.pointer}/{name}"
    return check(False, sample.seen, said, at=place, chain=made(history, earlier.seen))


@rule(
    "lifecycle.created-at-constant",
    EXPECTED,
    _ALL,
    "createdAt never changes, and is the same in every view.",
    probes=_FEED,
    at=_AT,
    tags=_TAGS,
)
def created_at_constant(case: Case) -> Iterator[Verdict]:
    """Compared as instants."""
    return _constant(case, ("createdAt",))


# What says where an execution stands may change; an expired checkout may be replaced.
_MOVING = frozenset(
    {
        "status",
        "statusReason",
        "updatedAt",
        "createdAt",
        "paymentStatus",
        "responsePayload",
        "checkoutSessionId",
    }
)


@rule(
    "lifecycle.write-once",
    EXPECTED,
    _ALL,
    "What an execution is (workflow, run, start, end, order, payloads) never changes once it is shown.",
    probes=_FEED,
    at=_AT,
    tags=_TAGS,
    under="create.read-your-write list.item-equals-read public.matches-private",
)
def write_once(case: Case) -> Iterator[Verdict]:
    """Every property but those that say where it stands."""
    names = tuple(name for name in case.schema("Execution")["properties"] if name not in _MOVING)
    return _constant(case, names)


@rule(
    "lifecycle.time-order",
    EXPECTED,
    _ALL,
    "createdAt, startedAt and finishedAt follow each other.",
    probes=_FEED,
    at=_AT,
    tags=_TAGS,
)
def time_order(case: Case) -> Iterator[Verdict]:
    """A second of slack for instants that are cut."""
    for history in case.histories:
        for sample in history.samples:
            for earlier, later in _ORDER:
                one, other = instant(sample.value(earlier)), instant(sample.value(later))
                if one is not None and other is not None:
                    said = f"not before {earlier}, {sample.value(earlier)}"
                    place = f"{sample.pointer}/{later}"
                    yield check(other >= one - _SLACK, sample.seen, said, at=place, chain=made(history))


_ORDER = (("createdAt", "startedAt"), ("startedAt", "finishedAt"), ("createdAt", "finishedAt"))
