"""What is shown of an execution: the private and the public view, and one timeline behind both.

Views are folded from the visits, so the same state gives the same view at every replica and in every
later read. Property names, what is private, and when a property is due come from the contract.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from execmock.core.contract import Contract
from execmock.core.contract.names import EXECUTION, PUBLIC_EVENT, PUBLIC_EXECUTION, STATUS
from execmock.core.durations import format_instant
from execmock.core.execution import Execution
from execmock.core.ids import derive, xid
from execmock.core.progress import Progress
from execmock.core.scenario.model import Event, Scenario, Step
from execmock.core.templates import Measure
from execmock.core.visit import Visit

__all__ = ["ApiViews", "ViewData", "Views", "made_id", "next_event"]

_Context = Callable[[], Mapping[str, Any]]
"""Gives the names that templates see; most steps have no template that asks."""


class ViewData:
    """One execution at one instant: `fields` of the private view, and its `events`, oldest first."""

    __slots__ = ("events", "fields")

    def __init__(self, fields: dict[str, Any], events: list[dict[str, Any]]) -> None:
        self.fields = fields
        self.events = events

    @property
    def message(self) -> str:
        """A line for people about where the execution stands: the newest event's title."""
        return self.events[-1].get("title", "") if self.events else ""


class ApiViews(Protocol):
    """The views of one API, as far as both have them."""

    def view_data(
        self,
        execution: Any,
        state: Progress,
        scenario: Scenario,
        request: Mapping[str, Any],
        organization: str,
        now: int,
    ) -> ViewData:
        """Return everything there is to show at `now`: `state` is its progress then, `request` its body."""
        ...

    def control(self, view_data: ViewData) -> Mapping[str, Any]:
        """Return what the control API shows."""
        ...

    def public(self, view_data: ViewData) -> Mapping[str, Any] | None:
        """Return what is shown without a key, None in an API that has no such view."""
        ...


class Views:
    """Renders executions as one contract shows them."""

    def __init__(self, contract: Contract) -> None:
        drift = contract.schema(STATUS).get("x-drift", {})
        self._drift = {status: frozenset(found.get("due", ())) for status, found in drift.items()}
        self._public = frozenset(contract.schema(PUBLIC_EXECUTION)["properties"])
        self._public_event = frozenset(contract.schema(PUBLIC_EVENT)["properties"])
        execution = contract.schema(EXECUTION)
        lifecycle = execution["x-lifecycle"]["properties"]
        self.made_ids: Mapping[str, str] = {
            name: rule["prefix"] for name, rule in lifecycle.items() if "prefix" in rule
        }
        """Prefix of each derived id, by property."""
        schemas = {name: contract.resolve(execution["properties"][name]) for name in lifecycle}
        self._due = {
            name: (frozenset(rule["due"]), schemas[name].get("format") == "date-time")
            for name, rule in lifecycle.items()
            if not schemas[name].get("x-settable")
        }
        self._due_at: dict[str, list[tuple[str, bool]]] = {}

    def view_data(
        self,
        execution: Execution,
        state: Progress,
        scenario: Scenario,
        request: Mapping[str, Any],
        organization: str,
        now: int,
    ) -> ViewData:
        """Return everything there is to show at `now`: `state` is its progress then, `request` its body."""
        fields = _created(execution, request, organization)
        events: list[dict[str, Any]] = []
        seen: list[str] = []
        measure = Measure()
        visits = state.visits
        ends = [visit.at for visit in visits[1:]] + [now]
        for number, (visit, until) in enumerate(zip(visits, ends, strict=True), 1):
            step = scenario.steps[visit.step]
            context = partial(_context, fields, request, scenario, visits[:number])
            self._enter(fields, step, visit, context, measure)
            for at, shown in _emitted(step, visit, until, context, (seen, "runId" in fields), measure):
                events.append(_event(shown, at, len(events), fields))
            seen.append(step.status)
        return ViewData(_shown(fields, visits[-1].at), events)

    def fields(
        self,
        execution: Execution,
        state: Progress,
        scenario: Scenario,
        request: Mapping[str, Any],
        organization: str,
    ) -> dict[str, Any]:
        """Return the private view's execution without its events: what a list shows."""
        fields = _created(execution, request, organization)
        measure: Measure | None = None
        visits = state.visits
        for number, visit in enumerate(visits, 1):
            step = scenario.steps[visit.step]
            if step.fixed:
                self._enter(fields, step, visit, _NO_NAMES, _NO_MEASURE)
            else:
                measure = measure or Measure()
                context = partial(_context, fields, request, scenario, visits[:number])
                self._enter(fields, step, visit, context, measure)
        return _shown(fields, visits[-1].at)

    def public(self, view_data: ViewData) -> dict[str, Any]:
        """Return the public view: flat, without anything private."""
        shown = {name: value for name, value in view_data.fields.items() if name in self._public}
        shown["events"] = [
            {name: value for name, value in event.items() if name in self._public_event}
            for event in view_data.events
        ]
        if view_data.message:
            shown["message"] = view_data.message
        return shown

    def private(self, view_data: ViewData) -> dict[str, Any]:
        """Return the private view: the execution, its events and a message, side by side."""
        shown: dict[str, Any] = {"events": view_data.events, "execution": view_data.fields}
        if view_data.message:
            shown["message"] = view_data.message
        return shown

    def control(self, view_data: ViewData) -> dict[str, Any]:
        """Return what the control API shows: the execution and its events."""
        return {"execution": view_data.fields, "events": view_data.events}

    def _enter(
        self, fields: dict[str, Any], step: Step, visit: Visit, context: _Context, measure: Measure
    ) -> None:
        """Let a visit change what is shown."""
        status = step.status
        fields["status"] = status
        due = self._due_at.get(status)
        for name, dated in self._find_due(status) if due is None else due:
            if name not in fields:
                made = None if dated else made_id(name, self.made_ids[name], visit.at, fields["id"])
                fields[name] = format_instant(visit.at) if made is None else made
        if step.fixed:
            fields.update(step.sets)
        else:
            names = context()
            for name in step.sets:
                fields[name] = step.value(name, names, measure)

    def _find_due(self, status: str) -> list[tuple[str, bool]]:
        """Return the properties that are due in a status, and whether each is an instant."""
        # A status that the vendor has since added is in no list of `due`, but has a list of its own.
        drift = self._drift.get(status, frozenset())
        found = [(name, dated) for name, (due, dated) in self._due.items() if status in due or name in drift]
        self._due_at[status] = found
        return found


