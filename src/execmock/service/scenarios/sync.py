"""Keeps the registry of one server in step with what its store holds, and so with all other servers."""

from __future__ import annotations

from collections.abc import Awaitable, Collection, Iterable, Sequence
from typing import Protocol, TypeVar

from execmock.core.scenario import Scenario
from execmock.core.shared_scenarios import PutScenario, ScenarioText, SharedScenarios
from execmock.errors import StoreError
from execmock.interfaces import Key, Put, Store
from execmock.loading.scenarios import Vocabularies, read_text
from execmock.service.eager import together
from execmock.service.scenarios.registry import ScenarioRegistry

__all__ = ["ScenarioSync", "SharedScenarioSync"]


class _Following(Protocol):
    """An execution, as far as it is of interest here: it follows a scenario's version."""

    @property
    def scenario(self) -> str:
        """Return the version as `name@version`."""
        ...


F = TypeVar("F", bound=_Following)


class ScenarioSync:
    """The scenarios of the only server of a store: its registry holds all of them, nothing is to be loaded.

    Every method is called where several servers may share a store; see SharedScenarioSync.
    """

    def __init__(self, registry: ScenarioRegistry) -> None:
        self._registry = registry
        self._files = {name: scenario.reference for name, scenario in registry.current.items()}
        self._put_names: set[str] = set()

    async def refresh(self, sandbox: str = "") -> None:
        """Load scenarios that other servers changed; called before a scenario is picked by its name."""

    async def put(self, scenario: Scenario, sandbox: str = "") -> None:
        """Make a scenario the current one of its name, with all servers: for a sandbox, or for all."""
        self._registry.put(scenario, sandbox)
        if not sandbox:
            self._put_names.add(scenario.name)

    async def drop(self, name: str, sandbox: str = "") -> bool:
        """Take back a scenario that was put for a sandbox, or for all; False if none of that name was.

        A file's scenario of that name is the current one again.
        """
        if sandbox:
            return self._registry.drop_own(name, sandbox)
        if name not in self._put_names:
            return False
        self._put_names.discard(name)
        self._back_to_file(name)
        return True

    def _back_to_file(self, name: str) -> None:
        """Let new executions follow what the files say of a scenario, if anything."""
        file = self._files.get(name)
        if file is None:
            self._registry.remove(name)
        else:
            self._registry.put(self._registry.version(file))

    async def forget(self, sandbox: str) -> None:
        """Forget a sandbox's own scenarios: the sandbox is deleted."""
        self._registry.forget(sandbox)

    async def keep(self, scenario: Scenario) -> None:
        """Store the text of a version, so that every server can read what an execution follows."""

    async def know(self, references: Iterable[str]) -> None:
        """Load the versions that executions follow and that this server does not know yet."""

    def following(self, asked: Awaitable[F | None]) -> Awaitable[F | None]:
        """Return an execution that the store is asked for; the version it follows is then known."""
        return asked

    def all_following(self, asked: Awaitable[Sequence[F]]) -> Awaitable[Sequence[F]]:
        """Return executions that the store is asked for; the versions they follow are then known."""
        return asked

    def note_file(self, name: str, reference: str | None) -> None:
        """Remember which version a file holds now; None when there is no such file any more."""
        # A file that was edited is a newer wish than what was put over it.
        self._put_names.discard(name)
        if reference is None:
            self._files.pop(name, None)
        else:
            self._files[name] = reference


