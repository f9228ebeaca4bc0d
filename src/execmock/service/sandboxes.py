"""Sandboxes: a world each, with an organization, a clock, keys and everything created in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence, Set
from dataclasses import replace
from functools import partial

from execmock.clocks import SeededEntropy
from execmock.core.apis import EXECUTIONS_API
from execmock.core.clock import ClockState
from execmock.core.ids import derive, sandbox_tag, xid
from execmock.core.sandbox import DRAW_BY, SCOPES, ApiKey, EmbedWorkflow, KeptFault, Sandbox, Scope
from execmock.core.secrets import KnownSecrets
from execmock.core.world_origin import WorldOrigin
from execmock.interfaces import Clock, Contents, Entropy, Key, Put, Store
from execmock.service.id_index import IdIndex

__all__ = [
    "DEFAULT_SANDBOX",
    "SCOPES",
    "ApiKey",
    "EmbedWorkflow",
    "Sandbox",
    "Sandboxes",
    "Scope",
    "staying",
    "world_place",
]

DEFAULT_SANDBOX = "default"
_MOST_GONE_KEYS = 1000
_DRAWS = "\x1fdraws"
"""Label of the root of draws: a control character, so that it is no sandbox's name."""


class Sandboxes:
    """Creates, finds, changes, resets and deletes sandboxes; resolves bearer keys to them.

    `make_default` adds the default sandbox and returns it; called when the store has none.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        entropy: Entropy,
        make_default: Callable[[], Awaitable[Sandbox]] | None = None,
        draw_by: tuple[str, ...] = DRAW_BY,
        secrets: KnownSecrets | None = None,
    ) -> None:
        self._store = store
        self.secrets = KnownSecrets() if secrets is None else secrets
        self.clock = clock
        self._entropy = entropy
        self._draw_by = draw_by
        self.ids = IdIndex(store)
        self._make_default = make_default
        self.faults_active = False
        """Whether any request may meet a fault."""
        self.shared = False
        """Whether other servers change what is in the store, so that only a sandbox tells of its faults."""

    async def look_for_faults(self) -> None:
        """Take note of whether any sandbox has faults, after a change of them."""
        found = self.shared or any(one.faults or one.step_faults for one in await self.all())
        self.faults_active = found

    async def note_step_faults(self, name: str) -> None:
        """Take note that an execution of a sandbox follows a scenario whose steps have faults."""
        await self.change(name, lambda old: replace(old, step_faults=True))
        self.faults_active = True

    def make(
        self,
        name: str,
        *,
        seed: int | None = None,
        start: int | None = None,
        speed: float = 1.0,
        frozen: bool = False,
        draw_by: tuple[str, ...] | None = None,
    ) -> Sandbox:
        """Return a fresh sandbox value; `start` is what its clock shows now (default real time).

        Without `draw_by`, the draw key is that of all sandboxes.
        """
        entropy = self._entropy if seed is None else SeededEntropy(seed)
        root = entropy.root(name)
        real = self.clock.now()
        made = derive(root, "organization", size=8)
        organization = "org_" + xid(int.from_bytes(made[:3], "big") + 0x66000000, sandbox_tag(name), made[7])
        clock = ClockState(
            real=real,
            shown=real if start is None else start,
            speed=speed,
            resume=speed or 1.0,
        )
        # At the same instant: a clock that is frozen at nine shows nine, not a millisecond later.
        clock = clock.freeze(real) if frozen else clock
        return Sandbox(
            id=name,
            organization=organization,
            root=root,
            clock=clock,
            draw_root=entropy.root(_DRAWS),
            draw_by=self._draw_by if draw_by is None else draw_by,
        )

    async def add(self, sandbox: Sandbox, keys: Sequence[tuple[str, Scope]] = ()) -> bool:
        """Keep a sandbox and the keys that open it, as one step; False if the name is taken."""
        puts = self._puts(sandbox, keys)
        added = False

        def unless_taken(old: Sandbox | None) -> list[Put]:
            nonlocal added
            added = old is None
            return puts if added else []

        await self._store.update(_place(sandbox.id), unless_taken)
        return added

    async def replace(
        self, sandbox: Sandbox, keys: Sequence[tuple[str, Scope]] = (), also: Sequence[Put] = ()
    ) -> None:
        """Keep a sandbox and the keys that open it in the place of one of its name, as one step."""
        puts = self._puts(sandbox, keys)
        await self._store.update(_place(sandbox.id), lambda _: [*puts, *also])

    async def open_with(self, name: str, key: str, scope: Scope) -> None:
        """Let a key open a sandbox."""
        put = self._key_put(name, key, scope)
        await self._store.update(put.key, lambda old: [] if old == put.value else [put])

    async def kept(self, name: str) -> Sandbox | None:
        """Return a sandbox as it is kept, or None."""
        found: Sandbox | None = await self._store.get(_place(name))
        return found

    def world_of(self, name: str) -> Awaitable[WorldOrigin | None]:
        """Return what a sandbox was started from, or None if it was started from no world."""
        return self._store.get(world_place(name))

    async def get(self, name: str) -> Sandbox | None:
        """Return a sandbox, or None. The default one is made anew where the store was emptied."""
        found: Sandbox | None = await self._store.get(_place(name))
        if found is None and name == DEFAULT_SANDBOX and self._make_default:
            return await self._make_default()
        return found

    async def all(self) -> Sequence[Sandbox]:
        """Return every sandbox, oldest first."""
        count = await self._store.count("", "sandbox")
        return list(reversed(await self._store.page("", "sandbox", 0, count)))

    async def build_index(self) -> None:
        """Index the executions of a store that an earlier version has written."""
        await self.ids.build([sandbox.id for sandbox in await self.all()])

    async def refill(self, name: str, contents: Contents) -> None:
        """Replace all that was created in a sandbox."""
        made = (put.key.id for put in contents.puts if put.key.kind == EXECUTIONS_API.kind)
        await self.ids.restoring(name, made)
        await self._store.restore(name, contents)

    async def change(self, name: str, fn: Callable[[Sandbox], Sandbox]) -> Sandbox | None:
        """Apply a pure change to a sandbox, as one step; return it changed, or None if there is none."""
        place = _place(name)
        changed: Sandbox | None = await self._store.update(
            place, lambda old: [Put(place, fn(old))] if old else []
        )
        return changed

    async def know_keys(self) -> None:
        """Take note of the keys that a store has from before, so that they are never shown."""
        for put in (await self._store.export("")).puts:
            if isinstance(put.value, ApiKey):
                self.secrets.add_key(put.key.id)

    def key(self, key: str) -> Awaitable[ApiKey | None]:
        """Return what a bearer key opens, or None if it is not configured."""
        return self._store.get(_key_place(key))

    async def keys(self, name: str) -> list[tuple[str, ApiKey]]:
        """Return the ids and scopes of the keys that open a sandbox, oldest first."""
        count = await self._store.count("", "key")
        found: Sequence[ApiKey] = await self._store.page("", "key", 0, count)
        return [(key.id, key) for key in reversed(found) if key.sandbox == name]

    @staticmethod
    def key_id(key: str) -> str:
        """Return a name for a key that does not give it away."""
        return "key_" + derive(b"execmock", "key", key, size=10).hex()

    async def reset(self, name: str) -> Sandbox | None:
        """Forget all that was created in a sandbox; organization, keys and clock stay.

        Of its faults those stay that it began with, and count from 0 again.
        """
        await self._clear(name)
        sandbox = await self.get(name)
        if sandbox is None or not sandbox.faults:
            return sandbox
        return await self.change(name, lambda old: replace(old, faults=staying(old, self.now(old))))

    async def delete(self, name: str) -> bool:
        """Forget a sandbox and all in it; False if there is none.

        Its keys open nothing then, not even the default sandbox, until another sandbox is given them.
        """
        if await self.get(name) is None:
            return False
        gone = [Put(place, None) for place in (_place(name), world_place(name), self.ids.own(name).key)]
        await self._store.update(_place(name), lambda _: gone)
        await self._clear(name)
        await self._forget_old_keys()
        return True

    async def is_taken(self, key: str) -> bool:
        """Whether a key opens a sandbox that is there."""
        known = await self.key(key)
        return known is not None and await self.get(known.sandbox) is not None

    async def _forget_old_keys(self) -> None:
        """Forget keys whose sandbox was deleted, all but the latest."""
        names = {sandbox.id for sandbox in await self.all()}
        kept = [put for put in (await self._store.export("")).puts if isinstance(put.value, ApiKey)]
        gone = [put.key for put in kept if put.value.sandbox not in names]
        for key in gone[:-_MOST_GONE_KEYS]:
            await self._store.update(key, partial(_forgotten_unless_in, names, key))

    def now(self, sandbox: Sandbox) -> int:
        """Return what a sandbox's clock shows, in milliseconds since 1970."""
        return sandbox.clock.now(self.clock.now())

    async def move_clock(self, name: str, move: Callable[[ClockState, int], ClockState]) -> Sandbox | None:
        """Freeze, speed up or advance a sandbox's clock; `move` gets its state and the real instant."""
        real = self.clock.now()
        return await self.change(name, lambda sandbox: replace(sandbox, clock=move(sandbox.clock, real)))

    async def _clear(self, name: str) -> None:
        await self.ids.restoring(name, ())
        await self._store.clear(name)

    def _puts(self, sandbox: Sandbox, keys: Sequence[tuple[str, Scope]]) -> list[Put]:
        opening = [self._key_put(sandbox.id, *key) for key in keys]
        return [Put(_place(sandbox.id), sandbox), self.ids.own(sandbox.id), *opening]

    def _key_put(self, name: str, key: str, scope: Scope) -> Put:
        self.secrets.add_key(key)
        return Put(_key_place(key), ApiKey(name, scope, self.key_id(key)))


def staying(sandbox: Sandbox, now: int) -> tuple[KeptFault, ...]:
    """Return the faults that a sandbox began with, as added at an instant of its clock (ms)."""
    return tuple(replace(fault, added=now) for fault in sandbox.faults if fault.stays)


def world_place(name: str) -> Key:
    """Return the key of the world that a sandbox was started from."""
    return Key("", "world", name)


def _forgotten_unless_in(names: Set[str], key: Key, old: ApiKey | None) -> list[Put]:
    return [Put(key, None)] if old and old.sandbox not in names else []


def _key_place(key: str) -> Key:
    return Key("", "key", key)


def _place(name: str) -> Key:
    return Key("", "sandbox", name)
