"""What `execmock proxy` can be told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from execmock.settings import shared
from execmock.settings.base import Settings
from execmock.settings.kinds import FLAG, PATH, SIZE, URL, WAIT
from execmock.settings.option import option
from execmock.settings.shared import Level

__all__ = ["ProxySettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxySettings(Settings):
    """The options of the proxy. Durations are milliseconds, sizes bytes, None means not set."""

    url: str = option("", URL, "Address of the service; the argument UPSTREAM wins over it.")
    embed_url: str | None = option(**shared.EMBED_UPSTREAM)
    host: str = option(**shared.PROXY_HOST)
    port: int = option(**shared.PROXY_PORT)
    contract: Path | None = option(**shared.JUDGED_BY)
    level: Level = option(**shared.LEVEL)
    only: tuple[str, ...] = option(**shared.ONLY)
    skip: tuple[str, ...] = option(**shared.SKIP)
    waive: Path | None = option(**shared.WAIVE)
    fail: bool = option(False, FLAG, "Answer 502 in place of an answer that breaks the contract.")
    only_contract: bool = option(False, FLAG, "Refuse requests for paths that the contract does not know.")
    hold: int = option(
        1 << 20, SIZE, "Longest body that is judged; a longer one passes, and counts as not judged."
    )
    timeout: int = option(30_000, WAIT, "How long the service may take to begin its answer.")
    ca: Path | None = option(**shared.CA)
    cert: Path | None = option(**shared.CERT)
    key: Path | None = option(**shared.CERT_KEY)
    insecure: bool = option(**shared.INSECURE)
    coverage: Path | None = option(
        None,
        PATH,
        "Write what clients met of the contract into this file at the end.",
        variable="EXECMOCK_PROXY_COVERAGE",
    )
    reports: tuple[tuple[tuple[str, str], ...], ...] = option(**shared.REPORT)
