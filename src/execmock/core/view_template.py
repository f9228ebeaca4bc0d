"""Templates of new executions: rendered once, then filled in.

The first views of executions that one caller creates under one scenario differ only in their requests, ids
and instants. So they are rendered once, as a text with gaps. `Views` alone decides what is shown: a template
is made from what it renders, and there is none where filling one in could give other bytes than rendering.

What they gain (`bench/micro_gains.py`): without them a create takes 13 % more processor time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from execmock.core.durations import format_instant
from execmock.core.execution import Execution
from execmock.core.json_text import encode_plainly
from execmock.core.progress import begin, counts_reads, standing
from execmock.core.scenario.model import Scenario
from execmock.core.views import Views, made_id, next_event

__all__ = ["ViewTemplate", "view_template_of"]

_FOREVER = 1 << 62
_SAMPLES = (("exec_00000000000000000000", 0), ("exec_vvvvvvvvvvvvvvvvvvvg", 1_767_258_000_123))
"""Ids and instants that have nothing in common, so that all that follows from them differs too."""


class ViewTemplate:
    """How new executions look for `lasts` milliseconds; `polled` says that reads by id count meanwhile."""

    __slots__ = ("_made", "_names", "_text", "lasts", "polled")

    def __init__(
        self, text: str, made: Mapping[str, str], names: frozenset[str], lasts: int, polled: bool
    ) -> None:
        self._text = text
        self._made = made
        self._names = names
        self.lasts = lasts
        self.polled = polled

    def fits(self, request: Mapping[str, Any]) -> bool:
        """Whether a request is shown as it came: a view has no empty values, and no property twice."""
        return all(request.values()) and bool(request) and self._names.isdisjoint(request)

    def fill(self, execution: Execution) -> bytes:
        """Return a new execution, whose request fits, as `Views.fields` renders it, as JSON."""
        name, at = execution.id, execution.created_at
        filled = {"at": format_instant(at), "id": name}
        for made, prefix in self._made.items():
            filled[made] = made_id(made, prefix, at, name)
        return b"%b,%b" % (execution.request[:-1], (self._text % filled).encode())


def view_template_of(views: Views, scenario: Scenario, organization: str, caller: str) -> ViewTemplate | None:
    """Return the template of a caller's new executions, or None if each has to be rendered by itself."""
    step = scenario.steps[0]
    state, due = standing(scenario, begin(0), 0, b"")
    if scenario.draws or not step.fixed or len(state.visits) > 1:
        return None
    samples = [Execution(name, "", at, "", b"{}", caller, begin(at)) for name, at in _SAMPLES]
    first, second = (views.fields(one, one.progress, scenario, {}, organization) for one in samples)
    made = views.made_ids
    gaps = {name: _gap(name, value, second.get(name), made) for name, value in first.items()}
    parts = [_part(name, value, gaps[name]) for name, value in first.items()]
    if first.keys() != second.keys() or "" in parts:
        return None
    filled = {name: prefix for name, prefix in made.items() if gaps.get(name) == name}
    ends = [end for end in (due, next_event(state, scenario, 0)) if end is not None]
    polled = counts_reads(scenario, state, b"")
    names = frozenset({*first, *step.sets})
    return ViewTemplate(",".join(parts) + "}", filled, names, min(ends, default=_FOREVER), polled)


def _gap(name: str, first: Any, second: Any, made: Mapping[str, str]) -> str | None:
    """Return what fills a property's place, None if it is the same for all: `at`, `id`, a name, or "?"."""
    if first == second:
        return None
    ways = {
        "at": [format_instant(at) for _, at in _SAMPLES],
        "id": [one for one, _ in _SAMPLES],
    }
    if name in made:
        ways[name] = [made_id(name, made[name], at, one) for one, at in _SAMPLES]
    return next((gap for gap, values in ways.items() if values == [first, second]), "?")


def _part(name: str, value: Any, gap: str | None) -> str:
    """Return a property as it stands in a template's text; "" if that cannot be told."""
    if gap == "?":
        return ""
    plain = encode_plainly({name: "" if gap else value})
    text = "" if plain is None else plain[1:-1].decode().replace("%", "%%")
    return f'{text[:-1]}%({gap})s"' if text and gap else text
