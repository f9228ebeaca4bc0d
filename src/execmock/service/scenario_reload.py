"""Loads changed scenario files while the server runs. A broken file changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path

from execmock.core.scenario import Scenario
from execmock.errors import StoreError
from execmock.loading.folders import is_of_a_mount
from execmock.loading.scenarios import ScenarioFile, read_folder, without_rivals
from execmock.loading.used_steps import UsedText
from execmock.service.engine import Engine
from execmock.service.file_watch import changed_files
from execmock.service.scenarios.shipped import shipped_files, shipped_scenarios

__all__ = ["ScenarioReloader"]

_MOST_COUNTED = 10_000
_SUFFIXES = (".yaml", ".yml")
_BEING_WRITTEN = 0.3
"""Seconds that an empty file gets to be filled: many programs empty a file before they write it."""


class ScenarioReloader:
    """Watches the shipped scenarios and those in `extra`, which win; says what it took up, one line each."""

    def __init__(self, engine: Engine, extra: Sequence[Path]) -> None:
        self._engine = engine
        self._extra = [_as_seen(path) for path in extra]
        self._shipped = [shipped_scenarios()]
        # The files that are in use, by path: those of the second group win over those of the first.
        shipped = shipped_files(engine.contract)
        own = read_folder(self._extra, engine.words)
        self._groups = [_by_path(shipped), _by_path(own)]
        self._uses = {file.path: file.uses for file in own}
        self._reported: dict[str, str] = {}

    async def run(self) -> AsyncIterator[str]:
        """Yield a line for every change, until cancelled."""
        try:
            async for changed in changed_files([*self._shipped, *self._extra]):
                for line in await self.take_up(changed):
                    yield line
        except OSError as error:
            yield f"scenario files are not watched: {error}; changes are taken up at the next start"

    async def take_up(self, changed: Iterable[str]) -> list[str]:
        """Read changed files again; return what there is to say about them."""
        lines: list[str] = []
        for path in sorted(changed, key=lambda path: (Path(path).is_file(), path)):
            # What is gone goes first, so that a file that was renamed finds its scenario's name free.
            if path.endswith(_SUFFIXES) and not any(map(is_of_a_mount, Path(path).parts)):
                before = self._name_of(path)
                lines += await (self._take_up_file(path) if Path(path).is_file() else self._let_go(path))
                for user in self._users_of({before, self._name_of(path)} - {""}):
                    lines += await self._take_up_file(user)
        return lines

    def _name_of(self, path: str) -> str:
        file = self._group(path).get(path)
        return file.scenario.name if file and file.scenario else ""

    def _users_of(self, names: set[str]) -> list[str]:
        """Return the files that use a scenario of those names, directly or through others."""
        return [path for path, uses in sorted(self._uses.items()) if uses & names and Path(path).is_file()]

    async def _take_up_file(self, path: str) -> list[str]:
        if _is_empty(path):
            await asyncio.sleep(_BEING_WRITTEN)
            if not Path(path).is_file():
                return await self._let_go(path)
        group = self._group(path)
        others = [file for name, file in group.items() if name != path and Path(name).is_file()]
        # In a thread: a long text would keep others waiting.
        read = await asyncio.to_thread(read_folder, [Path(path)], self._engine.words, self._texts())
        file = without_rivals([*others, *read])[-1]
        self._uses[path] = file.uses
        if file.scenario is None:
            return self._report(file)
        self._reported.pop(path, None)
        before = group.get(path)
        renamed = before is not None and before.scenario and before.scenario.name != file.scenario.name
        lines = await self._let_go(path) if renamed else []
        group[path] = file
        return [*lines, *await self._settle(file.scenario.name)]

    def _texts(self) -> dict[str, UsedText]:
        files = [file for group in self._groups for file in group.values()]
        return {file.scenario.name: UsedText(file.path, file.text) for file in files if file.scenario}

    async def _let_go(self, path: str) -> list[str]:
        self._reported.pop(path, None)
        self._uses.pop(path, None)
        file = self._group(path).pop(path, None)
        return await self._settle(file.scenario.name) if file and file.scenario else []

    async def _settle(self, name: str) -> list[str]:
        """Let new executions follow what the files now say of a scenario."""
        registry = self._engine.registry
        old, new = registry.current.get(name), self._winner(name)
        if new is None:
            self._engine.drop_file(name)
            return [f"scenario {name} is gone{await self._kept_by(old)}"] if old else []
        if old is not None and old.version == new.version:
            return []
        self._engine.take_up_file(new)
        return [f"scenario {name} {'changed' if old else 'is new'}{await self._kept_by(old)}"]

    def _winner(self, name: str) -> Scenario | None:
        found = (file.scenario for group in reversed(self._groups) for file in group.values())
        return next((scenario for scenario in found if scenario and scenario.name == name), None)

    def _report(self, file: ScenarioFile) -> list[str]:
        text = "\n".join(map(str, file.findings))
        if self._reported.get(file.path) == text:
            return []
        self._reported[file.path] = text
        return [f"{text}\n  what was loaded before stays in use"]

    async def _kept_by(self, old: Scenario | None) -> str:
        """Return how many executions keep a version that is no longer the current one, as a clause."""
        if old is None:
            return ""
        try:
            count = await self._count(old.reference)
        except StoreError:
            # The files are taken up all the same.
            return ""
        return (
            f"; {count} execution{'s keep' if count > 1 else ' keeps'} version {old.version}" if count else ""
        )

    async def _count(self, reference: str) -> int:
        count = 0
        for sandbox in await self._engine.sandboxes.all():
            latest = await self._engine.repository.latest(sandbox, _MOST_COUNTED)
            count += sum(execution.scenario == reference for execution in latest)
        return count

    def _group(self, path: str) -> dict[str, ScenarioFile]:
        places = {Path(path), *Path(path).parents}
        return self._groups[1 if places.intersection(self._extra) else 0]


def _as_seen(path: Path) -> Path:
    """Return the path that changes are told by: a file that is a link is not what it leads to."""
    return path.resolve() if path.is_dir() else path.parent.resolve() / path.name


def _is_empty(path: str) -> bool:
    try:
        return not Path(path).stat().st_size
    except OSError:
        return False


def _by_path(files: Iterable[ScenarioFile]) -> dict[str, ScenarioFile]:
    return {file.path: file for file in files if file.scenario}
