"""State in Redis or Valkey: many processes on many machines serve it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any
from urllib.parse import quote

from execmock.core.bounded_cache import BoundedCache
from execmock.errors import StoreError
from execmock.interfaces import Contents, Key, Put, Tail, Update
from execmock.stores.codec import KINDS, LOGS, DecodeCache, pack, unpack
from execmock.stores.redis.commands import Commands, LostError
from execmock.stores.redis.scripts import APPEND, EXPIRE, EXPORT, PAGE, REPLACE, TAIL, UPDATE

__all__ = ["RedisStore"]

_AT_ONCE = 1000
"""Values that are sent in one command when a sandbox is restored."""
_MOST_PAGES, _LARGEST_PAGE = 50, 1 << 18
"""Pages that are known, and bytes of each: while they stay the same, so do the values."""
_FORGOTTEN = 3600
"""Seconds after which what an interrupted restore has left is gone."""
_STAMP = 10
"""Characters before each value: how many were kept before it, which orders what is of one order."""


class RedisStore:
    """A Store in Redis.

    All keys of a sandbox hold its name in braces, so that a cluster keeps them on one node, and every
    command and script stays within a sandbox. A kind is a hash of values and a sorted set of their order,
    so that a page is a range of ranks, wherever it begins.
    """

    immediate = False

    def __init__(self, url: str, replicas: int = 0) -> None:
        self._commands = Commands(url, replicas)
        self._decoded = DecodeCache()
        self._pages: BoundedCache[tuple[str, str, int, int], tuple[bytes, bytes, list[Any]]]
        self._pages = BoundedCache(_MOST_PAGES)

    async def get(self, key: Key) -> Any:
        """Return the value under a key, or None."""
        data = await self._commands.read("HGET", _values(key.sandbox, key.kind), _bytes(key.id))
        return self._value(key, data)

    async def update(self, key: Key, fn: Update) -> Any:
        """Apply `fn` to the value under `key` and keep what it returns; return the new value.

        What was read is sent along, and the change is refused if it is no longer true; most often nothing
        is there yet, so that is tried first.
        """
        place, name = _values(key.sandbox, key.kind), _bytes(key.id)
        old: bytes | None = None
        puts = fn(None)
        if not puts:
            old = await self._commands.run("HGET", place, name)
            puts = [] if old is None else fn(self._value(key, old))
        while puts:
            keys, arguments = _as_arguments(key.sandbox, puts)
            expected = b"" if old is None else old
            kept = [put.value for put in puts if put.key == key]
            done, found = await self._try([place, *keys], [name, expected, *arguments], kept)
            if done:
                return kept[-1] if kept else self._value(key, old)
            old = found
            puts = fn(self._value(key, old))
        # What was there already may be too young for the replicas to have it.
        await self._commands.confirm(_counters(key.sandbox))
        return self._value(key, old)

    async def page(self, sandbox: str, kind: str, offset: int, limit: int) -> Sequence[Any]:
        """Return up to `limit` values of a kind, highest order first."""
        if limit <= 0:
            return []
        keys = [_values(sandbox, kind), _order(sandbox, kind)]
        ranks = [offset, offset + limit - 1]
        sizes, text = await self._commands.script(PAGE, keys, ranks, is_read=True)
        place = (sandbox, kind, offset, limit)
        known = self._pages.get(place)
        if known is not None and known[:2] == (sizes, text):
            return known[2]
        ends = list(accumulate(map(int, sizes.split())))
        parts = [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]
        page = [self._decoded.value(kind, data, _STAMP) for data in parts]
        if len(text) <= _LARGEST_PAGE:
            self._pages.keep(place, (sizes, text, page))
        return page

    async def count(self, sandbox: str, kind: str) -> int:
        """Return how many values of a kind a sandbox holds."""
        return int(await self._commands.run("HLEN", _values(sandbox, kind)))

    async def next_number(self, sandbox: str) -> int:
        """Return the next number of a sandbox."""
        return int(await self._commands.run("HINCRBY", _counters(sandbox), "number", 1, durable=True))

    async def append(self, sandbox: str, log: str, entries: Sequence[bytes], most: int) -> int:
        """Add entries to a log; return the last one's number."""
        keys = [_log(sandbox, log), _logged(sandbox)]
        return int(await self._commands.script(APPEND, keys, [log, most, len(entries), *entries[-most:]]))

    async def tail(self, sandbox: str, log: str, after: int) -> Tail:
        """Return the kept entries of a log with numbers above `after`."""
        found = await self._commands.script(TAIL, [_log(sandbox, log), _logged(sandbox)], [log, after])
        return Tail(int(found[0]), found[1], int(found[2]))

    async def clear(self, sandbox: str) -> None:
        """Forget everything in a sandbox and start its numbers again."""
        await self._commands.run("UNLINK", *_all(sandbox), durable=True)

    async def export(self, sandbox: str) -> Contents:
        """Return everything in a sandbox; Redis does nothing else meanwhile."""
        keys = [name(sandbox, kind) for kind in KINDS for name in (_values, _order)]
        number, *found = await self._commands.script(EXPORT, [_counters(sandbox), *keys], [])
        puts = []
        for kind, flat_values, flat_order in zip(KINDS, found[::2], found[1::2], strict=True):
            values = dict(zip(flat_values[::2], flat_values[1::2], strict=True))
            for member, place in zip(flat_order[::2], flat_order[1::2], strict=True):
                name = member[_STAMP:]
                key = Key(sandbox, kind, name.decode("utf-8", "surrogatepass"))
                puts.append(Put(key, unpack(kind, values[name][_STAMP:]), int(place)))
        return Contents(int(number or 0), puts)

    async def restore(self, sandbox: str, contents: Contents) -> None:
        """Replace everything in a sandbox: it is written under other keys, and these are renamed."""
        aside = f"new:{await self._commands.run('HINCRBY', _logged(sandbox), 'restored', 1)}:"
        kinds = {put.key.kind for put in contents.puts}
        for start in range(0, len(contents.puts), _AT_ONCE):
            await self._bring(sandbox, aside, contents.puts[start : start + _AT_ONCE])

        keys = _all(sandbox)
        gone = len(keys) - 1
        for kind in kinds:
            for name in (_values, _order):
                keys += [name(sandbox, kind, aside), name(sandbox, kind)]
        arguments = [gone, len(contents.puts), contents.number]
        await self._commands.script_once(REPLACE, keys, arguments, durable=True)

    async def close(self) -> None:
        """Close the connections."""
        await self._commands.close()

    async def _try(self, keys: list[str], arguments: list[Any], kept: list[Any]) -> tuple[bool, bytes | None]:
        """Return whether a change was made, and what stood in its way if not."""
        try:
            done, found = await self._commands.script_once(UPDATE, keys, arguments, durable=True)
        except LostError:
            done, found = await self._commands.script_once(UPDATE, keys, arguments, durable=True)
            # It may have been made although its answer was lost: then what it kept is there.
            if not done and kept and (found or b"")[_STAMP:] == _packed(kept[-1]):
                done = True
                await self._commands.confirm(keys[1])
        return bool(done), found

    def _value(self, key: Key, data: bytes | None) -> Any:
        return None if data is None else self._decoded.value(key.kind, data, _STAMP)

    async def _bring(self, sandbox: str, aside: str, puts: Sequence[Put]) -> None:
        """Keep values under keys that are forgotten by themselves unless they change places with others."""
        keys, arguments = _as_arguments(sandbox, puts, aside)
        keys[0] = _counters(sandbox, aside)
        nothing = _values(sandbox, "", aside)
        await self._commands.script(UPDATE, [nothing, *keys], ["", "", *arguments])
        await self._commands.script(EXPIRE, keys, [_FORGOTTEN])


