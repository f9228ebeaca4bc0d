"""Rules on the lifecycle of executions, judged on their histories."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from execmock.core.contract.names import EXECUTION, PUBLIC_EXECUTION
from execmock.verify.equality import instant, same_member
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.history import History, Observation
from execmock.verify.lateness import LATE, is_late
from execmock.verify.requests import GET, LIST, PUBLIC
from execmock.verify.rule import Check, Rules, check, not_judged
from execmock.verify.wording import told

_ALL = (GET, LIST, PUBLIC)
_SLACK = 1_000  # instants may be truncated to whole seconds

_LIFECYCLE = Rules(
    "lifecycle",
    _ALL,
    probes="histories basics existing",
    at="responses/200",
    tags="lifecycle history",
    needs="",
)


def made(history: History, *more: Exchange) -> tuple[Exchange, ...]:
    """Return the exchanges that lead up to an observation: the creation, if this run did it, and `more`."""
    return (*((history.creation,) if history.creation else ()), *more)


def settled(observations: tuple[Observation, ...]) -> Iterator[tuple[list[Observation], Observation]]:
    """Yield each observation with those that were received before its request was sent, oldest first."""
    arrived: list[Observation] = []
    waiting: list[Observation] = []
    for observation in observations:
        waiting.sort(key=lambda one: one.seen.received)
        while waiting and waiting[0].seen.received <= observation.seen.sent:
            arrived.append(waiting.pop(0))
        yield arrived, observation
        waiting.append(observation)


def _first_shows(history: History) -> tuple[Observation, ...]:
    """Return the observations without repeated creates, which may replay their first answer."""
    first = history.creation
    return tuple(one for one in history.observations if one.view != "create" or one.seen is first)


def _pairs(evidence: Evidence) -> Iterator[tuple[History, Sequence[Observation], Observation]]:
    """Yield (history, those before, after) for each change of status that one observer could see.

    A public observation after a private one is judged by public.not-stale.
    """
    for history in evidence.histories:
        for before, observation in settled(_first_shows(history)):
            comparable = before if observation.private else [one for one in before if not one.private]
            if comparable:
                yield history, comparable, observation


@_LIFECYCLE.expected(
    "reachable", "A status seen later can be reached from a status seen before.", under="status.enum"
)
def reachable(evidence: Evidence) -> Iterator[Check]:
    """Polling may miss statuses between; changes of terminal ones are for lifecycle.terminal-final."""
    graph = evidence.transitions
    for history, several, after in _pairs(evidence):
        before = several[-1]
        if before.status in graph.next and after.status in graph.next and before.status not in graph.terminal:
            fits = graph.reaches(before.status, after.status)
            said = f"a status that can follow {before.status}"
            place = f"{after.pointer}/status"
            left = (one for one in several if not graph.reaches(one.status, after.status))
            if not fits and is_late(after, next(left)):
                yield not_judged(LATE, after.seen)
            else:
                yield check(fits, after.seen, said, at=place, chain=made(history, before.seen))


@_LIFECYCLE.expected("terminal-final", "A terminal status never changes.")
def terminal_final(evidence: Evidence) -> Iterator[Check]:
    """Compares every observation with the terminal ones received before its request was sent."""
    graph = evidence.transitions
    for history, several, after in _pairs(evidence):
        before = several[-1]
        if before.status in graph.terminal and after.status:
            place = f"{after.pointer}/status"
            fits = after.status == before.status
            ended = next(one for one in several if one.status in graph.terminal)
            if not fits and after.status not in graph.terminal and is_late(after, ended):
                yield not_judged(LATE, after.seen)
            else:
                yield check(fits, after.seen, before.status, at=place, chain=made(history, before.seen))


def _lifecycle(evidence: Evidence) -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = evidence.schema(EXECUTION)["x-lifecycle"]["properties"]
    return found


def _due(evidence: Evidence, names: Callable[[str, Mapping[str, Any]], bool]) -> Iterator[Check]:
    """Judge presence where due and absence where early, for the properties that `names` selects."""
    for history in evidence.histories:
        for observation in history.observations:
            for name, terms in _lifecycle(evidence).items():
                if names(name, terms) and _shows(evidence, observation, name):
                    yield from _judge_presence(history, observation, name, terms)


def _shown(evidence: Evidence, observation: Observation) -> Mapping[str, Any]:
    """Return the properties that a view shows, by name."""
    shown: Mapping[str, Any] = evidence.schema(EXECUTION if observation.private else PUBLIC_EXECUTION)[
        "properties"
    ]
    return shown


def _shows(evidence: Evidence, observation: Observation, name: str) -> bool:
    return name in _shown(evidence, observation)


def _judge_presence(
    history: History, observation: Observation, name: str, terms: Mapping[str, Any]
) -> Iterator[Check]:
    present, place = observation.value(name) is not None, f"{observation.pointer}/{name}"
    if observation.status in terms["due"] and terms["severity"] == "violation":
        yield check(
            present, observation.seen, f"{name}, as it is {observation.status}", at=place, chain=made(history)
        )
    early = terms.get("early", {})
    if observation.status in early.get("in", ()) and early["severity"] == "violation":
        yield check(
            not present,
            observation.seen,
            f"no {name} while {observation.status}",
            at=place,
            chain=made(history),
        )


@_LIFECYCLE.expected("started-at", "startedAt is there from workflow_running on.")
def started_at(evidence: Evidence) -> Iterator[Check]:
    """Where it is due, the contract's x-lifecycle says."""
    return _due(evidence, lambda name, _: name == "startedAt")


