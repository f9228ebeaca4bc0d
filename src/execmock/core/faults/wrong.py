"""Answers in good form that say what the contract does not allow, or what is not so at that time.

What needs other executions, or what was earlier, is read by the service; here is what follows from an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from execmock.core.contract.names import CREATE, GET, LIST, PUBLIC
from execmock.core.durations import DurationError, format_instant, parse_duration, parse_instant
from execmock.core.fault_effect_source import WrongHow, WrongSource
from execmock.core.faults.effects import Effect
from execmock.core.faults.words import FaultWords
from execmock.errors import nearest, quoted

__all__ = ["WRONG", "Stale", "Way", "Wrong"]

_AHEAD = 2 * 60 * 60 * 1000
_ENVELOPED = (CREATE, GET, LIST, PUBLIC)
_PROPERTY = ("dropped", "renamed", "retyped", "nulled")
_READS = (GET, PUBLIC)


@dataclass(frozen=True, slots=True)
class Wrong(Effect):
    """One way in which an answer is wrong: in which member of each execution, or by how many milliseconds."""

    word = "wrong"

    how: WrongHow
    member: str = "status"
    by: int = _AHEAD

    @classmethod
    def compiled(cls, value: Any) -> Wrong:
        """Return the effect for a way, or for a model of one; DurationError for a duration that is none."""
        source = value if isinstance(value, WrongSource) else WrongSource(value)
        by = _AHEAD if source.by is None else parse_duration(source.by)
        return cls(source.how, source.property or "status", by)

    @classmethod
    def wrong(cls, value: Any) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yield what the way does not have."""
        if isinstance(value, str):
            return
        if value.property is not None and value.how not in _PROPERTY:
            said = f"an answer that is {value.how} has no `property`; expected it with {', '.join(_PROPERTY)}"
            yield ("property",), said
        if value.by is not None and value.how != "skewed":
            yield ("by",), f"an answer that is {value.how} has no `by`; expected it with skewed"
        if value.by is not None and not parse_duration(value.by):
            yield ("by",), "no time passes in it; expected a later one, such as 2h"

    @classmethod
    def misnamed(cls, value: Any, words: FaultWords) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yield a property that no execution has."""
        name = None if isinstance(value, str) else value.property
        if name is not None and words.properties and name not in words.properties:
            said = nearest(name, words.properties) or f" Expected one of {', '.join(words.properties)}"
            yield ("property",), f"no execution has the property {quoted(name)}.{said}"

    @property
    def handled(self) -> bool:
        """True: what the request asks for is done."""
        return True

    @property
    def operations(self) -> tuple[str, ...]:
        """The operations whose answers can be wrong in this way."""
        return WRONG[self.how].operations

    @property
    def said(self) -> str:
        """Return `wrong-has-more`."""
        return f"wrong-{self.how}"

    def changed(self, operation: str, body: Any, organization: str) -> Any:
        """Return the body of a success, changed; the same where there is nothing of that kind in it."""
        change = WRONG[self.how].change
        return body if change is None else change(_Answer(operation, body, organization), self)


@dataclass(frozen=True, slots=True)
class Stale(Effect):
    """Reads and lists that show what was `age` milliseconds ago."""

    word = "stale"

    age: int

    @classmethod
    def compiled(cls, value: Any) -> Stale:
        """Return the effect for a duration; DurationError for one that is none."""
        return cls(parse_duration(value))

    @classmethod
    def wrong(cls, value: Any) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yield an age of nothing."""
        if not parse_duration(value):
            yield (), "what was no time ago is not stale; expected a duration such as 30s"

    @property
    def handled(self) -> bool:
        """True: the read counts as any other."""
        return True

    @property
    def operations(self) -> tuple[str, ...]:
        """Reads and lists."""
        return (*_READS, LIST)

    @property
    def said(self) -> str:
        """Return `stale`."""
        return "stale"


@dataclass(frozen=True, slots=True)
class _Answer:
    """The decoded body of a success."""

    operation: str
    body: Any
    organization: str

    @property
    def data(self) -> dict[str, Any]:
        """What the envelope holds, or the whole body where there is none."""
        data = self.body.get("data") if self.operation in _ENVELOPED else self.body
        return data if isinstance(data, dict) else {}

    @property
    def executions(self) -> list[dict[str, Any]]:
        """Each execution that it shows."""
        if self.operation == LIST:
            found = self.data.get("items") or []
        elif self.operation in (CREATE, GET):
            found = [self.data.get("execution")]
        else:
            found = [self.data]
        return [one for one in found if isinstance(one, dict)]

    @property
    def events(self) -> list[dict[str, Any]]:
        """The timeline that it shows."""
        events = self.data.get("events")
        return events if isinstance(events, list) else []