def _as_arguments(sandbox: str, puts: Sequence[Put], aside: str = "") -> tuple[list[str], list[Any]]:
    """Return the keys and the arguments that tell the script `UPDATE` what to keep.

    A key that the script compares stands before these; the first here counts, then come two for each kind.
    """
    keys, places, arguments = [_counters(sandbox)], dict[str, int](), list[Any]()
    for put in puts:
        if put.key.sandbox != sandbox or put.key.kind not in KINDS:
            raise StoreError(f"{put.key} cannot be kept in sandbox {sandbox!r} as one step")
        if put.key.kind not in places:
            places[put.key.kind] = len(keys) + 2
            keys += [_values(sandbox, put.key.kind, aside), _order(sandbox, put.key.kind, aside)]
        arguments += [places[put.key.kind], _bytes(put.key.id), put.order, _packed(put.value)]
    return keys, arguments


@lru_cache(maxsize=4096)
def _prefix(sandbox: str) -> str:
    # Braces that hold nothing would not count as braces, and a name may hold any character.
    return f"execmock:{{{quote(sandbox, safe='') or '/'}}}:"


def _values(sandbox: str, kind: str, aside: str = "") -> str:
    return f"{_prefix(sandbox)}{aside}values:{kind}"


def _order(sandbox: str, kind: str, aside: str = "") -> str:
    return f"{_prefix(sandbox)}{aside}order:{kind}"


def _counters(sandbox: str, aside: str = "") -> str:
    return f"{_prefix(sandbox)}{aside}counters"


def _log(sandbox: str, log: str) -> str:
    return f"{_prefix(sandbox)}log:{log}"


def _logged(sandbox: str) -> str:
    """Return the key of what is never forgotten: how long the logs of a sandbox ever were."""
    return f"{_prefix(sandbox)}logged"


def _all(sandbox: str) -> list[str]:
    kinds = [name(sandbox, kind) for kind in KINDS for name in (_values, _order)]
    return [_counters(sandbox), *kinds, *(_log(sandbox, log) for log in LOGS)]


def _packed(value: Any) -> bytes:
    return b"" if value is None else pack(value)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