@_LIFECYCLE.expected("finished-at", "finishedAt is there when the status is terminal, and only then.")
def finished_at(evidence: Evidence) -> Iterator[Check]:
    """Where it is due, the contract's x-lifecycle says."""
    return _due(evidence, lambda name, _: name == "finishedAt")


@_LIFECYCLE.expected("run-id", "runId is there from workflow_queued on.")
def run_id(evidence: Evidence) -> Iterator[Check]:
    """Where it is due, the contract's x-lifecycle says."""
    return _due(evidence, lambda name, _: name == "runId")


@_LIFECYCLE.advisory(
    "due-fields",
    "orderId, statusReason, responsePayload and the like are there in the statuses that call for them.",
)
def due_fields(evidence: Evidence) -> Iterator[Check]:
    """Everything in the contract's x-lifecycle that is only worth a notice; free workflows have no order."""
    for history in evidence.histories:
        for observation in history.observations:
            for name, terms in _lifecycle(evidence).items():
                if not _shows(evidence, observation, name):
                    continue
                present, place = observation.value(name) is not None, f"{observation.pointer}/{name}"
                if observation.status in terms["due"] and terms["severity"] == "notice":
                    said = f"{name}, as it is {observation.status}"
                    yield check(present, observation.seen, said, at=place, chain=made(history))
                early = terms.get("early", {})
                if observation.status in early.get("in", ()) and early["severity"] == "notice":
                    said = f"no {name} while {observation.status}"
                    yield check(not present, observation.seen, said, at=place, chain=made(history))


@_LIFECYCLE.expected(
    "updated-at", "updatedAt never goes back, and is never before createdAt.", operations=(GET, LIST)
)
def updated_at(evidence: Evidence) -> Iterator[Check]:
    """Instants may differ by a second, as they may be truncated."""
    for history in evidence.histories:
        for before, observation in settled(tuple(one for one in _first_shows(history) if one.private)):
            now, born = (instant(observation.value(name)) for name in ("updatedAt", "createdAt"))
            place = f"{observation.pointer}/updatedAt"
            if now is not None and born is not None:
                said = f"not before createdAt, {observation.value('createdAt')}"
                yield check(now >= born - _SLACK, observation.seen, said, at=place, chain=made(history))
            last = next(
                (one for one in reversed(before) if instant(one.value("updatedAt")) is not None), None
            )
            if last is not None and now is not None:
                earlier = instant(last.value("updatedAt")) or 0
                said = f"not before {last.value('updatedAt')}, as was seen earlier"
                fits = now >= earlier - (1 if _exact(last, observation) else _SLACK)
                if not fits and is_late(observation, _first_after(before, now)):
                    yield not_judged(LATE, observation.seen)
                else:
                    yield check(fits, observation.seen, said, at=place, chain=made(history, last.seen))


