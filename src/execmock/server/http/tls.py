"""TLS of the server: with a certificate of files, or one that is made on this machine and kept."""

from __future__ import annotations

import os
import re
import socket
import ssl
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from execmock.clocks import SystemClock
from execmock.errors import ConfigError
from execmock.files import read_file
from execmock.settings import ServeSettings

__all__ = ["Tls", "server_tls"]

_LASTS = timedelta(days=365)
_MADE_ANEW = timedelta(days=30)
"""How long before it expires a certificate is made anew."""
_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?:\.(?!-)[A-Za-z0-9-]{1,63})*")
"""Names that a certificate can be made for; machines may have others."""
_CERTIFICATE, _KEY = "-----BEGIN CERTIFICATE-----", " PRIVATE KEY-----"


@dataclass(frozen=True, slots=True)
class Tls:
    """What connections are encrypted with. `trust` is the certificate that clients have to be told of."""

    context: ssl.SSLContext
    trust: Path | None = None


def server_tls(settings: ServeSettings) -> Tls | None:
    """Return what a server speaks TLS with, None where it does not; ConfigError for what cannot be used."""
    if settings.tls == "self-signed":
        return _self_signed(settings)
    if settings.tls_cert is None:
        return None
    certificate, key = settings.tls_cert, settings.tls_key or settings.tls_cert
    cert_option = settings.named("tls_cert")
    key_option = settings.named("tls_key") if settings.tls_key else cert_option
    _check(cert_option, certificate, _CERTIFICATE, "a certificate")
    if settings.tls_key is None and _KEY not in _text(cert_option, certificate):
        raise ConfigError(f"{cert_option}: {certificate} holds no key; expected --tls-key FILE too")
    _check(key_option, key, _KEY, "a private key")
    return Tls(_context(certificate, key, key_option))


def _context(certificate: Path, key: Path, option: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_alpn_protocols(["http/1.1"])
    encrypted = False

    def password() -> str:
        nonlocal encrypted
        encrypted = True
        return ""

    try:
        context.load_cert_chain(certificate, key, password)
    except (ssl.SSLError, ValueError) as error:
        if encrypted:
            plain = f"expected one without, as `openssl pkey -in {key} -out plain.pem` makes it"
            raise ConfigError(f"{option}: the key in {key} has a password; {plain}") from None
        if getattr(error, "reason", "") == "KEY_VALUES_MISMATCH":
            raise ConfigError(f"{option}: the key in {key} does not belong to {certificate}") from None
        reason = getattr(error, "reason", None) or error
        raise ConfigError(f"{option}: {certificate} and {key} cannot be used: {reason}") from None
    return context


def _check(option: str, path: Path, mark: str, what: str) -> None:
    if mark not in _text(option, path):
        raise ConfigError(f"{option}: {path} holds no {what.partition(' ')[2]}; expected {what} in PEM form")


def _text(option: str, path: Path) -> str:
    try:
        return read_file(path).decode("utf-8", "replace")
    except OSError as error:
        raise ConfigError(f"{option}: {path} cannot be read: {error.strerror or error}") from None


def _self_signed(settings: ServeSettings) -> Tls:
    option = settings.named("tls")
    try:
        folder = _folder()
        place = folder / "server.pem"
        names = _names(settings.host)
        if not _still_good(place, names):
            _make(place, names)
        trust = folder / "ca.pem"
        authority = place.read_text(encoding="ascii").rpartition(_CERTIFICATE)
        _write(trust, (authority[1] + authority[2]).encode(), 0o644)
    except OSError as error:
        raise ConfigError(
            f"{option}: the certificate cannot be kept in {_cache()}: {error.strerror}"
        ) from None
    except ValueError:
        host = settings.named("host")
        raise ConfigError(
            f"{option}: no certificate can be made for {settings.host!r}, which {host} is"
        ) from None
    except ImportError:
        raise ConfigError(
            f"{option} is self-signed, which needs trustme; expected `pip install 'execmock[tls]'` before"
        ) from None
    return Tls(_context(place, place, option), trust)


def _make(place: Path, names: Sequence[str]) -> None:
    """Make an authority and a certificate of it; the key of the authority is not kept."""
    import trustme

    authority = trustme.CA(organization_name="execmock", organization_unit_name="made on this machine")
    made = authority.issue_cert(*names, not_after=_now() + _LASTS)
    parts = [made.private_key_pem, *made.cert_chain_pems, authority.cert_pem]
    _write(place, b"".join(part.bytes() for part in parts), 0o600)


def _still_good(place: Path, names: Sequence[str]) -> bool:
    """Whether a certificate is there, for these names, and for some time to come."""
    from cryptography import x509

    try:
        certificate = x509.load_pem_x509_certificate(place.read_bytes())
        known = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        covered = {str(name.value) for name in known}
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    place.chmod(0o600)
    return covered >= set(names) and certificate.not_valid_after_utc - _now() > _MADE_ANEW


def _names(host: str) -> list[str]:
    """Return the names and addresses that a server is called by."""
    names = ["localhost", "127.0.0.1", "::1"]
    machine = socket.gethostname()
    if _NAME.fullmatch(machine):
        names.append(machine)
    if host not in ("0.0.0.0", "::") and not host.startswith("unix:"):  # noqa: S104 - is compared, not bound
        names.append(host)
    return list(dict.fromkeys(names))


def _write(place: Path, content: bytes, mode: int) -> None:
    """Write a file that readers see whole, and that has its mode from the beginning."""
    draft = place.with_name(f".{place.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(content)
    draft.chmod(mode)
    draft.replace(place)


def _folder() -> Path:
    folder = _cache() / "execmock" / "tls"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def _now() -> datetime:
    return datetime.fromtimestamp(SystemClock().now() / 1000, UTC)