_Change = Callable[[_Answer, Wrong], Any]


@dataclass(frozen=True, slots=True)
class Way:
    """A way to be wrong: the operations whose answers can be, and the change if it follows from the answer.

    `damages` says that what the sandbox holds is changed too.
    """

    operations: tuple[str, ...] = ()
    change: _Change | None = None
    damages: bool = False


def _each(change: Callable[[dict[str, Any], Wrong], None]) -> _Change:
    def changed(answer: _Answer, wrong: Wrong) -> Any:
        for execution in answer.executions:
            change(execution, wrong)
        return answer.body

    return changed


def _drop(execution: dict[str, Any], wrong: Wrong) -> None:
    execution.pop(wrong.member, None)


def _rename(execution: dict[str, Any], wrong: Wrong) -> None:
    if wrong.member in execution:
        first, rest = wrong.member[:1], wrong.member[1:]
        execution[f"the{first.upper()}{rest}"] = execution.pop(wrong.member)


def _retype(execution: dict[str, Any], wrong: Wrong) -> None:
    if wrong.member in execution:
        execution[wrong.member] = 17 if isinstance(execution[wrong.member], str) else "17"


def _nullify(execution: dict[str, Any], wrong: Wrong) -> None:
    if wrong.member in execution:
        execution[wrong.member] = None


def _unknown_status(execution: dict[str, Any], wrong: Wrong) -> None:
    execution["status"] = "workflow_paused"


def _add(execution: dict[str, Any], wrong: Wrong) -> None:
    execution["addedLater"] = "a value"


def _overwrite(execution: dict[str, Any], wrong: Wrong) -> None:
    # The worker that comes late wrote what it knew: of an end it knows nothing.
    if execution.get("finishedAt"):
        execution["status"] = "workflow_running"
        for name in ("finishedAt", "responsePayload", "statusReason"):
            execution.pop(name, None)


def _skew(execution: dict[str, Any], wrong: Wrong) -> None:
    for name, value in execution.items():
        if name.lower().endswith("at") and isinstance(value, str):
            try:
                execution[name] = format_instant(parse_instant(value) + wrong.by)
            except DurationError:
                continue


def _skew_all(answer: _Answer, wrong: Wrong) -> Any:
    for shown in (*answer.executions, *answer.events):
        _skew(shown, wrong)
    return answer.body


def _show_private(answer: _Answer, wrong: Wrong) -> Any:
    answer.data["organizationId"] = answer.organization
    return answer.body


def _unwrap(answer: _Answer, wrong: Wrong) -> Any:
    return {name: value for name, value in answer.body.items() if name != "data"}


def _negate_more(answer: _Answer, wrong: Wrong) -> Any:
    answer.data["hasMore"] = not answer.data.get("hasMore")
    return answer.body


def _reverse(answer: _Answer, wrong: Wrong) -> Any:
    answer.data["items"] = answer.executions[::-1]
    return answer.body


def _lose_event(answer: _Answer, wrong: Wrong) -> Any:
    del answer.events[:1]
    return answer.body


WRONG: Mapping[WrongHow, Way] = {
    "dropped": Way(change=_each(_drop)),
    "renamed": Way(change=_each(_rename)),
    "retyped": Way(change=_each(_retype)),
    "nulled": Way(change=_each(_nullify)),
    "status": Way(change=_each(_unknown_status)),
    "extra": Way(change=_each(_add)),
    "private-field": Way((PUBLIC,), _show_private),
    "another": Way(_READS),
    "no-data": Way(_ENVELOPED, _unwrap),
    "has-more": Way((LIST,), _negate_more),
    "twice": Way((LIST,)),
    "out-of-order": Way((LIST,), _reverse),
    "overwritten": Way((*_READS, LIST), _each(_overwrite)),
    "event-lost": Way(_READS, _lose_event),
    "skewed": Way((CREATE, *_READS, LIST), _skew_all),
    "created-twice": Way((CREATE,), damages=True),
    "create-lost": Way((CREATE,), damages=True),
}
"""Every way to be wrong."""
