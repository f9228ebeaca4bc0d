"""Puts the services together: everything a mock is, but for the web."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from execmock.clocks import SeededEntropy, SystemClock, SystemEntropy
from execmock.core.contract import Contract
from execmock.core.embed_view import EmbedViews
from execmock.core.scenario import Scenario
from execmock.core.views import Views
from execmock.errors import ConfigError, ExecmockError, ScenarioError, nearest
from execmock.interfaces import Clock, Store
from execmock.loading.contract import data_path, load_contract, shipped_contract
from execmock.loading.scenarios import ScenarioFile, read_folder, vocabularies
from execmock.service.choices import choose
from execmock.service.events.changes import Changes
from execmock.service.events.journal import Journal
from execmock.service.executions.embed_executions import EmbedExecutions
from execmock.service.executions.executions import Executions
from execmock.service.executions.repository import Tracking
from execmock.service.executions.view_cache import Portraits
from execmock.service.sandboxes import DEFAULT_SANDBOX, Sandbox, Sandboxes, Scope
from execmock.service.scenarios.registry import Library
from execmock.service.scenarios.sync import Keeper
from execmock.stores import open_store

if TYPE_CHECKING:
    from execmock.service.executions.commands import Steering
    from execmock.service.snapshots import Snapshots
    from execmock.service.worlds import Worlds

__all__ = ["Engine", "EngineOptions", "load_library", "shipped", "shipped_files", "shipped_scenarios"]


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How executions behave. `start` is milliseconds since 1970, None is now; `seed` None is unguessable."""

    scenarios: tuple[Path, ...] = ()
    scenario: str | None = None
    world: Path | str | None = None
    keys: tuple[tuple[str, Scope], ...] = ()
    choices: tuple[str, ...] = ()
    seed: int | None = None
    start: int | None = None
    speed: float = 1.0
    frozen: bool = False
    zone: str = "America/New_York"
    store: str = "memory:"
    journal_size: int = 1000


