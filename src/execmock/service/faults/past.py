"""What reads and lists would have shown earlier. Nothing is stored, and no read counts."""

from __future__ import annotations

from dataclasses import replace

from execmock.core.apis import EXECUTIONS_API
from execmock.core.execution import Execution
from execmock.core.progress import Progress
from execmock.core.sandbox import Sandbox
from execmock.service.executions.executions import Page
from execmock.service.executions.view_cache import ViewCache
from execmock.service.services import Services

__all__ = ["PastViews"]

_AT_ONCE = 100


class PastViews:
    """Renders a sandbox's executions as they stood `age` milliseconds ago."""

    def __init__(self, services: Services, view_cache: ViewCache) -> None:
        self._repository = services.repository
        self._sandboxes = services.sandboxes
        self._view_cache = view_cache

    async def read(self, sandbox: Sandbox, execution_id: str, age: int, *, public: bool) -> bytes | None:
        """Return a view of an execution, None if it was not there yet."""
        then = self._sandboxes.now(sandbox) - age
        found: Execution | None = await self._repository.get(sandbox, EXECUTIONS_API, execution_id)
        if found is None or found.created_at > then:
            return None
        execution = _as_it_was(found, then)
        if public:
            return self._view_cache.public(execution, sandbox, then).public
        return self._view_cache.private(execution, sandbox, then).private

    async def another(self, sandbox: Sandbox, execution_id: str, *, public: bool) -> bytes | None:
        """Return the same view of another execution, the latest there is; None if there is none."""
        for found in await self._repository.page(sandbox, EXECUTIONS_API, 0, 2):
            if found.id != execution_id:
                return await self.read(sandbox, found.id, 0, public=public)
        return None

    async def list(self, sandbox: Sandbox, page: Page, age: int) -> tuple[bytes, bool]:
        """Return the items of a page as JSON without the brackets, and whether there were more."""
        then = self._sandboxes.now(sandbox) - age
        first = page.offset + await self._later(sandbox, then)
        found = await self._repository.page(sandbox, EXECUTIONS_API, first, page.limit + 1)
        executions = [_as_it_was(one, then) for one in found[: page.limit]]
        return self._view_cache.items(executions, sandbox, then), len(found) > page.limit

    async def _later(self, sandbox: Sandbox, then: int) -> int:
        """Return how many executions were created after an instant."""
        count = 0
        while True:
            found = await self._repository.page(sandbox, EXECUTIONS_API, count, _AT_ONCE)
            later: int = sum(one.created_at > then for one in found)
            count += later
            if later < _AT_ONCE:
                return count


def _as_it_was(execution: Execution, then: int) -> Execution:
    """Return an execution without the visits that came after an instant."""
    visits = tuple(visit for visit in execution.progress.visits if visit.at <= then)
    if len(visits) == len(execution.progress.visits):
        return execution
    return replace(execution, progress=Progress(visits or execution.progress.visits[:1]))
