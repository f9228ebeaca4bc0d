"""From an execution id to the sandbox that holds it: as many store calls for any id, known or not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from execmock.core.apis import EXECUTIONS_API
from execmock.core.id_holders import IdHolders, RestoredIds
from execmock.core.ids import sandbox_tag, xid_tag
from execmock.interfaces import Key, Put, Store

__all__ = ["IdIndex"]

_AT_ONCE = 200
"""Entries that are changed together: a database is asked for them in one turn."""
_PAGE = 1000
_BUILT = Key("", "id-holders", "built")


class IdIndex:
    """Knows the sandbox that each id was made in, by its tag, and those that it was restored into."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @staticmethod
    def own(name: str) -> Put:
        """Return what leads from the ids of a sandbox to it."""
        return Put(_tag_place(sandbox_tag(name)), IdHolders((name,)))

    async def origin(self, execution_id: str) -> str:
        """Return the name of the sandbox that an id was made in, "" if there is none."""
        return await self._first(_tag_place(xid_tag(execution_id[-20:])))

    async def holders(self, execution_id: str) -> tuple[str, str]:
        """Return the sandbox that an id was made in, and the first it was restored into; "" for none.

        The execution may be in either, in both or in none.
        """
        return await self.origin(execution_id), await self._first(_place(execution_id))

    async def restoring(self, name: str, ids: Iterable[str]) -> None:
        """Take note that a sandbox is about to hold executions of these ids, and no others."""
        before = await self._restored(name)
        strange = _strange(name, ids)
        if not before and not strange:
            return
        # It is known what leads to the sandbox before anything does, so that a kill leaves nothing behind.
        await self._keep(_listed(name, {*before, *strange}))
        await self._change(strange, name, held=True)
        await self._change(set(before) - strange, name, held=False)
        await self._keep(_listed(name, strange))

    async def build(self, names: Sequence[str]) -> None:
        """Index the sandboxes of a store that an earlier version has written; once for each store."""
        if await self._store.get(_BUILT) is not None:
            return
        for name in names:
            await self._keep(self.own(name))
            await self.restoring(name, await self._ids(name))
        await self._keep(Put(_BUILT, IdHolders(())))

    async def _keep(self, put: Put) -> None:
        await self._store.update(put.key, lambda _: [put])

    async def _ids(self, name: str) -> set[str]:
        found, offset = set[str](), 0
        while page := await self._store.page(name, EXECUTIONS_API.kind, offset, _PAGE):
            found |= _strange(name, (execution.id for execution in page))
            offset += _PAGE
        return found

    async def _first(self, place: Key) -> str:
        found: IdHolders | None = await self._store.get(place)
        return found.sandboxes[0] if found and found.sandboxes else ""

    async def _restored(self, name: str) -> tuple[str, ...]:
        found: RestoredIds | None = await self._store.get(_list_place(name))
        return found.ids if found else ()

    async def _change(self, ids: Iterable[str], name: str, *, held: bool) -> None:
        places = [_place(one) for one in sorted(ids)]
        for start in range(0, len(places), _AT_ONCE):
            slices = places[start : start + _AT_ONCE]
            await asyncio.gather(*(self._update(place, name, held=held) for place in slices))

    async def _update(self, place: Key, name: str, *, held: bool) -> None:
        def changed(old: IdHolders | None) -> list[Put]:
            before = old.sandboxes if old else ()
            if held:
                return [] if name in before else [Put(place, IdHolders((*before, name)))]
            after = tuple(other for other in before if other != name)
            return [Put(place, IdHolders(after) if after else None)] if old else []

        await self._store.update(place, changed)


def _strange(name: str, ids: Iterable[str]) -> set[str]:
    """Return the ids that do not lead to a sandbox by themselves."""
    tag = sandbox_tag(name)
    return {one for one in ids if xid_tag(one[-20:]) != tag}


def _listed(name: str, ids: Iterable[str]) -> Put:
    listed = tuple(sorted(ids))
    return Put(_list_place(name), RestoredIds(listed) if listed else None)


def _tag_place(tag: bytes | None) -> Key:
    return Key("", "id-holders", f"tag:{(tag or b'').hex()}")


def _place(execution_id: str) -> Key:
    return Key("", "id-holders", f"id:{execution_id}")


def _list_place(name: str) -> Key:
    return Key("", "restored-ids", name)
