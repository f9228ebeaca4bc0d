"""The store in Redis or Valkey."""

from __future__ import annotations

from execmock.errors import StoreError
from execmock.interfaces import Store

__all__ = ["open_redis"]


def open_redis(url: str) -> Store:
    """Return the store that `redis://` or `rediss://` names; it connects when it is used."""
    scheme, _, rest = url.partition(":")
    if not rest.startswith("//"):
        raise StoreError(f"{scheme + ':'!r} names no Redis; expected {scheme}://HOST:PORT/DATABASE")
    try:
        from execmock.stores.redis.store import RedisStore
    except ImportError:
        raise StoreError(
            "a store in Redis needs the package redis; expected it installed: pip install 'execmock[redis]'"
        ) from None
    return RedisStore(url)
