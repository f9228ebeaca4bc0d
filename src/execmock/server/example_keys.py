"""The keys that the banner and the docs page show, and the one that their examples use."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, count
from typing import NamedTuple

from execmock.service.sandboxes import DEFAULT_SANDBOX, Sandboxes, Scope
from execmock.settings import ServeSettings

__all__ = ["DEMO_KEY", "ExampleKey", "any_key", "example_key", "example_keys"]

DEMO_KEY = "b3sk_demo"


class ExampleKey(NamedTuple):
    """A key that the server was started with, and what it opens."""

    key: str
    scope: Scope
    sandbox: str = DEFAULT_SANDBOX


async def example_keys(sandboxes: Sandboxes, settings: ServeSettings) -> Sequence[ExampleKey]:
    """Return the keys of the settings, then those of the world; not those of sandboxes made since."""
    found = [ExampleKey(key, scope) for key, scope in settings.keys]
    for sandbox in await sandboxes.all() if settings.world is not None else ():
        origin = await sandboxes.world_of(sandbox.id)
        if origin is not None:
            found += [ExampleKey(key, scope, sandbox.id) for key, scope in origin.keys]
    return list(dict.fromkeys(found))


def example_key(keys: Sequence[ExampleKey], *, strict: bool) -> ExampleKey | None:
    """Return the key that may do most: one that may create, in the default sandbox if there is one.

    Where any key is let in, an unknown one may do everything. None where no key is known and one is needed.
    """
    ranked = sorted(keys, key=lambda known: (known.scope == "read", known.sandbox != DEFAULT_SANDBOX))
    best = ranked[0] if ranked else None
    if strict or (best and best.scope != "read"):
        return best
    return any_key(keys)


def any_key(keys: Sequence[ExampleKey]) -> ExampleKey:
    """Return a key that may do everything where any is let in: none of those that may only read."""
    taken = {known.key for known in keys if known.scope == "read"}
    names = chain([DEMO_KEY], (f"{DEMO_KEY}_{number}" for number in count(2)))
    return ExampleKey(next(name for name in names if name not in taken), "read-write")
