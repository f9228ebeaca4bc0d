"""What a test says of a server, as the server's own options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from execmock.core.clock import ClockState
from execmock.core.durations import parse_instant
from execmock.errors import ConfigError
from execmock.server.app import AppOptions
from execmock.service.engine import EngineOptions

__all__ = ["Auth", "mock_options"]

Auth = Literal["strict", "open"]
"""strict refuses keys that open no sandbox; open lets every key do, and unknown ones open the first."""


def mock_options(
    *,
    key: str,
    seed: int | None,
    start: str | datetime | None,
    speed: float,
    frozen: bool,
    scenarios: Sequence[str | Path],
    choose: Mapping[str, object] | None,
    auth: Auth,
    timezone: str,
    journal_size: int,
) -> AppOptions:
    """Return the options; ExecmockError for what cannot be used."""
    if auth not in ("strict", "open"):
        raise ConfigError(f"auth cannot be {auth!r}; expected strict or open")
    ClockState(0, 0).at_speed(speed, 0)
    engine = EngineOptions(
        scenarios=tuple(map(Path, scenarios)),
        keys=((key, "read-write"),),
        choices=tuple(f"{name}={value}" for name, value in (choose or {}).items()),
        seed=seed,
        start=None if start is None else parse_instant(start),
        speed=float(speed),
        frozen=frozen,
        zone=timezone,
        journal_size=journal_size,
    )
    return AppOptions(engine=engine, strict=auth == "strict", quiet=True)
