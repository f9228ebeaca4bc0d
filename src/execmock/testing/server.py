"""The server of a mock: started on a free port in the background, stopped clean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from execmock.core.faults import FaultWords
from execmock.core.scenario import Scenario
from execmock.core.world import World
from execmock.loading.contract import shipped_contract
from execmock.server.app import App
from execmock.server.control.app import control_contract
from execmock.server.http.listener import Listener, bind
from execmock.server.http.stray_finder import StrayFinder
from execmock.service.events.seen import seen
from execmock.service.events.strays import Stray
from execmock.service.sandboxes import DEFAULT_SANDBOX
from execmock.service.scenarios.shipped import load_registry
from execmock.service.worlds import Keys
from execmock.settings import ServeSettings
from execmock.testing.background import Background
from execmock.testing.control import Control
from execmock.testing.coverage_collection import COLLECTION
from execmock.testing.scopes import Scope, Scopes
from execmock.testing.sources import ScenarioLike, WorldLike, scenario_from, world_from
from execmock.testing.strict import StrayRequest
from execmock.testing.tracebacks import hides

__all__ = ["Server"]

__tracebackhide__ = hides

# Read with the import, once a process, so that each mock starts in a few milliseconds.
control_contract()
load_registry(shipped_contract(), ())


class Server:
    """A running server. `control` is about the sandbox that it starts with."""

    def __init__(self, options: ServeSettings, background: Background) -> None:
        """Start it; ExecmockError for options that cannot be used or a port that cannot be had."""
        self._mock = App(options)
        engine = self._mock.engine
        self._strays = self._mock.strays = StrayFinder(engine.contract, engine.sandboxes)
        self.scopes = Scopes()
        self._background = background.hold()
        try:
            self._listener = self._background.run(self._start())
        except BaseException:
            self._background.release()
            raise
        self.url = self._listener.url
        self.control = Control(self._mock.control, self._background, "default")

    def scenario(self, given: ScenarioLike, sandbox: str) -> Scenario:
        """Return a scenario that a test wrote; ScenarioError shows what is wrong with it.

        It may use steps of those that are seen in a sandbox.
        """
        engine = self._mock.engine
        return scenario_from(given, engine.words, list(engine.registry.seen_by(sandbox).values()))

    def begin(self, world: WorldLike) -> None:
        """Make the sandboxes of a world."""
        engine = self._mock.engine
        self._background.run(engine.worlds.apply(self.world(world), engine.options))

    def world(self, given: WorldLike) -> World:
        """Return a world that a test wrote or names; WorldError shows what is wrong with it."""
        return world_from(given, self._mock.engine.worlds.words)

    def fill(self, name: str, key: str, world: WorldLike, options: ServeSettings) -> None:
        """Make a sandbox as a world makes its default one."""
        keys: Keys = ((key, "read-write"),)
        fill = self._mock.engine.worlds.fill
        # Ids of this sandbox follow from its own seed, or else from the world's.
        self._background.run(fill(name, keys, self.world(world), replace(options, seed=None), options.seed))

    @property
    def operations(self) -> Sequence[str]:
        """The names of the contract's operations."""
        return list(self._mock.engine.contract.operations)

    @property
    def fault_words(self) -> FaultWords:
        """What faults may name at this time."""
        return self._mock.engine.faults.words

    @property
    def latest(self) -> int:
        """The number of the latest request or change."""
        return self._mock.engine.changes.last

    def strays(self, name: str, scope: Scope) -> tuple[list[StrayRequest], bool]:
        """Return the requests that reached no sandbox in a scope, and whether those are all."""
        return self._background.run(self._stray_requests(name, scope))

    async def _stray_requests(self, name: str, scope: Scope) -> tuple[list[StrayRequest], bool]:
        journal = self._mock.engine.journal
        found, whole = self._strays.found.since(scope.began)
        # A server that takes any key serves those that it does not know in its first sandbox.
        mine = [stray for stray in found if not (stray.served and name == DEFAULT_SANDBOX)]
        return [
            StrayRequest(seen(journal.shown(stray.entry)), stray.key, self._uncounted(stray, scope))
            for stray in mine
        ], whole

    def _uncounted(self, stray: Stray, scope: Scope) -> str:
        if stray.opened < scope.began:
            return "its connection was opened before this sandbox was made"
        if stray.owner:
            return "its key was of another sandbox"
        if self.scopes.shared(scope, stray.entry.number):
            return "another thread ran a test at the same time"
        return ""

    @property
    def elsewhere(self) -> bool:
        """Whether it runs in another process, from which this one was forked."""
        return self._background.elsewhere

    def stop(self) -> None:
        """Stop listening and forget everything; in a forked child, nothing: the server is the parent's."""
        if self.elsewhere:
            return
        try:
            self._background.run(self._stop())
        finally:
            self._background.release()

    async def _start(self) -> Listener:
        await self._mock.prepare()
        options = self._mock.options
        listener = Listener(self._mock.dispatcher(), bind(options.host, options.port, options.named("port")))
        await listener.start()
        return listener

    async def _stop(self) -> None:
        self._mock.control.end()
        await self._listener.stop()
        if COLLECTION.begun:
            engine = self._mock.engine
            COLLECTION.add(engine.coverage.total(await engine.sandboxes.all()))
        await self._mock.close()