def _first_after(observations: Sequence[Observation], moment: int) -> Observation:
    """Return the first that shows a later updatedAt; there is one."""
    return next(one for one in observations if (instant(one.value("updatedAt")) or 0) > moment)


def _exact(one: Observation, other: Observation) -> bool:
    return all("." in str(observation.value("updatedAt")) for observation in (one, other))


@_LIFECYCLE.expected(
    "updated-at-moves",
    "updatedAt moves with the status, and is never before startedAt or finishedAt.",
    operations=(GET, LIST),
    under="lifecycle.updated-at lifecycle.created-at-constant lifecycle.write-once lifecycle.time-order",
)
def updated_at_moves(evidence: Evidence) -> Iterator[Check]:
    """Whole seconds may hide that it moved, so a later status is compared only where a fraction shows it."""
    for history in evidence.histories:
        for before, observation in settled(tuple(one for one in _first_shows(history) if one.private)):
            text = observation.value("updatedAt")
            if (now := instant(text)) is None:
                continue
            place = f"{observation.pointer}/updatedAt"
            for name in ("startedAt", "finishedAt"):
                other = instant(observation.value(name))
                if other is not None:
                    said = f"not before {name}, {observation.value(name)}"
                    yield check(now >= other - _SLACK, observation.seen, said, at=place, chain=made(history))
            last = before[-1] if before else None
            if last is not None and last.status and last.status != observation.status and now % 1_000:
                said = f"another instant than while it was {last.status}"
                fits = text != last.value("updatedAt")
                yield check(fits, observation.seen, said, at=place, chain=made(history, last.seen))


def _constant(evidence: Evidence, names: tuple[str, ...]) -> Iterator[Check]:
    """Judge that a property keeps its first value in every later observation of any view that shows it."""
    for history in evidence.histories:
        first: dict[str, Observation] = {}
        known = 0
        for before, observation in settled(_first_shows(history)):
            for earlier in before[known:]:
                for name in names:
                    if name not in first and earlier.value(name) is not None:
                        first[name] = earlier
            known = len(before)
            kept, shown = Check(True, observation.seen), _shown(evidence, observation)
            for name, earlier in first.items():
                if name in shown:
                    same = same_member(earlier.value(name), observation.execution.get(name))
                    if not same and observation.value(name) is None and is_late(observation, earlier):
                        yield not_judged(LATE, observation.seen)
                    else:
                        yield kept if same else _changed(history, earlier, observation, name)


def _changed(history: History, earlier: Observation, observation: Observation, name: str) -> Check:
    said, place = told("{}, as was seen before", earlier.value(name)), f"{observation.pointer}/{name}"
    return check(False, observation.seen, said, at=place, chain=made(history, earlier.seen))


@_LIFECYCLE.expected("created-at-constant", "createdAt never changes, and is the same in every view.")
def created_at_constant(evidence: Evidence) -> Iterator[Check]:
    """Compared as instants."""
    return _constant(evidence, ("createdAt",))


# These describe progress and may change; an expired checkout may be replaced.
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


@_LIFECYCLE.expected(
    "write-once",
    "What an execution is (workflow, run, start, end, order, payloads) never changes once it is shown.",
    under="create.read-your-write list.item-equals-read public.matches-private",
)
def write_once(evidence: Evidence) -> Iterator[Check]:
    """Every property except those that describe its progress."""
    names = tuple(name for name in evidence.schema(EXECUTION)["properties"] if name not in _MOVING)
    return _constant(evidence, names)


@_LIFECYCLE.expected("time-order", "createdAt, startedAt and finishedAt follow each other.")
def time_order(evidence: Evidence) -> Iterator[Check]:
    """Instants may differ by a second, as they may be truncated."""
    for history in evidence.histories:
        for observation in history.observations:
            for earlier, later in _ORDER:
                one, other = instant(observation.value(earlier)), instant(observation.value(later))
                if one is not None and other is not None:
                    said = f"not before {earlier}, {observation.value(earlier)}"
                    place = f"{observation.pointer}/{later}"
                    yield check(other >= one - _SLACK, observation.seen, said, at=place, chain=made(history))


_ORDER = (("createdAt", "startedAt"), ("startedAt", "finishedAt"), ("createdAt", "finishedAt"))
