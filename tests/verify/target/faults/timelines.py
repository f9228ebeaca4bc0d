"""Timelines that lose, repeat, reorder, foretell or hide events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from ..behaviour import Behaviour
from ..catalogue import fault
from ..plans import TERMINAL
from ..texts import rfc3339
from ..values import Answer, Execution, Moment, Request, Step


@fault("events-last-three", "Only the last three events are shown.", "timeline.append-only")
class EventsLastThree(Behaviour):
    def events(self, execution: Execution, moment: Moment) -> list[dict[str, object]]:
        return super().events(execution, moment)[-3:]


@fault(
    "events-rewritten",
    "Earlier events get another title once the execution has ended.",
    "timeline.append-only",
)
class EventsRewritten(Behaviour):
    def events(self, execution: Execution, moment: Moment) -> list[dict[str, object]]:
        events = super().events(execution, moment)
        over = " (over)" if moment.status in TERMINAL else ""
        return [{**event, "title": f"{event['title']}{over}"} for event in events]


@fault("events-none", "The timeline stays empty.", "timeline.not-empty")
class EventsNone(Behaviour):
    def events(self, execution: Execution, moment: Moment) -> list[dict[str, object]]:
        return []


@fault("events-cleared-at-end", "The timeline is empty once the execution has ended.", "timeline.append-only")
class EventsClearedAtEnd(Behaviour):
    def events(self, execution: Execution, moment: Moment) -> list[dict[str, object]]:
        return [] if moment.status in TERMINAL else super().events(execution, moment)


@fault(
    "event-ids-per-read",
    "Events get new ids at each read.",
    "timeline.append-only",
    also=("timeline.not-before-status",),
)
class EventIdsPerRead(Behaviour):
    def event_id(self, execution: Execution, index: int) -> str:
        return self.ids.xid("evt", self.now())


@fault("event-ids-by-type", "Two events of one type have one id.", "timeline.unique-ids")
class EventIdsByType(Behaviour):
    def event(
        self, execution: Execution, index: int, step: Step, at: datetime, in_run: bool
    ) -> dict[str, object]:
        event = super().event(execution, index, step, at, in_run)
        return {**event, "id": f"evt_{step.event_type}"}


@fault("event-doubled", "The last event is shown twice.", "timeline.unique-ids")
class EventDoubled(Behaviour):
    def events(self, execution: Execution, moment: Moment) -> list[dict[str, object]]:
        events = super().events(execution, moment)
        return [*events, events[-1]]


@fault("events-newest-first", "Events come newest first.", "timeline.ascending")
class EventsNewestFirst(Behaviour):
    def events(self, execution: Execution, moment: Moment) -> list[dict[str, object]]:
        return super().events(execution, moment)[::-1]


@fault("events-foretold", "Events are shown a while before they happen.", "timeline.not-before-status")
class EventsForetold(Behaviour):
    def events(self, execution: Execution, moment: Moment) -> list[dict[str, object]]:
        return super().events(execution, self.moment(execution, self.now() + self.span(20)))


@fault("events-before-creation", "Events are dated an hour too early.", "timeline.not-before-status")
class EventsBeforeCreation(Behaviour):
    def event(
        self, execution: Execution, index: int, step: Step, at: datetime, in_run: bool
    ) -> dict[str, object]:
        return super().event(execution, index, step, at - timedelta(hours=1), in_run)


@fault("run-events-before-start", "Events of the run are dated at creation.", "timeline.not-before-status")
class RunEventsBeforeStart(Behaviour):
    def event(
        self, execution: Execution, index: int, step: Step, at: datetime, in_run: bool
    ) -> dict[str, object]:
        event = super().event(execution, index, step, at, in_run)
        return {**event, "createdAt": rfc3339(execution.created)}


@fault("events-name-run", "executionId of an event is the run's id.", "timeline.execution-id")
class EventsNameRun(Behaviour):
    def event(
        self, execution: Execution, index: int, step: Step, at: datetime, in_run: bool
    ) -> dict[str, object]:
        return {**super().event(execution, index, step, at, in_run), "executionId": execution.run_id}


@fault(
    "events-of-neighbour",
    "The first event is another execution's.",
    "timeline.execution-id",
    also=(
        "timeline.not-before-status",
        "timeline.unique-ids",
    ),
)
class EventsOfNeighbour(Behaviour):
    def events(self, execution: Execution, moment: Moment) -> list[dict[str, object]]:
        first = self.shelf.of(execution.organization)[0]
        events = super().events(execution, moment)
        return [*super().events(first, self.present(first))[:1], *events[1:]]


@fault(
    "public-extra-event",
    "The public timeline has an event that the private one has not.",
    "timeline.public-subset",
)
class PublicExtraEvent(Behaviour):
    def public_events(self, events: Sequence[dict[str, object]]) -> list[dict[str, object]]:
        shown = super().public_events(events)
        extra = {**shown[0], "id": f"{shown[0]['id']}p", "title": "Seen by the public"}
        return [shown[0], extra, *shown[1:]]


@fault("public-event-ids-differ", "Public events have ids of their own.", "timeline.public-subset")
class PublicEventIdsDiffer(Behaviour):
    def public_events(self, events: Sequence[dict[str, object]]) -> list[dict[str, object]]:
        return [{**event, "id": f"p{event['id']}"} for event in super().public_events(events)]


@fault(
    "public-event-texts-differ",
    "Public events have other types than the private ones.",
    "timeline.public-subset",
)
class PublicEventTextsDiffer(Behaviour):
    def public_events(self, events: Sequence[dict[str, object]]) -> list[dict[str, object]]:
        return [{**event, "eventType": "public.event"} for event in super().public_events(events)]


@fault(
    "public-events-lag",
    "The public timeline is 3 plan seconds behind, its status is not.",
    "timeline.public-not-stale",
)
class PublicEventsLag(Behaviour):
    def public_answer(self, request: Request, execution: Execution) -> Answer:
        late = self.moment(execution, self.now() - self.span(3))
        view = self.public(execution, self.present(execution))
        return self.success(request, {**view, "events": self.public_events(self.events(execution, late))})
