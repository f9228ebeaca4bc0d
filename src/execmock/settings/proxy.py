"""What `execmock proxy` can be told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from execmock.settings.base import Settings
from execmock.settings.kinds import FLAG, HOST, PATH, PORT, REPORTS, SIZE, TEXT, URL, WAIT, choice
from execmock.settings.option import option
from execmock.settings.verify import Level

__all__ = ["ProxySettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxySettings(Settings):
    """The options of the proxy. Durations are milliseconds, sizes bytes, None means not set."""

    url: str = option("", URL, "Address of the service; the argument UPSTREAM wins over it.")
    embed_url: str | None = option(
        None,
        URL,
        "Address of the service's embed API, where that is another one.",
        name="embed-upstream",
        variable="EXECMOCK_EMBED_UPSTREAM",
    )
    host: str = option("127.0.0.1", HOST, "Address to listen on.", variable="EXECMOCK_PROXY_HOST")
    port: int = option(4011, PORT, "Port to listen on; 0 picks a free one.", variable="EXECMOCK_PROXY_PORT")
    contract: Path | None = option(
        None, PATH, "Judge by a contract of your own: a copy of openapi.yaml, changed or extended."
    )
    level: Level = option(
        "expected",
        choice(*get_args(Level)),
        "What counts as a violation: what is documented, what is expected as well, or advice too.",
    )
    only: tuple[str, ...] = option((), TEXT, "Judge only this rule, area, tag or operation.", many=True)
    skip: tuple[str, ...] = option((), TEXT, "Leave out this rule, area, tag or operation.", many=True)
    fail: bool = option(False, FLAG, "Answer 502 in place of an answer that breaks the contract.")
    only_contract: bool = option(False, FLAG, "Refuse requests for paths that the contract does not know.")
    hold: int = option(
        1 << 20, SIZE, "Longest body that is judged; a longer one passes, and counts as not judged."
    )
    timeout: int = option(30_000, WAIT, "How long the service may take to begin its answer.")
    ca: Path | None = option(None, PATH, "Certificates to trust, as PEM, in place of the system's.")
    cert: Path | None = option(None, PATH, "Client certificate to show, as PEM, with its key or --key.")
    key: Path | None = option(
        None, PATH, "Key of the client certificate, as PEM.", variable="EXECMOCK_CERT_KEY"
    )
    insecure: bool = option(False, FLAG, "Check no certificates.")
    coverage: Path | None = option(
        None,
        PATH,
        "Write what clients met of the contract into this file at the end.",
        variable="EXECMOCK_PROXY_COVERAGE",
    )
    reports: tuple[tuple[tuple[str, str], ...], ...] = option(
        (),
        REPORTS,
        "Write a report at the end: junit, json, html, markdown, sarif or har.",
        name="report",
        many=True,
    )
