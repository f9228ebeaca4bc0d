"""What `execmock verify` can be told."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from execmock.settings import shared
from execmock.settings.base import Settings
from execmock.settings.kinds import (
    DURATION,
    FLAG,
    HEADER,
    PROXY,
    RATE,
    RESOLVE,
    SECRET,
    SEED,
    TEXT,
    URL,
    WAIT,
    choice,
    count,
)
from execmock.settings.option import option, options
from execmock.settings.shared import Level

__all__ = ["Effort", "Level", "VerifySettings"]

Effort = Literal["quick", "default", "thorough"]

_SOAK: Mapping[str, int] = {"quick": 2_000, "default": 10_000, "thorough": 60_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifySettings(Settings):
    """The options of the judge. Durations are milliseconds, None means not set."""

    url: str = option("", URL, "Address of the service; the argument BASE_URL wins over it.")
    token: str | None = option(
        None,
        SECRET,
        "Bearer key of the service, with the scope read-write, of an organization that nothing else uses.",
    )
    token_b: str | None = option(
        None, SECRET, "Key of a second organization; without it tenancy is not judged."
    )
    token_read: str | None = option(
        None, SECRET, "Key with the scope read; without it scopes are not judged."
    )
    workflow_ids: tuple[str, ...] = option(
        (), TEXT, "A workflow to create executions of.", name="workflow-id", many=True
    )
    embed_url: str | None = option(None, URL, "Address of the embed API; without it it is not judged.")
    embed_token: str | None = option(None, SECRET, "Bearer key of the embed API.")
    embed_workflow_id: str | None = option(None, TEXT, "The embedded workflow to execute.")
    contract: Path | None = option(**shared.JUDGED_BY)
    level: Level = option(**shared.LEVEL)
    only: tuple[str, ...] = option(**shared.ONLY)
    skip: tuple[str, ...] = option(**shared.SKIP)
    probes: tuple[str, ...] = option(
        (),
        TEXT,
        "Send only what this probe sends, as `again:` names it, and not all that the rules ask for.",
        name="probe",
        many=True,
    )
    read_only: bool = option(
        False, FLAG, "Send only GET: create nothing, judge the executions that are there."
    )
    effort: Effort = option(
        "default",
        choice(*get_args(Effort)),
        "How hard to try; --quick and --thorough are short for it. A run takes as long as the slowest "
        "workflow at least, but not beyond --soak.",
    )
    soak: int | None = option(
        None,
        DURATION,
        "How long to follow executions, such as 30s; by default 2s, 10s or 60s, by the effort.",
    )
    rate: float | None = option(None, RATE, "Most requests to send in a second; no limit by default.")
    timeout: int = option(10_000, WAIT, "How long to wait for an answer.")
    max_time: int | None = option(None, DURATION, "Stop sending after so long, and judge what was seen.")
    proxy: str | None = option(
        None, PROXY, "Proxy for all requests, or none; by default HTTP_PROXY, HTTPS_PROXY and NO_PROXY hold."
    )
    ca: Path | None = option(**shared.CA)
    cert: Path | None = option(**shared.CERT)
    key: Path | None = option(**shared.CERT_KEY)
    insecure: bool = option(**shared.INSECURE)
    headers: tuple[tuple[str, str], ...] = option(
        (), HEADER, "Header to add to every request, as a gateway asks for.", name="header", many=True
    )
    resolve: tuple[tuple[str, int, str], ...] = option(
        (), RESOLVE, "Address to use for a host, in place of what DNS says.", many=True
    )
    max_creates: int | None = option(
        None, count(0), "Most executions to create; without it, as many as the run says at its beginning."
    )
    seed: int = option(1, SEED, "Generate other input.")
    sandbox: bool = option(
        True, FLAG, "Make sandboxes for the run, and remove them, where the target is an execmock server."
    )
    generated: bool = option(True, FLAG, "Send generated input as well.")
    waive: Path | None = option(**shared.WAIVE)
    verbose: bool = option(
        False, FLAG, "Tell every finding and notice on the terminal, and cut nothing there."
    )
    reports: tuple[tuple[tuple[str, str], ...], ...] = option(**shared.REPORT)

    @property
    def follow(self) -> int:
        """How long executions are followed, in milliseconds."""
        return self.soak or _SOAK[self.effort]

    @property
    def secrets(self) -> Mapping[str, str]:
        """Every key that was given and every secret header, by the name that stands for it in reports."""
        single = [option for option in options(type(self)) if option.kind.secret and not option.many]
        given = {option.name.upper().replace("-", "_"): getattr(self, option.field) for option in single}
        return {name: key for name, key in given.items() if key} | {
            _variable(name): value for name, value in self.headers if _is_secret(name, value)
        }

    def secret_flags(self, without: Collection[str] = ()) -> Iterator[str]:
        """Yield flags of what `secrets` holds and of all headers, with shell variables in place of secrets.

        The fields named by `without` stay out, and keys that the environment gives.
        """
        headers = {_variable(name) for name, _ in self.headers}
        for name in self.secrets:
            field = name.lower()
            known = self.named(field) == f"EXECMOCK_{name}"
            if name not in headers and field not in without and not known:
                yield f'--{field.replace("_", "-")}="${name}"'
        for name, value in self.headers:
            said = f'"${_variable(name)}"' if _is_secret(name, value) else shlex.quote(value)
            yield f"--header={name}={said}"


_SECRET_HEADER = re.compile(r"auth|cookie|credential|key|passw|secret|session|signature|token", re.IGNORECASE)
_SECRET_VALUE = re.compile(r"(?=\S*[0-9])(?=\S*[A-Za-z])\S{20,}")


def _is_secret(name: str, value: str) -> bool:
    """Whether a header's value is kept out of reports: by its name, or as it looks like a key."""
    return bool(_SECRET_HEADER.search(name) or _SECRET_VALUE.fullmatch(value))


def _variable(header: str) -> str:
    return "HEADER_" + re.sub(r"[^A-Z0-9]", "_", header.upper())
