"""The function `verify`: a run of the judge in a program of one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from execmock.settings import Effort, Level, VerifySettings, explains_arguments, from_arguments

if TYPE_CHECKING:
    from execmock.verify.generator_process import Generators
    from execmock.verify.report.model import Report
    from execmock.verify.target_clock import PassTime

__all__ = ["verify"]


@explains_arguments("verify")
def verify(
    url: str,
    *,
    token: str | None = None,
    token_b: str | None = None,
    token_read: str | None = None,
    workflow_ids: Sequence[str] = (),
    embed_url: str | None = None,
    embed_token: str | None = None,
    embed_workflow_id: str | None = None,
    contract: str | Path | None = None,
    level: Level = "expected",
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
    read_only: bool = False,
    effort: Effort = "default",
    soak: int | str | None = None,
    rate: float | str | None = None,
    timeout: int | str = 10_000,
    max_time: int | str | None = None,
    max_creates: int | None = None,
    proxy: str | None = None,
    ca: str | Path | None = None,
    cert: str | Path | None = None,
    key: str | Path | None = None,
    insecure: bool = False,
    headers: Mapping[str, str] | None = None,
    resolve: Sequence[str] = (),
    seed: int = 1,
    sandbox: bool = True,
    generated: bool = True,
    waive: str | Path | None = None,
    started: int | None = None,
    pass_time: PassTime | None = None,
) -> Report:
    """Judge the service at `url` and return a report; docs/verify.md says what each option does.

    Durations are milliseconds, or text such as "10s"; `rate` is requests a second, or text such as "600/m".
    `started` is the present in milliseconds since 1970, now by default. `pass_time` moves the clock of a
    service that the caller runs with a held one: it is called with milliseconds, may be a coroutine
    function, and has executions followed without waiting.

    Raises ConfigError for options that cannot be used, and when `pass_time` raises; ContractError for a
    contract that cannot be used. Runs its own event loop.
    """
    options = from_arguments(VerifySettings, "verify", locals())

    from execmock.errors import ConfigError
    from execmock.verify.generator_process import Generators

    if pass_time is not None and not callable(pass_time):
        raise ConfigError(f"verify: pass_time is {pass_time!r}; expected a function that takes milliseconds")
    with Generators.for_run(options) as generators:
        return _verify(options, started, pass_time, generators)


def _verify(
    options: VerifySettings, started: int | None, pass_time: PassTime | None, generators: Generators
) -> Report:
    import asyncio

    from execmock.loading.contract import contract_at
    from execmock.verify.clock import present
    from execmock.verify.runner import run

    begun = present() if started is None else started
    contract = contract_at(options.contract)
    return asyncio.run(run(options, contract, started=begun, pass_time=pass_time, generators=generators))
