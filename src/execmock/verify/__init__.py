"""The judge of every implementation of the contract: rules, probes, histories, reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from execmock.verify.report.model import Report
    from execmock.verify.target_clock import PassTime

__all__ = ["verify"]


def verify(
    url: str, *, started: int | None = None, pass_time: PassTime | None = None, **options: Any
) -> Report:
    """Judge the service at `url` and return a report; `options` are the fields of Options.

    `pass_time` moves the clock of a service that the caller runs with a held one: it is called with
    milliseconds, may be a coroutine function, and has executions followed without waiting.

    Raises ConfigError for options that cannot be used, and when `pass_time` raises. Runs its own event loop.
    """
    import asyncio

    from execmock.errors import ConfigError
    from execmock.loading.contract import shipped_contract
    from execmock.verify.clock import present
    from execmock.verify.options import Options
    from execmock.verify.runner import run

    if pass_time is not None and not callable(pass_time):
        raise ConfigError(f"pass_time is {pass_time!r}; expected a function that takes milliseconds")
    chosen = Options(url, **options)
    begun = present() if started is None else started
    return asyncio.run(run(chosen, shipped_contract(), started=begun, pass_time=pass_time))
