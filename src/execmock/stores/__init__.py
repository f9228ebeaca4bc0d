"""Where state lives, behind `open_store(url)`."""

from __future__ import annotations

from execmock.errors import StoreError, nearest
from execmock.interfaces import Store

__all__ = ["open_store"]

_FORMS = {
    "memory": "memory:",
    "sqlite": "sqlite:PATH",
    "redis": "redis://HOST:PORT/DATABASE",
    "rediss": "rediss://HOST:PORT/DATABASE",
}


def open_store(url: str) -> Store:
    """Return the store that a URL names; StoreError if it names none, or one that cannot be opened.

    A Redis is not asked before it is used: one that is away makes the calls fail, and they work again
    when it is back.
    """
    scheme, _, rest = url.partition(":")
    if url == "memory:":
        from execmock.stores.memory import MemoryStore

        return MemoryStore()
    if scheme == "sqlite" and rest:
        from execmock.stores.sqlite import SqliteStore

        return SqliteStore(rest)
    if scheme in ("redis", "rediss") and rest.startswith("//"):
        return _open_redis(url)
    expected = f"{url!r} is not a store; expected {' or '.join(_FORMS.values())}."
    raise StoreError(expected + ("" if scheme in _FORMS else nearest(scheme, _FORMS)))


def _open_redis(url: str) -> Store:
    try:
        from execmock.stores.redis import RedisStore
    except ImportError:
        raise StoreError(
            "a store in Redis needs the package redis; expected it installed: pip install 'execmock[redis]'"
        ) from None
    return RedisStore(url)
