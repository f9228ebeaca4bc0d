"""Drawn executions, kept as bytes for as long as they stay true.

A drawing is true until the next step or event falls due, so reading an execution again costs a look-up
and a comparison. Only this module knows that views are kept; without it the same bytes would be drawn.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from execmock.core.execution import Execution, seed_for
from execmock.core.json_text import decode, encode
from execmock.core.progress import Tick, open_triggers, progress, standing
from execmock.core.scenario.model import Polls
from execmock.core.view_template import Form, form_of
from execmock.core.views import Portrait, Views, next_event
from execmock.service.sandboxes import Sandbox
from execmock.service.scenarios.registry import Library

__all__ = ["Drawing", "Portraits"]

_FOREVER = 1 << 62
_MOST_PAGES = 100
_MOST_FORMS = 1000


class Drawing:
    """An execution drawn: `item` for lists; true from `since` until `until` (ms).

    `polled` says that reads by id count in the present step. The other two views are drawn when they are
    first asked for: most executions are created and listed far more often than each is read.
    """

    __slots__ = ("execution", "item", "polled", "private", "public", "since", "until")

    def __init__(self, execution: Execution, item: bytes, since: int, until: int, polled: bool) -> None:
        self.execution = execution
        self.item = item
        self.since = since
        self.until = until
        self.polled = polled
        self.private: bytes | None = None
        self.public: bytes | None = None


class _Page(NamedTuple):
    """A run of executions drawn: true for these executions from `since` until `until` (ms)."""

    executions: Sequence[Execution]
    items: bytes
    since: int
    until: int


class Portraits:
    """Draws executions and keeps the drawings used last."""

    def __init__(self, views: Views, library: Library, most: int = 20_000) -> None:
        self._views = views
        self._library = library
        self._most = most
        self._kept: OrderedDict[str, Drawing] = OrderedDict()
        self._pages: dict[tuple[str, str, str, int], _Page] = {}
        self._forms: dict[tuple[str, str, str], Form | None] = {}

    def first(self, execution: Execution, sandbox: Sandbox, request: Mapping[str, Any]) -> Drawing:
        """Return an execution at the instant of its creation; `request` is its body."""
        now = execution.created_at
        form = self._form(execution, sandbox.organization)
        if form is not None and form.fits(request):
            drawing = Drawing(execution, form.fill(execution), now, now + form.lasts, form.polled)
        else:
            drawing = self._draw(execution, sandbox, now, request)
        self._keep(drawing)
        return drawing

    def draw(self, execution: Execution, sandbox: Sandbox, now: int) -> Drawing:
        """Return the execution as it stands at `now`."""
        kept = self._kept.get(execution.id)
        if kept is not None and kept.since <= now < kept.until and kept.execution is execution:
            return kept
        drawing = self._draw(execution, sandbox, now, decode(execution.request))
        if kept is not None:
            self._kept.move_to_end(execution.id)
        self._keep(drawing)
        return drawing

    def private(self, execution: Execution, sandbox: Sandbox, now: int) -> Drawing:
        """Return the execution with its private view drawn."""
        drawing = self.draw(execution, sandbox, now)
        if drawing.private is None:
            drawing.private = encode(self._views.private(self.portrait(execution, sandbox, now)))
        return drawing

    def public(self, execution: Execution, sandbox: Sandbox, now: int) -> Drawing:
        """Return the execution with its public view drawn."""
        drawing = self.draw(execution, sandbox, now)
        if drawing.public is None:
            drawing.public = encode(self._views.public(self.portrait(execution, sandbox, now)))
        return drawing

    def items(self, executions: Sequence[Execution], sandbox: Sandbox, now: int) -> bytes:
        """Return many executions as they stand in lists, side by side."""
        if not executions:
            return b""
        place = (sandbox.id, sandbox.organization, executions[0].id, len(executions))
        kept = self._pages.get(place)
        if kept is not None and kept.since <= now < kept.until and kept.executions == executions:
            return kept.items
        drawings = [self.draw(execution, sandbox, now) for execution in executions]
        items = b",".join([drawing.item for drawing in drawings])
        since = max(drawing.since for drawing in drawings)
        until = min(drawing.until for drawing in drawings)
        if len(self._pages) >= _MOST_PAGES:
            self._pages.clear()
        self._pages[place] = _Page(executions, items, since, until)
        return items

    def portrait(self, execution: Execution, sandbox: Sandbox, now: int) -> Portrait:
        """Return what there is to show of an execution at `now`."""
        scenario = self._library.version(execution.scenario)
        seed = seed_for(scenario, sandbox.root, execution.id)
        state = progress(scenario, execution.progress, Tick(), now, seed)
        request = decode(execution.request)
        return self._views.portrait(execution, state, scenario, request, sandbox.organization, now)

    def _keep(self, drawing: Drawing) -> None:
        self._kept[drawing.execution.id] = drawing
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def _form(self, execution: Execution, organization: str) -> Form | None:
        """Return the form of the execution's first view, made for the first one of its like."""
        like = (execution.scenario, organization, execution.initiated_by)
        try:
            return self._forms[like]
        except KeyError:
            if len(self._forms) >= _MOST_FORMS:
                self._forms.clear()
            scenario = self._library.version(execution.scenario)
            form = self._forms[like] = form_of(self._views, scenario, organization, execution.initiated_by)
            return form

    def _draw(self, execution: Execution, sandbox: Sandbox, now: int, request: Mapping[str, Any]) -> Drawing:
        scenario = self._library.version(execution.scenario)
        seed = seed_for(scenario, sandbox.root, execution.id)
        state, due = standing(scenario, execution.progress, now, seed)
        fields = self._views.fields(execution, state, scenario, request, sandbox.organization)
        until = min(_FOREVER if due is None else due, next_event(state, scenario, now) or _FOREVER)
        polled = scenario.steps[state.visits[-1].step].counts and any(
            isinstance(trigger, Polls) for trigger in open_triggers(scenario, state, seed)
        )
        return Drawing(execution, encode(fields), now, until, polled)
