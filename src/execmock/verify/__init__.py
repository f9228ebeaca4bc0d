"""The judge of every implementation of the contract: rules, probes, histories, reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from execmock.verify.report.model import Report

__all__ = ["verify"]


def verify(url: str, *, started: int | None = None, **options: Any) -> Report:
    """Judge the service at `url` and return a report; `options` are the fields of Options.

    Raises ConfigError for options that cannot be used. Runs its own event loop.
    """
    import asyncio

    from execmock.loading.contract import shipped_contract
    from execmock.verify.now import present
    from execmock.verify.options import Options
    from execmock.verify.runner import run

    chosen = Options(url, **options)
    return asyncio.run(run(chosen, shipped_contract(), started=present() if started is None else started))
