"""The store in Redis or Valkey."""

from __future__ import annotations

from execmock.errors import StoreError
from execmock.interfaces import Store

__all__ = ["open_redis"]

_FORMS = {
    base + kind: base + kind + rest
    for base in ("redis", "rediss")
    for kind, rest in (
        ("", "://HOST:PORT/DATABASE"),
        ("+cluster", "://HOST:PORT,HOST:PORT"),
        ("+sentinel", "://HOST:PORT,HOST:PORT/NAME"),
    )
}


def open_redis(url: str, replicas: int = 0) -> Store:
    """Return the store that a URL names: a Redis, a cluster or a master behind sentinels.

    It connects when it is used. What it keeps is told to be kept once so many replicas have it.
    """
    scheme, _, rest = url.partition(":")
    if not rest.startswith("//"):
        raise StoreError(f"{scheme + ':'!r} names no Redis; expected {_FORMS[scheme]}")
    try:
        from execmock.stores.redis.store import RedisStore
    except ImportError:
        raise StoreError(
            "a store in Redis needs the package redis; expected it installed: pip install 'execmock[redis]'"
        ) from None
    return RedisStore(url, replicas)
