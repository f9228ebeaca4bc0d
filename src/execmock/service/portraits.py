"""Drawn executions, kept as bytes for as long as they stay true.

A drawing is true until the next step or event falls due, so reading an execution again costs a look-up
and a comparison. Only this module knows that views are kept; without it the same bytes would be drawn.
"""

from __future__ import annotations

from collections import OrderedDict

from execmock.core.execution import Execution, execution_seed
from execmock.core.json_text import decode, encode
from execmock.core.progress import Progress, Tick, next_due, open_triggers, progress
from execmock.core.scenario.model import Polls
from execmock.core.views import Portrait, Views, next_event
from execmock.service.library import Library
from execmock.service.sandboxes import Sandbox

__all__ = ["Drawing", "Portraits"]

_FOREVER = 1 << 62


class Drawing:
    """An execution drawn: `item` for lists, `private` and `public` for reads; true until `until` (ms).

    `polled` says that reads by id count in the present step.
    """

    __slots__ = ("execution", "item", "polled", "private", "progress", "public", "since", "until")

    def __init__(
        self,
        execution: Execution,
        state: Progress,
        since: int,
        until: int,
        polled: bool,
        views: tuple[bytes, ...],
    ) -> None:
        self.execution = execution
        self.progress = state
        self.since = since
        self.until = until
        self.polled = polled
        self.item, self.private, self.public = views


class Portraits:
    """Draws executions and keeps the drawings used last."""

    def __init__(self, views: Views, library: Library, most: int = 20_000) -> None:
        self._views = views
        self._library = library
        self._most = most
        self._kept: OrderedDict[str, Drawing] = OrderedDict()

    def draw(self, execution: Execution, sandbox: Sandbox, now: int) -> Drawing:
        """Return the execution as it stands at `now`."""
        kept = self._kept.get(execution.id)
        if kept is not None and kept.since <= now < kept.until and kept.execution is execution:
            return kept
        drawing = self._draw(execution, sandbox, now)
        self._kept[execution.id] = drawing
        self._kept.move_to_end(execution.id)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return drawing

    def portrait(self, execution: Execution, sandbox: Sandbox, now: int) -> tuple[Progress, Portrait]:
        """Return where the execution stands at `now`, and what there is to show of it."""
        scenario = self._library.version(execution.scenario)
        seed = execution_seed(sandbox.root, execution.id)
        state = progress(scenario, execution.progress, Tick(), now, seed)
        request = decode(execution.request)
        return state, self._views.portrait(execution, state, scenario, request, sandbox.organization, now)

    def _draw(self, execution: Execution, sandbox: Sandbox, now: int) -> Drawing:
        state, portrait = self.portrait(execution, sandbox, now)
        scenario = self._library.version(execution.scenario)
        seed = execution_seed(sandbox.root, execution.id)
        changes = (next_due(scenario, state, seed), next_event(state, scenario, now))
        polled = any(isinstance(trigger, Polls) for trigger in open_triggers(scenario, state, seed))
        views = (
            encode(portrait.fields),
            encode(self._views.private(portrait)),
            encode(self._views.public(portrait)),
        )
        until = min((change for change in changes if change is not None), default=_FOREVER)
        return Drawing(execution, state, now, until, polled, views)
