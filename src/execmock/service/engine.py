"""Puts the services together: everything that a mock is, without HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from execmock.clocks import SeededEntropy, SystemClock, SystemEntropy
from execmock.core.embed_view import EmbedViews
from execmock.core.scenario import Scenario
from execmock.core.secrets import KnownSecrets
from execmock.core.views import Views
from execmock.errors import ConfigError, ExecmockError, nearest
from execmock.interfaces import Clock
from execmock.loading.contract import as_yaml, contract_at
from execmock.loading.scenarios import vocabularies
from execmock.service.background_work import BackgroundWork
from execmock.service.choices import as_chosen, choose
from execmock.service.coverage_recorder import CoverageRecorder
from execmock.service.draw_by import checked_draw_by
from execmock.service.events.changes import Changes
from execmock.service.events.journal import Journal, JournalLimits
from execmock.service.executions.embed_executions import EmbedExecutions
from execmock.service.executions.executions import Executions
from execmock.service.executions.repository import ExecutionRepository
from execmock.service.executions.view_cache import ViewCache
from execmock.service.misspellings import Misspellings
from execmock.service.sandboxes import DEFAULT_SANDBOX, Sandbox, Sandboxes
from execmock.service.scenarios.shipped import load_registry
from execmock.service.scenarios.sync import ScenarioSync, SharedScenarioSync
from execmock.service.services import Services
from execmock.settings import ServeSettings
from execmock.stores import open_store

if TYPE_CHECKING:
    from execmock.service.executions.commands import ExecutionCommands
    from execmock.service.faults.asking import AskedExecutions
    from execmock.service.faults.faults import Faults
    from execmock.service.faults.waits import Waits
    from execmock.service.snapshots import Snapshots
    from execmock.service.worlds import Worlds

__all__ = ["Engine"]


class Engine:
    """The services over one store. `clock` is real time unless a test holds it."""

    def __init__(self, options: ServeSettings, clock: Clock | None = None) -> None:
        self.options = options
        self.clock = clock or SystemClock()
        self.entropy = SystemEntropy() if options.seed is None else SeededEntropy(options.seed)
        contract = contract_at(options.contract)
        with options.naming("choose"):
            self.choices = choose(contract, options.choose)
        self.contract = as_chosen(contract, self.choices)
        self.words = vocabularies(self.contract)
        self.registry = load_registry(self.contract, options.scenarios, options.named("scenarios"))
        self.coverage = CoverageRecorder(self.contract, self.words, self.registry)
        with options.naming("store"):
            self.store = open_store(options.store, options.store_wait)
        self.secrets = KnownSecrets()
        self.journal, self.changes, self.scenario_sync = self._recorders()
        self.sandboxes = Sandboxes(
            self.store,
            self.clock,
            self.entropy,
            self._make_default,
            checked_draw_by(self.contract, options.draw_by, options.named("draw_by")),
            self.secrets,
        )
        self.sandboxes.shared = self.sandboxes.faults_active = not self._alone
        self.repository = ExecutionRepository(self.store, self.sandboxes, self.registry, self.scenario_sync)
        views = Views(self.contract)
        self.view_cache = ViewCache(views, self.registry, self.coverage)
        self.embed_views = EmbedViews(self.contract, options.timezone)
        self.say: Callable[[str], None] = lambda line: None
        """Writes a line to the server's log, where there is one."""
        self.background = BackgroundWork()
        self.services = Services(
            contract=self.contract,
            choices=self.choices,
            words=self.words,
            views={"executions": views, "embed": self.embed_views},
            clock=self.clock,
            store=self.store,
            sandboxes=self.sandboxes,
            registry=self.registry,
            scenario_sync=self.scenario_sync,
            repository=self.repository,
            changes=self.changes,
            coverage=self.coverage,
            background=self.background,
        )

    @cached_property
    def contract_text(self) -> bytes:
        """The contract that is served, as a YAML file."""
        return as_yaml(self.contract)

    @cached_property
    def executions(self) -> Executions:
        """The executions API."""
        return Executions(self.services, self.view_cache, strict_magic=self.options.strict_magic)

    @cached_property
    def embed(self) -> EmbedExecutions:
        """The embed API."""
        return EmbedExecutions(self.services, self.embed_views)

    @cached_property
    def commands(self) -> ExecutionCommands:
        """Commands on executions and clocks: signal, jump, wait, advance."""
        from execmock.service.executions.commands import ExecutionCommands

        return ExecutionCommands(self.services)

    @cached_property
    def snapshots(self) -> Snapshots:
        """Takes and restores snapshots of sandboxes."""
        from execmock.service.snapshots import Snapshots

        return Snapshots(self.services)

    @cached_property
    def worlds(self) -> Worlds:
        """Starts sandboxes from worlds."""
        from execmock.service.worlds import Worlds

        return Worlds(self.services)

    @cached_property
    def faults(self) -> Faults:
        """Adds and removes faults, tries them on requests."""
        from execmock.service.faults.faults import Faults

        return Faults(self.services)

    @cached_property
    def asked_executions(self) -> AskedExecutions:
        """Finds the executions that faults ask for."""
        from execmock.service.faults.asking import AskedExecutions

        return AskedExecutions(self.services)

    @cached_property
    def waits(self) -> Waits:
        """Lets answers wait."""
        from execmock.service.faults.waits import Waits

        return Waits(self.services, lambda line: self.say(line))

    async def prepare(self) -> None:
        """Create the default sandbox and the world's, unless the store holds one; let the keys open it."""
        options = self.options
        await self.sandboxes.build_index()
        self.secrets.add_key(options.control_key or "")
        if not self._alone:
            await self.sandboxes.know_keys()
        await self.scenario_sync.refresh()
        known = [name for name, scenario in self.registry.current.items() if scenario.api == "executions"]
        if options.scenario is not None and options.scenario not in known:
            said = f"there is no scenario {options.scenario!r}.{nearest(options.scenario, known)}"
            raise ConfigError(f"{options.named('scenario')}: {said}")
        await self._make_default()
        for key, scope in options.keys:
            await self.sandboxes.open_with(DEFAULT_SANDBOX, key, scope)
        if options.faults or any(options.limits):
            # A store that was kept has the faults of an earlier start, which may be others.
            await self.sandboxes.change(DEFAULT_SANDBOX, self._with_faults)
        await self.sandboxes.look_for_faults()

    async def _make_default(self) -> Sandbox:
        """Return the default sandbox, made if there is none; of several servers, the first one makes it."""
        options = self.options
        await self.scenario_sync.refresh()
        sandbox = self.sandboxes.make(
            DEFAULT_SANDBOX, start=options.clock_start, speed=options.speed, frozen=options.frozen
        )
        sandbox = self._with_faults(replace(sandbox, default_scenario=options.scenario))
        if not await self.sandboxes.add(sandbox, options.keys):
            return await self.sandboxes.kept(DEFAULT_SANDBOX) or sandbox
        if options.world is not None:
            await self._begin(options.world)
        return await self.sandboxes.kept(DEFAULT_SANDBOX) or sandbox

    def _with_faults(self, sandbox: Sandbox) -> Sandbox:
        """Return a sandbox with the faults that the server was started with; ConfigError for bad ones."""
        options = self.options
        if not (options.faults or any(options.limits)):
            return sandbox
        # Imported here: without faults there is no use for it.
        from execmock.core.faults import limits
        from execmock.loading.faults import faults_path, load_faults
        from execmock.service.faults.faults import with_faults

        given = limits(*options.limits)
        for named in options.faults:
            with options.naming("faults"):
                path = faults_path(named)
            given += load_faults(path, self.faults.words)
        kept = {fault.text for fault in sandbox.faults}
        fresh = [fault for fault in given if fault.text not in kept]
        return with_faults(sandbox, fresh, self.clock.now(), stays=True)

    async def _begin(self, world: Path | str) -> None:
        try:
            await self.worlds.begin(world, self.options)
        except ExecmockError:
            # The next start, with a world that works, is to be a first one again.
            await self.sandboxes.delete(DEFAULT_SANDBOX)
            raise

    def take_up_file(self, scenario: Scenario) -> None:
        """Let new executions follow a file's scenario from now on."""
        self.registry.put(scenario)
        self.scenario_sync.note_file(scenario.name, scenario.reference)
        self.changes.publish_here("", "scenario", {"name": scenario.name, "version": scenario.version})

    def drop_file(self, name: str) -> None:
        """Let no new execution follow a scenario whose file is gone."""
        self.registry.remove(name)
        self.scenario_sync.note_file(name, None)
        self.changes.publish_here("", "scenario", {"name": name, "version": None})

    async def share_scenario(self, scenario: Scenario, sandbox: str = "") -> None:
        """Let new executions follow a scenario from now on, with all servers over the store.

        In one sandbox, or in all if none is named.
        """
        await self.scenario_sync.put(scenario, sandbox)
        self.changes.publish(sandbox, "scenario", {"name": scenario.name, "version": scenario.version})

    async def withdraw_scenario(self, name: str, sandbox: str = "") -> bool:
        """Take back a scenario that was shared; False if there is none of that name to take back.

        A file's scenario of that name is the current one again. Executions keep what they follow.
        """
        dropped = await self.scenario_sync.drop(name, sandbox)
        if dropped:
            self.changes.publish(sandbox, "scenario", {"name": name, "version": None})
        return dropped

    async def close(self) -> None:
        """Write what is left to write and close the store."""
        self.background.close()
        await self.journal.flush()
        await self.changes.flush()
        await self.store.close()

    def _recorders(self) -> tuple[Journal, Changes, ScenarioSync]:
        """Return what keeps this server alone informed, or it and the others over its store.

        ConfigError for several workers over a store that they cannot share.
        """
        store, options = self.store, self.options
        limits = JournalLimits(options.journal_size, options.journal_bytes, answers=options.journal_answers)
        misspellings = Misspellings(self.contract).of
        self._alone = store.immediate
        if self._alone:
            self._refuse_workers()
            journal = Journal(limits, misspellings=misspellings, secrets=self.secrets)
            return journal, Changes(), ScenarioSync(self.registry)
        from execmock.service.events.shared import SharedChanges, SharedJournal

        journal = SharedJournal(store, limits, misspellings=misspellings, secrets=self.secrets)
        # Not from the seed: servers of one seed may start different stores, which this tells apart.
        token = SystemEntropy().root("store").hex()
        sync = SharedScenarioSync(store, self.registry, self.words, token)
        return journal, SharedChanges(store, journal), sync

    def _refuse_workers(self) -> None:
        options = self.options
        if options.workers > 1:
            scheme = options.store.partition(":")[0]
            raise ConfigError(
                f"{options.named('workers')} is {options.workers}, and {options.named('store')} is "
                f"{scheme}:, which lives in one process; expected a store that can be shared: sqlite:PATH or "
                "redis://HOST:PORT/DATABASE"
            )