_EMPTY: tuple[Any, ...] = (None, "", {})
_NO_NAMES: _Context = dict
"""For steps without templates, which ask for no names."""
_NO_MEASURE = Measure()
"""For the same; nothing is measured."""


def _created(execution: Execution, request: Mapping[str, Any], organization: str) -> dict[str, Any]:
    return {
        **request,
        "createdAt": format_instant(execution.created_at),
        "id": execution.id,
        "initiatedById": execution.initiated_by,
        "initiatedByType": "api_key",
        "organizationId": organization,
    }


def _shown(fields: dict[str, Any], updated_at: int) -> dict[str, Any]:
    fields["updatedAt"] = format_instant(updated_at)
    return {name: value for name, value in fields.items() if value or value not in _EMPTY}


def next_event(progress: Progress, scenario: Scenario, now: int) -> int | None:
    """Return the instant after `now` at which the present step emits its next event, or None."""
    visit = progress.visits[-1]
    next_at = None
    for event in scenario.steps[visit.step].events:
        at = visit.at + event.at
        if at > now and (next_at is None or at < next_at):
            next_at = at
    return next_at


def _context(
    fields: Mapping[str, Any], request: Mapping[str, Any], scenario: Scenario, visits: Sequence[Visit]
) -> Mapping[str, Any]:
    """Return the names that templates see in the last of the visits."""
    visit = visits[-1]
    step = scenario.steps[visit.step]
    steps = {scenario.steps[earlier.step].name: {"at": format_instant(earlier.at)} for earlier in visits}
    told = next((earlier for earlier in reversed(visits) if earlier.signal is not None), visits[0])
    return {
        "execution": fields,
        "request": request,
        "signal": {"name": told.signal, "payload": told.payload},
        "step": {"name": step.name, "at": format_instant(visit.at)},
        "steps": steps,
    }


def _emitted(
    step: Step,
    visit: Visit,
    until: int,
    context: _Context,
    before: tuple[Sequence[str], bool],
    measure: Measure,
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield what a visit emits until an instant; `before` are the statuses before, and if a run is there."""
    for event in step.events:
        at = visit.at + event.at
        fields = _told(event, step.status, *before)
        if fields is not None and at <= until:
            yield at, fields if event.fixed else event.rendered(fields, context(), measure)


def _told(event: Event, status: str, seen: Sequence[str], has_run: bool) -> Mapping[str, Any] | None:
    if event.unqueued is not None and not has_run:
        return event.unqueued if not seen or seen[-1] != status else None
    if event.when == "always" or not seen:
        return event.fields
    if event.when == "created" or seen[-1] == status:
        return None
    return event.again if event.again is not None and status in seen else event.fields


def _event(shown: Mapping[str, Any], at: int, number: int, fields: Mapping[str, Any]) -> dict[str, Any]:
    tag = derive(b"", "events", fields["id"], size=5)
    about = {name: fields[name] for name in ("organizationId", "runId", "workflowId") if name in fields}
    event = {
        "createdAt": format_instant(at),
        **shown,
        "executionId": fields["id"],
        "id": "evt_" + xid(at // 1000, tag, number),
        **about,
    }
    return {name: value for name, value in event.items() if value or value not in _EMPTY}


def made_id(name: str, prefix: str, at: int, execution_id: str) -> str:
    """Return a derived id of an execution, made at an instant (ms), such as its `orderId`."""
    made = derive(b"", name, execution_id, size=8)
    return prefix + xid(at // 1000, made[:5], int.from_bytes(made[5:], "big"))
