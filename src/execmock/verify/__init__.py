"""Judges any implementation of the contract: probes send, rules judge, reports tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from execmock.verify.api import verify

__all__ = ["verify"]


def __getattr__(name: str) -> object:
    # Every run of pytest loads this package with the plugin of its suite; most have no use for it.
    if name == "verify":
        from execmock.verify.api import verify

        return verify
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
