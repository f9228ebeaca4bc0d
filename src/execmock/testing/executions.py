"""The executions of a sandbox, as a test looks at them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from execmock.testing.control import Control, path_part
from execmock.testing.tracebacks import hides

__all__ = ["ExecutionView", "MockExecutions", "VisitView", "id_of"]

__tracebackhide__ = hides

_PAGE = 200


@dataclass(frozen=True, slots=True)
class VisitView:
    """One stay in a step: its name, its status, since when, and the signal that led there."""

    step: str
    status: str
    at: datetime
    signal: str | None


@dataclass(frozen=True, slots=True, repr=False)
class ExecutionView:
    """Where an execution stood when it was looked at.

    `api` is executions or embed; `fields` is what its owner is shown of it, `events` its timeline there;
    `next_at` is when time alone leads on.
    """

    id: str
    api: str
    scenario: str
    status: str
    step: str
    created_at: datetime
    polls: int
    waits_for: tuple[str, ...]
    next_at: datetime | None
    history: tuple[VisitView, ...]
    fields: Mapping[str, Any]
    events: Sequence[Mapping[str, Any]]

    def __repr__(self) -> str:
        return f"<ExecutionView {self.id} {self.status}, step {self.step} of {self.scenario}>"

    def reached(self, status: str) -> bool:
        """Whether it is, or has been, in a status or in a step of that name."""
        return any(status in (visit.status, visit.step) for visit in self.history)


class MockExecutions:
    """All executions of a sandbox, newest first: iterate, `len()`, `[0]`, `["exec_..."]`.

    Looking counts as no read by the client: it moves no execution that waits to be polled.
    """

    def __init__(self, control: Control, api: str = "executions", **wanted: str | None) -> None:
        self._control = control
        self._api = api
        self._wanted = wanted

    @property
    def embed(self) -> MockExecutions:
        """The executions of embedded workflows."""
        return MockExecutions(self._control, "embed")

    def where(
        self,
        *,
        status: str | None = None,
        step: str | None = None,
        scenario: str | None = None,
        workflow: str | None = None,
        waits_for: str | None = None,
    ) -> MockExecutions:
        """Return those in a status or step now, of a scenario or workflow, or that wait for a signal.

        MockError, with the nearest name, for a status or a scenario that there is none of.
        """
        wanted = {"status": status, "step": step, "scenario": scenario, "workflow": workflow}
        found = MockExecutions(self._control, self._api, **wanted, waitsFor=waits_for)
        found._page(0, 1)
        return found

    def __len__(self) -> int:
        return int(self._page(0, 1)["total"])

    def __iter__(self) -> Iterator[ExecutionView]:
        offset = 0
        while found := self._page(offset, _PAGE)["executions"]:
            yield from (self[standing["id"]] for standing in found)
            offset += len(found)

    def __getitem__(self, which: str | int) -> ExecutionView:
        """Return one by id, or by position; MockError for an unknown id, IndexError past either end."""
        if isinstance(which, str):
            return view_of(self._control.call("GET", f"/executions/{path_part(which)}"))
        position = which + len(self) if which < 0 else which
        found = self._page(position, 1)["executions"] if position >= 0 else []
        if not found:
            raise IndexError(f"there are {len(self)} executions, none at {which}")
        return self[found[0]["id"]]

    def __repr__(self) -> str:
        return f"<MockExecutions {[f'{one.id} {one.status}' for one in self]}>"

    def _page(self, offset: int, limit: int) -> Any:
        asked = {"api": self._api, "offset": offset, "limit": limit, **self._wanted}
        return self._control.call("GET", "/executions", **asked)


def id_of(execution: str | ExecutionView) -> str:
    """Return the id of an execution that is given by itself or by its id."""
    return execution if isinstance(execution, str) else execution.id


def view_of(standing: Mapping[str, Any]) -> ExecutionView:
    """Return what the control API tells of an execution, typed."""
    view = standing["view"]
    embed = standing["api"] == "embed"
    return ExecutionView(
        id=standing["id"],
        api=standing["api"],
        scenario=standing["scenario"],
        status=standing["status"],
        step=standing["step"],
        created_at=datetime.fromisoformat(standing["createdAt"]),
        polls=standing["polls"],
        waits_for=tuple(standing["waitsFor"]),
        next_at=datetime.fromisoformat(standing["nextAt"]) if standing["nextAt"] else None,
        history=tuple(
            VisitView(v["step"], v["status"], datetime.fromisoformat(v["at"]), v.get("signal"))
            for v in standing["history"]
        ),
        fields=view if embed else view["execution"],
        events=() if embed else tuple(view["events"]),
    )
