"""What a run of verify is told, as one frozen value; checked once, at the edge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from execmock.errors import ConfigError, nearest
from execmock.verify.severity import SEVERITIES, Severity

__all__ = ["EFFORTS", "Effort", "Options"]

Effort = Literal["quick", "default", "thorough"]
EFFORTS: tuple[Effort, ...] = get_args(Effort)

_SOAK: Mapping[str, int] = {"quick": 2_000, "default": 10_000, "thorough": 60_000}


@dataclass(frozen=True, slots=True)
class Options:
    """Where to send, with which keys, what to judge, and how hard. Durations are milliseconds.

    `soak` and `max_time` of 0 leave the choice to the effort, `rate` 0 means no limit of our own.
    """

    url: str
    token: str = ""
    token_b: str = ""
    token_read: str = ""
    workflow_ids: tuple[str, ...] = ()
    embed_url: str = ""
    embed_token: str = ""
    embed_workflow_id: str = ""
    level: Severity = "expected"
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    read_only: bool = False
    effort: Effort = "default"
    soak: int = 0
    rate: float = 0.0
    timeout: int = 10_000
    max_time: int = 0
    seed: int = 1
    sandbox: bool = True
    generated: bool = True
    waivers: tuple[Any, ...] = field(default=())

    def __post_init__(self) -> None:
        _check_address("the address of the target", self.url)
        if self.embed_url:
            _check_address("the address of the embed API", self.embed_url)
        for name, value, valid in (("level", self.level, SEVERITIES), ("effort", self.effort, EFFORTS)):
            if value not in valid:
                raise ConfigError(f"{name} {value!r} is none of {', '.join(valid)}.{nearest(value, valid)}")
        if self.timeout <= 0:
            raise ConfigError(f"timeout {self.timeout} ms is not a time to wait; expected more than 0")

    @property
    def follow(self) -> int:
        """How long executions are followed, in milliseconds."""
        return self.soak or _SOAK[self.effort]

    @property
    def secrets(self) -> Mapping[str, str]:
        """Every key that was given, by the name that stands for it in reports."""
        named = {
            "TOKEN": self.token,
            "TOKEN_B": self.token_b,
            "TOKEN_READ": self.token_read,
            "EMBED_TOKEN": self.embed_token,
        }
        return {name: key for name, key in named.items() if key}


def _check_address(what: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    if not fits:
        raise ConfigError(f"{what} is {url!r}; expected http://HOST[:PORT] or https://HOST[:PORT]")
