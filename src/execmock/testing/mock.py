"""A server for a test, and the sandbox that it starts with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, Self

from execmock.core.durations import parse_instant
from execmock.service.worlds import Overrides
from execmock.testing.background import BACKGROUND
from execmock.testing.clock import instant_text
from execmock.testing.options import Auth, mock_options
from execmock.testing.sandbox import MockSandbox
from execmock.testing.server import Server
from execmock.testing.sources import ScenarioLike, WorldLike

__all__ = ["ExecMock"]


class ExecMock(MockSandbox):
    """A mock server for the length of a `with` or `async with`, on a free port of this machine.

    It runs in a thread of its own, so that clients of every kind can call it from the test, blocking or
    not. What it does itself, it does in its first sandbox, `default`; `sandbox()` gives more of them.
    """

    def __init__(
        self,
        scenario: ScenarioLike | None = None,
        *,
        world: WorldLike | None = None,
        speed: float = 1.0,
        frozen: bool = False,
        start: str | datetime | None = None,
        seed: int | None = None,
        key: str = "b3sk_test",
        strict_client: bool = False,
        scenarios: Sequence[str | Path] = (),
        choose: Mapping[str, object] | None = None,
        auth: Auth = "strict",
        host: str = "127.0.0.1",
        port: int = 0,
        timezone: str = "America/New_York",
        journal_size: int = 1000,
    ) -> None:
        super().__init__(None, "default", key, strict_client=strict_client)
        self._scenario, self._world = scenario, world
        self._address = host, port
        self._numbers = count(1)
        self._options = mock_options(
            key=key,
            seed=seed,
            start=start,
            speed=speed,
            frozen=frozen,
            scenarios=scenarios,
            choose=choose,
            auth=auth,
            timezone=timezone,
            journal_size=journal_size,
        )

    def start(self) -> Self:
        """Start the server, unless it runs; ExecmockError for what cannot be used."""
        if self._on is not None:
            return self
        self._on = Server(self._options, *self._address, BACKGROUND)
        try:
            if self._world is not None:
                options = self._options.engine
                seeded = options.seed is not None
                overrides = Overrides(seeded, options.start, options.speed, options.frozen)
                self._on.begin(self._world, overrides)
            if self._scenario is not None:
                self.scenario(self._scenario)
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
        strict_client: bool = False,
    ) -> MockSandbox:
        """Return a new sandbox on this server, with a key of its own.

        With a seed, ids and chances follow from it and the name; without a name it is sandbox-1, -2, ...
        With a world, it starts as that world's first sandbox.
        """
        name = name or f"sandbox-{next(self._numbers)}"
        clock: dict[str, Any] = {"speed": speed, "frozen": frozen}
        if start is not None:
            clock["now"] = instant_text(start)
        body: dict[str, Any] = {"name": name, "clock": clock, "keys": [{"key": key or f"b3sk_{name}"}]}
        if seed is not None:
            body["seed"] = seed
        made = self._control.call("POST", "/sandboxes", body)
        sandbox = MockSandbox(self._server, name, made["keys"][0]["key"], strict_client=strict_client)
        try:
            if world is not None:
                instant = None if start is None else parse_instant(start)
                overrides = Overrides(start=instant, speed=float(speed), frozen=frozen)
                self._server.fill(name, sandbox.key, world, overrides, seed)
            if scenario is not None:
                sandbox.scenario(scenario)
        except BaseException:
            sandbox.close()
            raise
        return sandbox
