"""Where state lives, behind `open_store(url)`.

A function opens a URL and returns a `Store`. Those of the shipped stores stand in a table; other packages
declare theirs as entry points of the group `execmock.stores`, named as the scheme of the URL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from execmock.errors import StoreError, nearest
from execmock.interfaces import Store

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["GROUP", "open_store"]

GROUP = "execmock.stores"
"""The group of entry points."""

_REDIS = "execmock.stores.redis:open_redis"
_SHIPPED: Mapping[str, tuple[str, str]] = {
    "memory": ("memory:", "execmock.stores.memory:open_memory"),
    "sqlite": ("sqlite:PATH", "execmock.stores.sqlite:open_sqlite"),
    "redis": ("redis://HOST:PORT/DATABASE", _REDIS),
    "rediss": ("rediss://HOST:PORT/DATABASE", _REDIS),
    "redis+cluster": ("redis+cluster://HOST:PORT,HOST:PORT", _REDIS),
    "rediss+cluster": ("rediss+cluster://HOST:PORT,HOST:PORT", _REDIS),
    "redis+sentinel": ("redis+sentinel://HOST:PORT,HOST:PORT/NAME", _REDIS),
    "rediss+sentinel": ("rediss+sentinel://HOST:PORT,HOST:PORT/NAME", _REDIS),
}
"""Scheme to the form of its URLs, and the function that opens them."""


def open_store(url: str, replicas: int = 0) -> Store:
    """Return the store that a URL names; StoreError if it names none, or one that cannot be opened.

    `replicas` is how many have to have a change before it is told to be made; only a Redis has any.

    A Redis is not asked before it is used: one that is away makes the calls fail, and they work again
    when it is back.
    """
    scheme = url.partition(":")[0]
    opened_by = _SHIPPED.get(scheme, ("", ""))[1]
    if replicas and opened_by != _REDIS:
        raise StoreError(f"{scheme + ':'!r} has no replicas to wait for; expected a store in Redis")
    if opened_by:
        module, _, name = opened_by.partition(":")
        opener: Callable[..., Store] = getattr(import_module(module), name)
        return opener(url, replicas) if replicas else opener(url)
    return _open_foreign(scheme, url)


def _open_foreign(scheme: str, url: str) -> Store:
    # Only now: reading what is installed takes longer than opening any store.
    from importlib.metadata import entry_points

    found = entry_points(group=GROUP)
    named = [point for point in found if point.name == scheme]
    if not named:
        _refuse(scheme, {point.name: f"{point.name}:" for point in found})
    if len({point.value for point in named}) > 1:
        places = " and ".join(sorted(map(_place, named)))
        raise StoreError(f"store {scheme + ':'!r} comes from {places}; expected one of them installed")
    return _opened(named[0], url)


def _opened(point: EntryPoint, url: str) -> Store:
    whole = f"store {point.name + ':'!r} from {_place(point)}"
    try:
        store: Store = point.load()(url)
    except StoreError:
        raise
    except Exception as error:
        # What another package raises is not ours to foresee, and no reason for a traceback.
        raise StoreError(f"{whole} cannot be opened: {type(error).__name__}: {error}") from error
    missing = [name for name in _members() if not hasattr(store, name)]
    if missing:
        expected = "expected what execmock.interfaces.Store declares"
        raise StoreError(f"{whole} lacks {', '.join(missing)}; {expected}")
    return store


def _members() -> list[str]:
    return sorted({*Store.__annotations__, *(name for name in vars(Store) if not name.startswith("_"))})


def _refuse(scheme: str, others: Mapping[str, str]) -> NoReturn:
    forms = {**{name: form for name, (form, _) in _SHIPPED.items()}, **others}
    # Not the whole URL, which may hold a password.
    came, expected = f"{scheme}:", " or ".join(forms.values())
    raise StoreError(f"{came!r} is not a store; expected {expected}.{nearest(scheme, forms)}")


def _place(point: EntryPoint) -> str:
    package = f" of {point.dist.name}" if point.dist else ""
    return f"{point.value}{package}"
