"""What `execmock record` can be told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from execmock.settings import shared
from execmock.settings.base import Settings
from execmock.settings.kinds import FLAG, PATH, TEXT
from execmock.settings.option import option

__all__ = ["RecordSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSettings(Settings):
    """The options of a recording; None means not set.

    What says how a service is reached is for an UPSTREAM.
    """

    output: Path | None = option(
        None, PATH, "Folder to write to; -o is short for it.", variable="EXECMOCK_RECORD_OUTPUT"
    )
    force: bool = option(
        False, FLAG, "Replace files that are there already.", variable="EXECMOCK_RECORD_FORCE"
    )
    redact: tuple[str, ...] = option(
        (),
        TEXT,
        "Replace the values of a property, too, wherever it stands: iban, or /requestPayload/pet.",
        many=True,
    )
    contract: Path | None = option(
        None, PATH, "Read answers by a contract of your own: a copy of openapi.yaml, changed or extended."
    )
    host: str = option(**shared.PROXY_HOST)
    port: int = option(**shared.PROXY_PORT)
    embed_url: str | None = option(**shared.EMBED_UPSTREAM)
    ca: Path | None = option(**shared.CA)
    cert: Path | None = option(**shared.CERT)
    key: Path | None = option(**shared.CERT_KEY)
    insecure: bool = option(False, FLAG, "Check no certificates.")
