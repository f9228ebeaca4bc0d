"""Caches rendered executions as bytes.

A rendered view is valid until the next transition or event, so reading an execution again costs a look-up
and a comparison. No other module knows of the cache; without it the same bytes would be rendered again.

What it gains (`bench/micro_gains.py`): without the rendered views a get takes 265 % more processor time;
without the rendered pages a list takes 38 % more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from execmock.core.bounded_cache import BoundedCache
from execmock.core.execution import Execution, seed_for
from execmock.core.json_text import decode_kept, encode
from execmock.core.progress import Tick, counts_reads, progress, standing
from execmock.core.views import ViewData, Views, next_event
from execmock.service.coverage_recorder import CoverageRecorder
from execmock.service.sandboxes import Sandbox
from execmock.service.scenarios.registry import ScenarioRegistry

__all__ = ["RenderedViews", "ViewCache"]

_FOREVER = 1 << 62
_MOST_PAGES = 100


class RenderedViews:
    """A rendered execution: `item` for lists; valid from `since` until `until` (ms).

    `polled` says that reads by id count in the present step. The other two views are rendered on their
    first read: most executions are created and listed far more often than each is read.
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
    """A rendered page of executions: valid for these executions from `since` until `until` (ms)."""

    executions: Sequence[Execution]
    items: bytes
    since: int
    until: int


class ViewCache:
    """Renders executions and caches the views rendered last, at most `most`."""

    def __init__(
        self, views: Views, registry: ScenarioRegistry, coverage: CoverageRecorder, most: int = 20_000
    ) -> None:
        self._views = views
        self._registry = registry
        self._coverage = coverage
        self._rendered: BoundedCache[str, RenderedViews] = BoundedCache(most)
        self._pages: BoundedCache[tuple[str, str, str, int], _Page] = BoundedCache(_MOST_PAGES)

    def first(self, execution: Execution, sandbox: Sandbox, request: Mapping[str, Any]) -> RenderedViews:
        """Return an execution at the instant of its creation; `request` is its body."""
        return self._render(execution, sandbox, execution.created_at, request)

    def render(self, execution: Execution, sandbox: Sandbox, now: int) -> RenderedViews:
        """Return the execution as it stands at `now`."""
        kept = self._rendered.get(execution.id)
        if kept is not None and kept.since <= now < kept.until and kept.execution is execution:
            return kept
        return self._render(execution, sandbox, now, decode_kept(execution.request))

    def private(self, execution: Execution, sandbox: Sandbox, now: int) -> RenderedViews:
        """Return the execution with its private view rendered."""
        rendered = self.render(execution, sandbox, now)
        if rendered.private is None:
            rendered.private = encode(self._views.private(self.view_data(execution, sandbox, now)))
        return rendered

    def public(self, execution: Execution, sandbox: Sandbox, now: int) -> RenderedViews:
        """Return the execution with its public view rendered."""
        rendered = self.render(execution, sandbox, now)
        if rendered.public is None:
            rendered.public = encode(self._views.public(self.view_data(execution, sandbox, now)))
        return rendered

    def items(self, executions: Sequence[Execution], sandbox: Sandbox, now: int) -> bytes:
        """Return many executions as they stand in lists, side by side."""
        if not executions:
            return b""
        place = (sandbox.id, sandbox.organization, executions[0].id, len(executions))
        kept = self._pages.get(place)
        if kept is not None and kept.since <= now < kept.until and kept.executions == executions:
            return kept.items
        rendered = [self.render(execution, sandbox, now) for execution in executions]
        items = b",".join([rendered.item for rendered in rendered])
        since = max(rendered.since for rendered in rendered)
        until = min(rendered.until for rendered in rendered)
        self._pages.keep(place, _Page(executions, items, since, until))
        return items

    def view_data(self, execution: Execution, sandbox: Sandbox, now: int) -> ViewData:
        """Return what there is to show of an execution at `now`."""
        scenario = self._registry.version(execution.scenario)
        seed = seed_for(scenario, sandbox, execution)
        state = progress(scenario, execution.progress, Tick(), now, seed)
        request = decode_kept(execution.request)
        return self._views.view_data(execution, state, scenario, request, sandbox.organization, now)

    def _render(
        self, execution: Execution, sandbox: Sandbox, now: int, request: Mapping[str, Any]
    ) -> RenderedViews:
        scenario = self._registry.version(execution.scenario)
        seed = seed_for(scenario, sandbox, execution)
        state, due = standing(scenario, execution.progress, now, seed)
        counted = self._coverage.viewed(execution, scenario, state.visits, seed)
        fields = self._views.fields(execution, state, scenario, request, sandbox.organization)
        until = min(_FOREVER if due is None else due, next_event(state, scenario, now) or _FOREVER)
        polled = counts_reads(scenario, state, seed)
        rendered = RenderedViews(execution, encode(fields), now, until, polled)
        if counted:
            self._rendered.keep(execution.id, rendered)
        return rendered