class SharedScenarioSync(ScenarioSync):
    """Scenarios in a store: the text of each version that is followed, and what was put at run time.

    A scenario put for all sandboxes wins over the file of its name, for as long as that is the file it was
    put over: a file that was edited since is the newer wish.
    """

    def __init__(self, store: Store, registry: ScenarioRegistry, words: Vocabularies, token: str) -> None:
        super().__init__(registry)
        self._store = store
        self._words = words
        self._token = token
        self._begun = 0
        self._seen: dict[str, SharedScenarios | None] = {}
        self._kept: set[str] = set()

    async def refresh(self, sandbox: str = "") -> None:
        """Load scenarios that other servers changed; called before a scenario is picked by its name."""
        owners = [""] if sandbox == "" else ["", sandbox]
        found = [*await together(*(self._store.get(_place(owner)) for owner in owners))]
        if found[0] is None:
            first = SharedScenarios(self._fresh_token())
            found[0] = await self._store.update(
                _place(""), lambda old: [] if old else [Put(_place(""), first)]
            )
        for owner, catalogue in zip(owners, found, strict=True):
            if catalogue != self._seen.get(owner):
                await self._take_up(owner, catalogue)

    async def put(self, scenario: Scenario, sandbox: str = "") -> None:
        """Make a scenario the current one of its name, with all servers: for a sandbox, or for all."""
        self._registry.learn(scenario)
        token = self._fresh_token()
        over = None if sandbox else self._files.get(scenario.name)
        put_scenarios = PutScenario(scenario.name, scenario.reference, over)

        def changed(old: SharedScenarios | None) -> list[Put]:
            catalogue = old or SharedScenarios(token)
            others = tuple(entry for entry in catalogue.put_scenarios if entry.name != scenario.name)
            new = SharedScenarios(catalogue.store, (*others, put_scenarios), catalogue.edition + 1)
            return [Put(_place(sandbox), new), _put_of(scenario)]

        # What comes back may hold what others have put meanwhile.
        await self._take_up(sandbox, await self._store.update(_place(sandbox), changed))
        self._kept.add(scenario.reference)

    async def drop(self, name: str, sandbox: str = "") -> bool:
        """Take back a scenario that was put, with all servers; False if none of that name was."""
        dropped = False

        def changed(old: SharedScenarios | None) -> list[Put]:
            nonlocal dropped
            others = tuple(entry for entry in old.put_scenarios if entry.name != name) if old else ()
            dropped = old is not None and len(others) < len(old.put_scenarios)
            if old is None or not dropped:
                return []
            return [Put(_place(sandbox), SharedScenarios(old.store, others, old.edition + 1))]

        await self._take_up(sandbox, await self._store.update(_place(sandbox), changed))
        return dropped

    async def forget(self, sandbox: str) -> None:
        """Forget a sandbox's own scenarios, in the store too: the sandbox is deleted."""
        await super().forget(sandbox)
        await self._store.update(_place(sandbox), lambda _: [Put(_place(sandbox), None)])
        self._seen.pop(sandbox, None)

    async def keep(self, scenario: Scenario) -> None:
        """Store the text of a version, so that every server can read what an execution follows."""
        if scenario.reference in self._kept:
            return
        put = _put_of(scenario)
        await self._store.update(put.key, lambda old: [] if old else [put])
        self._kept.add(scenario.reference)

    async def know(self, references: Iterable[str]) -> None:
        """Load the versions that executions follow and that this server does not know yet."""
        for reference in references:
            if not self._registry.knows(reference):
                self._registry.learn(await self._read(reference))

    async def following(self, asked: Awaitable[F | None]) -> F | None:
        """Return an execution that the store is asked for; the version it follows is then known."""
        found = await asked
        if found is not None:
            await self.know((found.scenario,))
        return found

    async def all_following(self, asked: Awaitable[Sequence[F]]) -> Sequence[F]:
        """Return executions that the store is asked for; the versions they follow are then known."""
        found = await asked
        await self.know({execution.scenario for execution in found})
        return found

    async def _take_up(self, sandbox: str, found: SharedScenarios | None) -> None:
        put_scenarios = found.put_scenarios if found else ()
        wanted = [entry for entry in put_scenarios if sandbox or entry.over == self._files.get(entry.name)]
        await self.know(entry.reference for entry in wanted)
        # Nothing awaits from here on: no request picks a scenario from a registry that is half changed.
        seen = self._seen.get(sandbox)
        if seen and found and seen.store == found.store and found.edition < seen.edition:
            return
        if sandbox:
            self._registry.forget(sandbox)
        elif seen and found and seen.store != found.store:
            self._kept.clear()
            self._take_back(seen)
        elif seen and found:
            self._take_back(seen, {entry.name for entry in wanted})
        for entry in wanted:
            self._registry.put(self._registry.version(entry.reference), sandbox)
        self._seen[sandbox] = found

    def _take_back(self, seen: SharedScenarios, still_put: Collection[str] = ()) -> None:
        """Go back to the files where what was put over them is put no longer."""
        for entry in seen.put_scenarios:
            if entry.name not in still_put and entry.over == self._files.get(entry.name):
                self._back_to_file(entry.name)

    async def _read(self, reference: str) -> Scenario:
        kept: ScenarioText | None = await self._store.get(_text_place(reference))
        if kept is None:
            raise StoreError(f"the store does not hold scenario {reference}, which an execution follows")
        read = read_text(kept.text, reference, self._words)
        if read.scenario is None:
            raise StoreError(f"the store's scenario {reference} cannot be used here: {read.findings[0]}")
        return read.scenario

    def _fresh_token(self) -> str:
        self._begun += 1
        return f"{self._token}-{self._begun}"


def _place(sandbox: str) -> Key:
    return Key("", "shared-scenarios", sandbox)


def _put_of(scenario: Scenario) -> Put:
    return Put(_text_place(scenario.reference), ScenarioText(scenario.reference, scenario.text))


def _text_place(reference: str) -> Key:
    return Key("", "scenario", reference)
