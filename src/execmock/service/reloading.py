"""Takes up changed scenario files while the server runs. A broken file changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path

from execmock.loading.scenarios import ScenarioFile, read_folder
from execmock.service.engine import Engine
from execmock.service.tracking import EMBED, EXECUTION

__all__ = ["Reloader"]

_MOST_COUNTED = 10_000


class Reloader:
    """Watches scenario files and folders, and says what it took up, one line each."""

    def __init__(self, engine: Engine, paths: Sequence[Path]) -> None:
        self._engine = engine
        self._paths = [path.resolve() for path in paths]
        self._names = {file.path: file.scenario.name for file in self._read(self._paths) if file.scenario}
        self._reported: dict[str, str] = {}

    async def run(self) -> AsyncIterator[str]:
        """Yield a line for every change, until cancelled."""
        from watchfiles import awatch

        async for changes in awatch(*self._paths, debounce=200, step=50, recursive=True):
            for line in await self.take_up({path for _, path in changes}):
                yield line

    async def take_up(self, changed: Iterable[str]) -> list[str]:
        """Read changed files again; return what there is to say about them."""
        lines: list[str] = []
        for path in sorted(changed):
            if not path.endswith((".yaml", ".yml")):
                continue
            if Path(path).exists():
                lines += [
                    line for file in self._read([Path(path)]) for line in await self._take_up_file(file)
                ]
            else:
                lines += await self._let_go(path)
        return lines

    async def _take_up_file(self, file: ScenarioFile) -> list[str]:
        if file.scenario is None:
            return self._report(file)
        self._reported.pop(file.path, None)
        scenario, library = file.scenario, self._engine.library
        lines = []
        if self._names.get(file.path, scenario.name) != scenario.name:
            lines += await self._let_go(file.path)
        self._names[file.path] = scenario.name
        old = library.current.get(scenario.name)
        if old is not None and old.version == scenario.version:
            return lines
        self._engine.put_scenario(scenario)
        what = "changed" if old else "is new"
        return [*lines, f"scenario {scenario.name} {what}{await self._kept_by(old.reference) if old else ''}"]

    async def _let_go(self, path: str) -> list[str]:
        name = self._names.pop(path, None)
        old = self._engine.library.current.get(name) if name else None
        if old is None:
            return []
        self._engine.drop_scenario(old.name)
        return [f"scenario {old.name} is gone{await self._kept_by(old.reference)}"]

    def _report(self, file: ScenarioFile) -> list[str]:
        text = "\n".join(map(str, file.problems))
        if self._reported.get(file.path) == text:
            return []
        self._reported[file.path] = text
        return [f"{text}\n  what was loaded before stays in use"]

    async def _kept_by(self, reference: str) -> str:
        count = 0
        for sandbox in await self._engine.sandboxes.all():
            for kind in (EXECUTION, EMBED):
                page = await self._engine.tracking.page(sandbox, kind, 0, _MOST_COUNTED)
                count += sum(execution.scenario == reference for execution in page)
        version = reference.partition("@")[2]
        return f"; {count} execution{'s keep' if count > 1 else ' keeps'} version {version}" if count else ""

    def _read(self, paths: Iterable[Path]) -> Sequence[ScenarioFile]:
        return read_folder(paths, self._engine.words)
