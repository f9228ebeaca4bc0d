"""A scenario compiled: names resolved to positions, durations to milliseconds, texts to templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from execmock.core.apis import ApiName
from execmock.core.scenario.conditions import WORKFLOW, Condition, conditions_of
from execmock.core.scenario.triggers import Trigger
from execmock.core.templates import Measure, is_templated, render

__all__ = ["Allows", "Event", "Scenario", "Step"]

Allows = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Event:
    """A timeline entry, `at` milliseconds after its step is entered. `fields` may hold templates.

    `when` says which visits emit it: every one, only the execution's first, or only those that bring a new
    status; a status that was there before is told by `again`, where there is that, and one that comes before
    any run by `unqueued`. `fixed` says that it holds no templates, so that it is shown as it stands.
    """

    at: int
    fields: Mapping[str, Any]
    when: Literal["always", "created", "status"] = "always"
    again: Mapping[str, Any] | None = None
    unqueued: Mapping[str, Any] | None = None
    fixed: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fixed", not is_templated([self.fields, self.again, self.unqueued]))

    def rendered(
        self, fields: Mapping[str, Any], names: Mapping[str, Any], measure: Measure
    ) -> Mapping[str, Any]:
        """Return the event's `fields` with their names looked up.

        Data that is no object, or is too large to show, is left out. Once the events of an execution are too
        large together, only what happened is told.
        """
        shown: dict[str, Any] = render(dict(fields), names)
        data = shown.get("data")
        if not isinstance(data, dict) or not measure.fits(data):
            shown.pop("data", None)
        if measure.spends(shown):
            return shown
        return {"eventType": shown["eventType"], "level": shown.get("level")}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a status, what it sets and emits, and how it is left. No triggers: nothing leaves it.

    A property that is set to null has no value from then on. `allows` tells of properties that hold templates
    which values the contract allows. `fixed` says that what it sets holds no templates, `counts` that reads
    may lead out of it. `timed` holds the triggers that time alone may lead through, each with its position
    among all. `faults` are the sources, as JSON, of those that reads meet while an execution is in it.
    """

    name: str
    status: str
    sets: Mapping[str, Any]
    events: tuple[Event, ...]
    triggers: tuple[Trigger, ...]
    allows: Mapping[str, Allows] = field(default_factory=dict, repr=False, compare=False)
    faults: tuple[str, ...] = ()
    fixed: bool = field(init=False, repr=False, compare=False)
    counts: bool = field(init=False, repr=False, compare=False)
    timed: tuple[tuple[int, Trigger], ...] = field(init=False, repr=False, compare=False)

    def value(self, name: str, names: Mapping[str, Any], measure: Measure) -> Any:
        """Return what the step sets a property to, with its names looked up; None for no value.

        What the contract does not allow, and what is too large to show, is no value.
        """
        value = render(self.sets[name], names)
        allows = self.allows.get(name)
        if value is None or allows is None or (measure.fits(value) and allows(value)):
            return value
        return None

    def __post_init__(self) -> None:
        object.__setattr__(self, "fixed", not is_templated(self.sets))
        object.__setattr__(self, "counts", any(trigger.counted for trigger in self.triggers))
        timed = tuple((index, trigger) for index, trigger in enumerate(self.triggers) if trigger.timed)
        object.__setattr__(self, "timed", timed)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A script that executions follow. `version` is a digest of its text: the same text, the same version.

    `steps` holds the file's own steps first (`own` of them), then one step for each status that the
    file does not use, which only a jump leads to. `text` is the file's own. `draws` says that executions
    differ by what is drawn for each: a duration out of a range, or a chance. Requests that meet all
    `conditions`, which are `bind` compiled, are bound to it.
    """

    name: str
    version: str
    summary: str
    api: ApiName
    bind: Mapping[str, Any]
    steps: tuple[Step, ...]
    own: int
    drift: bool = False
    text: str = ""
    draws: bool = field(init=False, repr=False, compare=False)
    faulty: bool = field(init=False, repr=False, compare=False)
    """Whether any of its steps has faults."""
    conditions: tuple[Condition, ...] = field(init=False, repr=False, compare=False)
    reference: str = field(init=False, repr=False, compare=False)
    """`name@version`, which is what an execution remembers."""

    def __post_init__(self) -> None:
        drawn = any(trigger.random for step in self.steps for trigger in step.triggers)
        object.__setattr__(self, "draws", drawn)
        object.__setattr__(self, "faulty", any(step.faults for step in self.steps))
        object.__setattr__(self, "conditions", conditions_of(self.bind))
        object.__setattr__(self, "reference", f"{self.name}@{self.version}")

    @property
    def rank(self) -> tuple[int, int]:
        """What wins among scenarios that fit one request: how much each binds, then how much to one value.

        The names of the workflow that a scenario makes are all of one thing, and count as one.
        """
        names = {*WORKFLOW, "name"} if self.bind.keys() >= WORKFLOW else set()
        others = [condition for condition in self.conditions if condition.path[0] not in names]
        made = int(bool(names))
        return made + len(others), made + sum(condition.single for condition in others)

    def step_index(self, name: str) -> int | None:
        """Return the position of the step of that name, else of the first with that status, else None."""
        for attribute in ("name", "status"):
            for index, step in enumerate(self.steps):
                if getattr(step, attribute) == name:
                    return index
        return None

    @property
    def signals(self) -> tuple[str, ...]:
        """Every signal that some step waits for, once each."""
        found = (trigger.signal for step in self.steps for trigger in step.triggers)
        return tuple(dict.fromkeys(signal for signal in found if signal is not None))
