"""Clocks that are hours off."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..catalogue import fault
from ..texts import rfc3339
from ..values import Execution, Moment
from .advisory import Timed
from .lives import Changing


class Shifted(Timed):
    """Says other instants than those that its clock shows."""

    hours = 0.0

    def rewrite(self, text: str) -> object:
        return rfc3339(datetime.fromisoformat(text) + timedelta(hours=self.hours))


@fault("clock-ahead", "All times are two hours ahead.", "clock.present")
class ClockAhead(Shifted):
    hours = 2


@fault("clock-local", "All times are those of a zone to the west, with a Z.", "clock.present")
class ClockLocal(Shifted):
    hours = -5


@fault("clock-half-an-hour-off", "All times are half an hour behind.", "clock.present")
class ClockHalfAnHourOff(Shifted):
    hours = -0.5


@fault("run-ahead", "startedAt and finishedAt are written in a zone to the east.", "clock.not-ahead")
class RunAhead(Changing):
    def changes(self, execution: Execution, moment: Moment, fields: dict[str, object]) -> dict[str, object]:
        ahead = {name: fields[name] for name in ("startedAt", "finishedAt") if fields[name]}
        return {
            name: rfc3339(datetime.fromisoformat(str(text)) + timedelta(hours=2))
            for name, text in ahead.items()
        }


@fault("updated-ahead", "updatedAt is written in a zone to the east.", "clock.not-ahead")
class UpdatedAhead(Changing):
    def changes(self, execution: Execution, moment: Moment, fields: dict[str, object]) -> dict[str, object]:
        return {"updatedAt": rfc3339(moment.updated + timedelta(hours=2))}
