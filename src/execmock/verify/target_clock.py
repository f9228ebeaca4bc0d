"""Lets time pass on the target: by an execmock server's clock, by a function of the caller, or by waiting."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from execmock.core.durations import format_duration
from execmock.errors import ConfigError
from execmock.settings import VerifySettings
from execmock.verify.exchange import Request

if TYPE_CHECKING:
    from execmock.verify.client import Client

__all__ = ["GivenTime", "MockTime", "PassTime", "RealTime", "TargetClock", "find_target_clock"]

PassTime = Callable[[int], Awaitable[None] | None]
"""Advances the whole target by so many milliseconds; may be a coroutine function."""

_PREFIX = "/_execmock"


class TargetClock(Protocol):
    """Lets time pass for the executions of one key."""

    @property
    def instant(self) -> bool:
        """Whether time passes without waiting."""

    @property
    def takes_any_key(self) -> bool:
        """Whether the target is an execmock server that accepts any key."""

    @property
    def keys(self) -> Mapping[str, str]:
        """Bearer keys by identity (`a`, `b`, `read`, `time`, `embed`)."""

    async def pass_(self, milliseconds: int) -> None:
        """Let so much time pass for the executions of the key `time`."""

    async def close(self) -> None:
        """Delete what was created for the run."""


class RealTime:
    """A target without a clock of its own: time passes by waiting."""

    instant = False

    def __init__(self, options: VerifySettings, *, takes_any_key: bool = False) -> None:
        self.takes_any_key = takes_any_key
        given: dict[str, str | None] = {
            "a": options.token,
            "b": options.token_b,
            "read": options.token_read,
            "time": options.token,
            "embed": options.embed_token,
        }
        self.keys: Mapping[str, str] = {name: key for name, key in given.items() if key}

    async def pass_(self, milliseconds: int) -> None:
        """Wait."""
        await asyncio.sleep(milliseconds / 1000)

    async def close(self) -> None:
        """Nothing was created."""


class GivenTime(RealTime):
    """A target whose clock is advanced by a function of the caller."""

    instant = True

    def __init__(self, options: VerifySettings, pass_time: PassTime) -> None:
        super().__init__(options)
        self._pass = pass_time

    async def pass_(self, milliseconds: int) -> None:
        """Call the function; ConfigError says what it raised."""
        try:
            done = self._pass(milliseconds)
            if inspect.isawaitable(done):
                await done
        except Exception as error:
            raise ConfigError(f"pass_time({milliseconds}) raised {error!r}") from error


class MockTime:
    """An execmock server: the run has its own sandboxes, one of them with a frozen clock to advance."""

    instant = True

    def __init__(self, client: Client, base: str, *, takes_any_key: bool = False) -> None:
        self.takes_any_key = takes_any_key
        self._client = client
        self._base = base
        self._sandboxes: dict[str, str] = {}
        self.keys: dict[str, str] = {}

    async def open(self, prefix: str, seed: int) -> bool:
        """Create the sandboxes; return whether the server allowed it."""
        plan: dict[str, tuple[bool, dict[str, str]]] = {
            "main": (False, {"a": "read-write", "read": "read", "embed": "read-write"}),
            "other": (False, {"b": "read-write"}),
            "held": (True, {"time": "read-write"}),
        }
        for name, (frozen, scopes) in plan.items():
            if not await self._add(name, prefix, seed, frozen, scopes):
                await self.close()
                return False
        return True

    async def pass_(self, milliseconds: int) -> None:
        """Advance the frozen clock."""
        if milliseconds > 0:
            body = {"by": format_duration(milliseconds)}
            await self._ask("POST", f"/clock/advance?sandbox={self._sandboxes['held']}", body)

    async def close(self) -> None:
        """Delete the sandboxes."""
        for sandbox in self._sandboxes.values():
            await self._ask("DELETE", f"/sandboxes/{sandbox}")
        self._sandboxes.clear()

    async def _add(self, name: str, prefix: str, seed: int, frozen: bool, scopes: dict[str, str]) -> bool:
        wanted = {who: f"{prefix}-{who}" for who in scopes}
        body = {
            "name": f"verify-{prefix}-{name}",
            "seed": seed,
            "keys": [{"key": wanted[who], "scope": scope} for who, scope in scopes.items()],
            "clock": {"frozen": frozen},
        }
        status, answer = await self._ask("POST", "/sandboxes", body)
        if status != 201 or not isinstance(answer, dict) or "id" not in answer:
            return False
        self._sandboxes[name] = str(answer["id"])
        self.keys.update(wanted)
        return True

    async def _ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        import json

        text = b"" if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if text else {}
        return await self._client.send_unrecorded(Request(method, self._base + _PREFIX + path, headers, text))


async def find_target_clock(
    client: Client, options: VerifySettings, prefix: str, pass_time: PassTime | None = None
) -> TargetClock:
    """Return what lets time pass: `pass_time`, an execmock server's own clock, else waiting."""
    if pass_time is not None:
        return GivenTime(options, pass_time)
    if not options.sandbox:
        return RealTime(options)
    base = options.url.rstrip("/")
    status, answer = await client.send_unrecorded(Request("GET", f"{base}{_PREFIX}/health", {}))
    if status != 200 or not isinstance(answer, dict):
        return RealTime(options)
    takes_any_key = answer.get("auth") == "open"
    if not options.read_only:
        mock = MockTime(client, base, takes_any_key=takes_any_key)
        if await mock.open(prefix, options.seed):
            return mock
    return RealTime(options, takes_any_key=takes_any_key)
