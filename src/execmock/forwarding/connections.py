"""How every request of a run reaches its target: proxy, certificates, extra headers, addresses of hosts."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies_environment

from execmock.errors import ConfigError
from execmock.files import read_file
from execmock.settings.parsers import parse_proxy, without_user_info

if TYPE_CHECKING:
    from execmock.settings import ProxySettings, RecordSettings, VerifySettings

__all__ = ["Connections", "Proxy"]

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy; `called` is the option or variable that named it."""

    url: str
    called: str

    def __str__(self) -> str:
        return f"{without_user_info(self.url)} ({self.called})"


@dataclass(frozen=True)
class Connections:
    """The one policy for all requests of a run; ConfigError for what cannot be used."""

    proxy: str | None = None
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    insecure: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    resolve: tuple[tuple[str, int, str], ...] = ()
    called: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, options: VerifySettings | ProxySettings | RecordSettings, url: str | None = None
    ) -> Connections:
        """Return the policy of a run, checked for each address that the run is told, or for `url`."""
        every = ("proxy", "ca", "cert", "key", "insecure", "headers", "resolve")
        names = [name for name in every if hasattr(options, name)]
        called = {name: options.named(name) for name in names}
        found = cls(**{name: getattr(options, name) for name in names}, called=called)
        if found.key and not found.cert:
            raise ConfigError(f"{called['key']} needs a certificate; expected {called['cert']} FILE as well")
        for each in filter(None, (url or getattr(options, "url", ""), options.embed_url)):
            found.check(each)
        return found

    def check(self, url: str) -> None:
        """Raise ConfigError if an address cannot be reached as the options say."""
        if urlsplit(url).scheme == "https":
            self.tls  # noqa: B018 - reads the files
        proxy = self.proxy_for(url)
        host = urlsplit(url).hostname
        if proxy and any(name == host for name, _, _ in self.resolve):
            raise ConfigError(
                f"{self.called.get('resolve', '--resolve')} names {host}, which the proxy {proxy} looks up by"
                " itself; give --proxy none, or leave the address out"
            )

    @cached_property
    def tls(self) -> ssl.SSLContext:
        """How certificates are checked, and the one that is shown."""
        for name in ("ca", "cert", "key"):
            self._check_file(name)
        try:
            context = ssl.create_default_context(cafile=self.ca)
        except OSError as error:
            raise self._unusable("ca", self.ca, error) from error
        if self.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if self.cert:
            try:
                # An encrypted key is refused: OpenSSL would ask for its password on the terminal.
                context.load_cert_chain(self.cert, self.key, password=lambda: "")
            except OSError as error:
                raise self._unusable("cert", self.cert, error) from error
        return context

    def _check_file(self, name: str) -> None:
        """Raise ConfigError for what can never be read: OpenSSL would wait for a pipe or a device."""
        path: Path | None = getattr(self, name)
        try:
            if path is not None:
                read_file(path)
        except OSError as error:
            raise self._unusable(name, path, error) from error

    def _unusable(self, name: str, path: Path | None, error: OSError) -> ConfigError:
        said = error.strerror if error.strerror and not isinstance(error, ssl.SSLError) else ""
        wanted = {
            "ca": "certificates as PEM",
            "cert": "a certificate as PEM, with its key, not encrypted",
            "key": "a key as PEM, not encrypted",
        }
        where = f"{self.called.get(name, '--' + name)} is '{path}'"
        return ConfigError(f"{where}{': ' + said if said else ''}; expected a file of {wanted[name]}")

    @cached_property
    def _environment(self) -> Mapping[str, str]:
        return getproxies_environment()

    def proxy_for(self, url: str) -> Proxy | None:
        """Return the proxy for an address: that of the option, else that of the environment."""
        if self.proxy is not None:
            return None if self.proxy == "none" else Proxy(self.proxy, self.called.get("proxy", "--proxy"))
        parts = urlsplit(url)
        name = parts.scheme if parts.scheme in self._environment else "all"
        found = self._environment.get(name, "")
        if not found or self._passed_by(parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)):
            return None
        called = f"{name}_proxy"
        try:
            return Proxy(parse_proxy(found if "://" in found else f"http://{found}"), called)
        except ValueError:
            raise ConfigError(
                f"{called} is '{without_user_info(found)}'; expected an HTTP proxy such as"
                " http://127.0.0.1:3128, or --proxy none"
            ) from None

    def _passed_by(self, host: str, port: int) -> bool:
        """Whether NO_PROXY names a host, a domain that it is in, or a network that it is in."""
        named = [part.strip().lower() for part in self._environment.get("no", "").split(",")]
        return any(_covers(part, host, port) for part in named if part)

    @property
    def secrets(self) -> Mapping[str, str]:
        """Passwords of proxies, by the name that stands for them in reports."""
        urls = [self.proxy or "", *(url for name, url in self._environment.items() if name != "no")]
        found = (urlsplit(url).password if "@" in url else None for url in urls)
        password = next(filter(None, found), None)
        return {"PROXY_PASSWORD": unquote(password)} if password else {}


def _covers(named: str, host: str, port: int) -> bool:
    """Whether an entry of NO_PROXY covers a host: `*`, a name or domain with a port or without, a network."""
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(named.strip("[]"), strict=False)
    except ValueError:
        pass
    name, _, number = named.partition(":")
    domain = name.removeprefix("*").lstrip(".")
    fits = name == "*" or host == domain or (bool(domain) and host.endswith("." + domain))
    return fits and number in ("", str(port))
