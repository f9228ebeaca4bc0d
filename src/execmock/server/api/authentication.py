"""Who is calling: from a bearer key to a sandbox, a scope and a name for the caller.

What the known callers gain (`bench/micro_gains.py`): without them a get takes 17 % more processor time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from execmock.core.bounded_cache import BoundedCache
from execmock.core.contract import Operation
from execmock.core.schema.violation import Violation
from execmock.service.events.redaction import SCHEMES
from execmock.service.refusals import Refusal
from execmock.service.sandboxes import DEFAULT_SANDBOX, ApiKey, Sandbox, Sandboxes, Scope

__all__ = ["ApiKeyAuthenticator", "Authenticator", "Caller", "key_in", "opened_by"]


@dataclass(frozen=True, slots=True)
class Caller:
    """The holder of a key: the sandbox it opens, its scope, and a name that does not give the key away."""

    sandbox: Sandbox
    scope: Scope
    name: str


class Authenticator(Protocol):
    """Decides who may call an operation."""

    async def admit(self, operation: Operation, headers: Mapping[str, str]) -> Caller | None:
        """Return the caller, None where callers are not told apart; Refusal 401 or 403 to all else."""
        ...


class ApiKeyAuthenticator:
    """Resolves bearer keys. Open: any key will do, an unknown one opens the default sandbox.

    Strict: only configured keys do, within their scope. `bad_key` is the status for an unknown one, `formats`
    says what the keys of each security scheme look like.
    """

    def __init__(
        self, sandboxes: Sandboxes, formats: Mapping[str, str], *, strict: bool, bad_key: int = 401
    ) -> None:
        self._sandboxes = sandboxes
        self._formats = formats
        self._strict = strict
        self._bad_key = bad_key
        self._known: BoundedCache[str, tuple[ApiKey | None, Caller]] = BoundedCache(1000)

    async def admit(self, operation: Operation, headers: Mapping[str, str]) -> Caller:
        """Return the caller; Refusal 401 without a usable key, 403 for one that lacks the scope."""
        key = self._bearer(headers.get("Authorization") or "", operation)
        known = await self._sandboxes.key(key)
        if known is None and self._strict:
            raise Refusal(self._bad_key, "The bearer key is not known", headers=_CHALLENGE)
        name, scope = (known.sandbox, known.scope) if known else (DEFAULT_SANDBOX, "read-write")
        sandbox = await self._sandboxes.get(name)
        if sandbox is None:
            raise Refusal(self._bad_key, "The bearer key opens a sandbox that is gone", headers=_CHALLENGE)
        if "read-write" in operation.scopes and scope == "read":
            violation = Violation("header/Authorization", "a key with the scope read-write", "scope read")
            raise Refusal(403, "The key lacks the scope read-write", [violation])
        return self._caller(key, known, sandbox, scope)

    def _caller(self, key: str, known: ApiKey | None, sandbox: Sandbox, scope: Scope) -> Caller:
        """Return the caller, the same value as last time if nothing about it has changed."""
        last = self._known.get(key)
        if last is not None and last[0] is known and last[1].sandbox is sandbox:
            return last[1]
        if known is not None:
            # It may have been made by another server.
            self._sandboxes.secrets.add_key(key)
        caller = Caller(sandbox, scope, known.id if known else self._sandboxes.key_id(key))
        self._known.keep(key, (known, caller))
        return caller

    def _bearer(self, header: str, operation: Operation) -> str:
        """Return the key in an Authorization header; Refusal 401 if there is none."""
        if header[:7] == "Bearer " and (plain := header[7:].strip()):
            return plain
        scheme, _, key = header.partition(" ")
        if scheme.lower() == "bearer" and key.strip():
            return key.strip()
        form = f"Bearer {self._formats.get(operation.security[0], 'KEY')}"
        violation = Violation("header/Authorization", form)
        if header:
            violation = Violation("header/Authorization", form, _came(scheme, key.strip()))
        raise Refusal(401, "A bearer key is required", [violation], _CHALLENGE)


def _came(scheme: str, key: str) -> str:
    """Return what is wrong with a header; anything but a known scheme may be the key, which is not shown."""
    if scheme.lower() in SCHEMES:
        return f"a key of the scheme {scheme}" if key else f"{scheme} without a key"
    return "a scheme that is not known" if key else "a key without Bearer before it"


async def opened_by(sandboxes: Sandboxes, headers: Mapping[str, str]) -> Sandbox | None:
    """Return the sandbox that a refused request was meant for: its key's, or else the default one."""
    key = key_in(headers)
    known = await sandboxes.key(key) if key else None
    found = await sandboxes.get(known.sandbox) if known else None
    return found or await sandboxes.get(DEFAULT_SANDBOX)


def key_in(headers: Mapping[str, str]) -> str:
    """Return what stands after the scheme of an Authorization header, empty if there is nothing."""
    return headers.get("Authorization", "").partition(" ")[2].strip()


_CHALLENGE = {"WWW-Authenticate": "Bearer"}
