"""A server for a test, and the sandbox that it starts with."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, Literal, Self

from execmock.core.durations import format_instant
from execmock.core.sandbox import DRAW_BY
from execmock.errors import ConfigError
from execmock.settings import ServeSettings, explains_arguments, from_arguments
from execmock.testing.background import BACKGROUND
from execmock.testing.faults import FaultsLike
from execmock.testing.sandbox import MockSandbox
from execmock.testing.server import Server
from execmock.testing.sources import ScenarioLike, WorldLike
from execmock.testing.strict import Strictness
from execmock.testing.tracebacks import hides

__all__ = ["ExecMock"]

__tracebackhide__ = hides


class ExecMock(MockSandbox):
    """A mock server for the length of a `with` or `async with`, on a free port of this machine.

    It runs in a thread of its own, so that clients of every kind can call it from the test, blocking or
    not. What it does itself, it does in its first sandbox, `default`; `sandbox()` gives more of them.
    """

    @explains_arguments("ExecMock")
    def __init__(
        self,
        scenario: ScenarioLike | None = None,
        *,
        world: WorldLike | None = None,
        speed: float = 1.0,
        frozen: bool = False,
        start: str | datetime | None = None,
        seed: int | None = None,
        draw_by: Sequence[str] = DRAW_BY,
        key: str = "b3sk_test",
        strict_client: bool = False,
        allow_unknown_keys: bool = False,
        allow_misspelt: bool = False,
        faults: FaultsLike = (),
        rate_limit: str | None = None,
        rate_burst: int | None = None,
        concurrency_limit: int | None = None,
        concurrency_queue: int | None = None,
        quiet_faults: bool = False,
        scenarios: Sequence[str | Path] = (),
        contract: str | Path | None = None,
        choose: Mapping[str, object] | None = None,
        auth: Literal["open", "strict"] = "strict",
        host: str = "127.0.0.1",
        port: int = 0,
        timezone: str = "America/New_York",
        cors_origins: Sequence[str] = ("*",),
        cors_exact: bool = False,
        strict_magic: bool = False,
        max_body: int | str = 1 << 20,
        max_header: int | str = 8 << 10,
        journal_size: int = 1000,
        journal_bytes: int | str = 64 << 20,
        journal_answers: bool = False,
    ) -> None:
        given = locals()
        self._options = from_arguments(
            ServeSettings, "ExecMock", given, scenario=None, world=None, faults=(), quiet=True
        )
        if self._options.host.startswith("unix:"):
            place = f"ExecMock: host is {self._options.host!r}"
            raise ConfigError(f"{place}, which clients of a test cannot call; expected an address")
        strictness = Strictness(strict_client, allow_unknown_keys, allow_misspelt)
        super().__init__(None, "default", key, strictness)
        self._scenario, self._world, self._faults = scenario, world, faults
        self._numbers = count(1)

    def start(self) -> Self:
        """Start the server, unless it runs; ExecmockError for what cannot be used."""
        if self._on is not None:
            return self
        self._on = Server(self._options, BACKGROUND)
        try:
            if self._world is not None:
                self._on.begin(self._world)
            if self._scenario is not None:
                self.scenario(self._scenario)
            self.faults.begin(self._faults)
        except BaseException:
            self.close()
            raise
        return self

    def close(self) -> None:
        """Stop the server, if it runs. All its sandboxes go with it."""
        server, self._on = self._on, None
        if server is not None:
            server.stop()

    def __enter__(self) -> Self:
        return self.start()

    @explains_arguments("sandbox")
    def sandbox(
        self,
        scenario: ScenarioLike | None = None,
        *,
        world: WorldLike | None = None,
        name: str | None = None,
        key: str | None = None,
        speed: float = 1.0,
        frozen: bool = False,
        start: str | datetime | None = None,
        seed: int | None = None,
        draw_by: Sequence[str] = DRAW_BY,
        journal_size: int | None = None,
        journal_answers: bool | None = None,
        timezone: str | None = None,
        faults: FaultsLike = (),
        rate_limit: str | None = None,
        rate_burst: int | None = None,
        concurrency_limit: int | None = None,
        concurrency_queue: int | None = None,
        strict_client: bool = False,
        allow_unknown_keys: bool = False,
        allow_misspelt: bool = False,
    ) -> MockSandbox:
        """Return a new sandbox on this server, with a key of its own.

        With a seed, outcomes follow from it and from what a request says in `draw_by`, ids from it, the
        clock's start and the name; without a name it is sandbox-1, -2, ...
        With a world, it starts as that world's first sandbox. Its journal and time zone are as the server's
        unless it is told otherwise.
        """
        options = from_arguments(ServeSettings, "sandbox", locals(), scenario=None, world=None, faults=())
        name = name or f"sandbox-{next(self._numbers)}"
        given = {"journalSize": journal_size, "journalAnswers": journal_answers, "timezone": timezone}
        own = {name for name, value in given.items() if value is not None}
        body = _body(name, key or f"b3sk_{name}", options, own)
        made = self._control.call("POST", "/sandboxes", body)
        strictness = Strictness(strict_client, allow_unknown_keys, allow_misspelt)
        sandbox = MockSandbox(self._server, name, made["keys"][0]["key"], strictness)
        try:
            if world is not None:
                self._server.fill(name, sandbox.key, world, options)
            if scenario is not None:
                sandbox.scenario(scenario)
            sandbox.faults.begin(faults)
            sandbox.faults.limit(*options.limits)
        except BaseException:
            sandbox.close()
            raise
        return sandbox


def _body(name: str, key: str, options: ServeSettings, own: Collection[str]) -> dict[str, Any]:
    """Return what the control API makes a sandbox of; what is not in `own` is as with the server."""
    clock: dict[str, Any] = {"speed": options.speed, "frozen": options.frozen}
    if options.clock_start is not None:
        clock["now"] = format_instant(options.clock_start)
    body: dict[str, Any] = {
        "name": name,
        "clock": clock,
        "keys": [{"key": key}],
        "drawBy": list(options.draw_by),
    }
    if options.seed is not None:
        body["seed"] = options.seed
    values = {
        "journalSize": options.journal_size,
        "journalAnswers": options.journal_answers,
        "timezone": options.timezone,
    }
    return {**body, **{name: value for name, value in values.items() if name in own}}