class Engine:
    """The services over one store. `clock` is real time unless a test holds it."""

    def __init__(self, options: EngineOptions, clock: Clock | None = None) -> None:
        self.options = options
        self.clock = clock or SystemClock()
        self.entropy = SystemEntropy() if options.seed is None else SeededEntropy(options.seed)
        self.contract = shipped_contract()
        self.words = vocabularies(self.contract)
        self.choices = choose(self.contract, options.choices)
        self.library = load_library(self.contract, options.scenarios)
        self.store = open_store(options.store)
        # Not the seed's: it tells stores apart that servers of one seed have begun.
        self.keeper = Keeper(self.store, self.library, self.words, SystemEntropy().root("store").hex())
        self.journal, self.changes = _recorders(self.store, options.journal_size)
        self.sandboxes = Sandboxes(self.store, self.clock, self.entropy)
        self.tracking = Tracking(self.store, self.sandboxes, self.library, self.keeper)
        self.portraits = Portraits(Views(self.contract), self.library)

    @cached_property
    def executions(self) -> Executions:
        """The executions API."""
        return Executions(
            self.contract,
            self.store,
            self.sandboxes,
            self.library,
            self.keeper,
            self.tracking,
            self.portraits,
            self.choices,
        )

    @cached_property
    def embed(self) -> EmbedExecutions:
        """The embed API."""
        views = EmbedViews(self.contract, self.options.zone)
        return EmbedExecutions(
            self.contract,
            self.store,
            self.sandboxes,
            self.library,
            self.keeper,
            views,
            self.choices,
        )

    @cached_property
    def steering(self) -> Steering:
        """What moves executions and clocks from outside."""
        from execmock.service.executions.commands import Steering

        return Steering(self.contract, self.sandboxes, self.tracking, self.changes, self.clock)

    @cached_property
    def snapshots(self) -> Snapshots:
        """Sandboxes as documents."""
        from execmock.service.snapshots import Snapshots

        return Snapshots(self.store, self.sandboxes, self.library, self.keeper, self.words, self.clock)

    @cached_property
    def worlds(self) -> Worlds:
        """States to start from."""
        from execmock.service.worlds import Worlds

        return Worlds(self.contract, self.store, self.sandboxes, self.library, self.keeper)

    async def prepare(self) -> None:
        """Create the default sandbox and the world's, unless the store holds one; let the keys open it."""
        options = self.options
        await self.keeper.refresh()
        known = [name for name, scenario in self.library.current.items() if scenario.api == "executions"]
        if options.scenario is not None and options.scenario not in known:
            raise ConfigError(f"there is no scenario {options.scenario!r}.{nearest(options.scenario, known)}")
        await self._make_default()
        for key, scope in options.keys:
            await self.sandboxes.open_with(DEFAULT_SANDBOX, key, scope)
        self.sandboxes.when_default_is_gone = self._make_default

    async def _make_default(self) -> Sandbox:
        """Return the default sandbox, made if there is none; of several servers, the first one makes it."""
        options = self.options
        await self.keeper.refresh()
        sandbox = self.sandboxes.make(
            DEFAULT_SANDBOX, start=options.start, speed=options.speed, frozen=options.frozen
        )
        sandbox = replace(sandbox, default_scenario=options.scenario)
        if not await self.sandboxes.add(sandbox, options.keys):
            return await self.sandboxes.kept(DEFAULT_SANDBOX) or sandbox
        if options.world is not None:
            await self._begin(options.world)
        return await self.sandboxes.kept(DEFAULT_SANDBOX) or sandbox

    async def _begin(self, world: Path | str) -> None:
        from execmock.service.worlds import Wishes

        options = self.options
        wishes = Wishes(
            options.seed is not None, options.start, options.speed, options.frozen, options.scenario
        )
        try:
            await self.worlds.begin(world, wishes)
        except ExecmockError:
            # The next start, with a world that works, is to be a first one again.
            await self.sandboxes.delete(DEFAULT_SANDBOX)
            raise

    def put_scenario(self, scenario: Scenario) -> None:
        """Let new executions follow a file's scenario from now on."""
        self.library.put(scenario)
        self.keeper.note_file(scenario.name, scenario.reference)
        self.changes.publish("", "scenario", {"name": scenario.name, "version": scenario.version})

    def drop_scenario(self, name: str) -> None:
        """Let no new execution follow a scenario whose file is gone."""
        self.library.remove(name)
        self.keeper.note_file(name, None)

    async def share_scenario(self, scenario: Scenario, sandbox: str = "") -> None:
        """Let new executions follow a scenario from now on, with all servers over the store.

        In one sandbox, or in all if none is named.
        """
        await self.keeper.put(scenario, sandbox)
        self.changes.publish(sandbox, "scenario", {"name": scenario.name, "version": scenario.version})

    async def close(self) -> None:
        """Write what is left to write and let go of the store."""
        await self.journal.flush()
        await self.changes.flush()
        await self.store.close()


def _recorders(store: Store, size: int) -> tuple[Journal, Changes]:
    if store.immediate:
        return Journal(size), Changes()
    from execmock.service.events.shared import SharedChanges, SharedJournal

    journal = SharedJournal(size, store)
    return journal, SharedChanges(store, journal)


def shipped(path: Path) -> Contract:
    """Return a contract that comes with execmock."""
    return load_contract(path)


def shipped_scenarios() -> Path:
    """Return the folder of the scenarios that come with execmock."""
    return (data_path("fixtures") / "scenarios").resolve()


def load_library(contract: Contract, extra: Sequence[Path]) -> Library:
    """Return the shipped scenarios and those in `extra`, which win; ScenarioError names every mistake."""
    words = vocabularies(contract)
    for path in extra:
        if not path.exists():
            raise ConfigError(f"there is no scenario file or folder {str(path)!r}")
    own = shipped_files() if contract is shipped_contract() else read_folder([shipped_scenarios()], words)
    read = [*own, *read_folder(extra, words)]
    problems = [str(problem) for file in read for problem in file.problems]
    if problems:
        raise ScenarioError("\n".join(problems))
    return Library(file.scenario for file in read if file.scenario)


@lru_cache(maxsize=1)
def shipped_files() -> Sequence[ScenarioFile]:
    """Return the files of the scenarios that come with execmock, read once a process."""
    return read_folder([shipped_scenarios()], vocabularies(shipped_contract()))
