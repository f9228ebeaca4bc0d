"""https, with a certificate of files or one that is made here; the same bytes by either protocol."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from tests.server.test_fast_path import create, request
from tests.server.test_serve_command import ENVIRONMENT

from execmock.clocks import ManualClock, SystemClock
from execmock.errors import ConfigError
from execmock.server.app import App
from execmock.server.http.listener import Listener, bind
from execmock.server.http.tls import server_tls
from execmock.service.engine import Engine
from execmock.settings import ServeSettings

SERVE = [sys.executable, "-m", "execmock", "serve", "--port", "0", "--quiet"]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def files(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A certificate and its key, apart and in one file; what is like them, but cannot be used."""
    folder = tmp_path_factory.mktemp("certificates")
    mine, other = authority.issue_cert("127.0.0.1", "localhost"), authority.issue_cert("127.0.0.1")
    key = load_pem_private_key(mine.private_key_pem.bytes(), None)
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word"))
    contents = {
        "cert": mine.cert_chain_pems[0].bytes(),
        "key": mine.private_key_pem.bytes(),
        "both": mine.private_key_and_cert_chain_pem.bytes(),
        "other-key": other.private_key_pem.bytes(),
        "locked": locked,
        "text": b"certificate: none\n",
        "broken": b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    }
    for name, content in contents.items():
        (folder / f"{name}.pem").write_bytes(content)
    return {name: folder / f"{name}.pem" for name in (*contents, "missing")}


@pytest.mark.parametrize(
    ("cert", "key", "problem"),
    [
        ("missing", "key", r"--tls-cert: .*missing.pem cannot be read: No such file or directory"),
        ("cert", "missing", r"--tls-key: .*missing.pem cannot be read: No such file or directory"),
        ("text", "key", r"--tls-cert: .*text.pem holds no certificate; expected a certificate in PEM form"),
        ("cert", "text", r"--tls-key: .*text.pem holds no private key; expected a private key in PEM form"),
        ("cert", "cert", r"--tls-key: .*cert.pem holds no private key"),
        ("key", "key", r"--tls-cert: .*key.pem holds no certificate"),
        ("cert", None, r"--tls-cert: .*cert.pem holds no key; expected --tls-key FILE too"),
        ("cert", "other-key", r"--tls-key: the key in .*other-key.pem does not belong to .*cert.pem"),
        (
            "cert",
            "locked",
            r"--tls-key: the key in .*locked.pem has a password; expected one without, .*openssl",
        ),
        ("broken", "key", r"--tls-key: .*broken.pem and .*key.pem cannot be used: "),
    ],
)
def test_files_that_cannot_be_used_are_told_in_a_sentence(
    files: dict[str, Path], cert: str, key: str | None, problem: str
) -> None:
    settings = ServeSettings(tls_cert=files[cert], tls_key=files[key] if key else None)
    with pytest.raises(ConfigError, match=problem):
        server_tls(settings)


def test_options_that_contradict_each_other_are_refused(files: dict[str, Path]) -> None:
    with pytest.raises(ConfigError, match="--tls and --tls-cert both say which certificate is served"):
        ServeSettings(tls="self-signed", tls_cert=files["cert"])
    with pytest.raises(ConfigError, match="--tls-key is the key of no certificate; expected --tls-cert too"):
        ServeSettings(tls_key=files["key"])


def test_without_an_option_nothing_is_encrypted() -> None:
    assert server_tls(ServeSettings()) is None


async def talk(authority: trustme.CA, settings: ServeSettings, *, short: bool) -> bytes:
    """Return what comes back on one connection with TLS: plain requests, then one of aiohttp's."""
    mock = App(settings, Engine(settings, ManualClock()))
    await mock.prepare()
    tls = server_tls(settings)
    assert tls
    listener = Listener(mock.dispatcher(), bind("127.0.0.1", 0), tls.context, fast=short)
    await listener.start()
    client = ssl.create_default_context()
    authority.configure_trust(client)
    assert listener.url == f"https://127.0.0.1:{listener.port}"
    reader, writer = await asyncio.open_connection("127.0.0.1", listener.port, ssl=client)
    came = b""
    for sent in (create(), create(), request("GET /v1/executions?limit=1"), request("HEAD /v1/executions")):
        writer.write(sent)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"Content-Length: (\d+)", head)
        assert length
        came += head + (b"" if sent.startswith(b"HEAD") else await reader.readexactly(int(length[1])))
    writer.write(request("GET /openapi.json", "Connection: close"))
    came += await asyncio.wait_for(reader.read(), 30)
    writer.close()
    await listener.stop()
    await mock.close()
    return re.sub(rb"Date: [^\r]*", b"Date:", came)


@pytest.mark.parametrize("names", [("cert", "key"), ("both", None)], ids=["two files", "one file"])
async def test_both_protocols_serve_the_same_bytes(
    authority: trustme.CA, files: dict[str, Path], names: tuple[str, str | None]
) -> None:
    cert, key = names
    settings = ServeSettings(tls_cert=files[cert], tls_key=files[key] if key else None, seed=7, quiet=True)
    short, long = [await talk(authority, settings, short=way) for way in (True, False)]
    assert short == long
    assert short.count(b"HTTP/1.1 200 OK") == 5


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which certificates are kept."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "execmock" / "tls"


pytestmark = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="caches are elsewhere there")


def made(cache: Path, **options: Any) -> tuple[bytes, bytes]:
    """Return the certificate with its key, and its authority, as a start leaves them."""
    tls = server_tls(ServeSettings(tls="self-signed", **options))
    assert tls
    assert tls.trust == cache / "ca.pem"
    return (cache / "server.pem").read_bytes(), (cache / "ca.pem").read_bytes()


def test_a_certificate_is_made_once_and_kept_for_its_owner_alone(cache: Path) -> None:
    first = made(cache)
    assert (cache / "server.pem").stat().st_mode & 0o777 == 0o600
    assert cache.stat().st_mode & 0o777 == 0o700
    assert b"PRIVATE KEY" not in first[1]
    (cache / "server.pem").chmod(0o644)
    assert made(cache) == first
    assert (cache / "server.pem").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in cache.iterdir()) == ["ca.pem", "server.pem"]


@pytest.mark.parametrize(("days", "anew"), [(10, True), (-1, True), (60, False)])
def test_a_certificate_is_made_anew_before_it_expires(
    cache: Path, authority: trustme.CA, days: int, anew: bool
) -> None:
    made(cache)
    names = ("localhost", "127.0.0.1", "::1", socket.gethostname())
    expires = datetime.fromtimestamp(SystemClock().now() / 1000, UTC) + timedelta(days=days)
    old = authority.issue_cert(*names, not_before=datetime(2026, 1, 1), not_after=expires)  # noqa: DTZ001
    content = old.private_key_and_cert_chain_pem.bytes() + authority.cert_pem.bytes()
    (cache / "server.pem").write_bytes(content)
    now, trust = made(cache)
    assert (now != content) == anew
    assert (trust == authority.cert_pem.bytes()) != anew


def test_a_certificate_is_made_anew_for_another_name_and_where_it_is_broken(cache: Path) -> None:
    first = made(cache)
    other = made(cache, host="mock.example", control_key="k")
    assert other != first
    assert made(cache) == other
    (cache / "server.pem").write_bytes(first[0][:500])
    assert made(cache) != other


def test_a_host_that_no_certificate_can_be_made_for_is_told(cache: Path) -> None:
    with pytest.raises(ConfigError, match="--tls: no certificate can be made for 'my_host', which --host is"):
        made(cache, host="my_host", control_key="k")


def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(ConfigError, match=r"tls: the certificate cannot be kept in .*file: Not a directory"):
        server_tls(ServeSettings(tls="self-signed"))


def test_without_the_library_it_is_said_how_to_get_it(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['trustme'] = sys.modules['cryptography'] = None\n"
        "from execmock.cli import main; sys.exit(main(['serve', '--port', '0', '--tls', 'self-signed']))"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code],
        env={**ENVIRONMENT, "XDG_CACHE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "needs trustme; expected `pip install 'execmock[tls]'` before" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "options", [(), ("--workers", "2", "--store", "sqlite:a.db")], ids=["one", "workers"]
)
def test_a_server_with_a_certificate_of_its_own_says_whom_to_trust(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    environment = {**ENVIRONMENT, "XDG_CACHE_HOME": str(tmp_path)}
    command = [*SERVE, "--tls", "self-signed", *options]
    with subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.PIPE, text=True, env=environment, cwd=tmp_path
    ) as process:
        try:
            assert process.stdout
            banner = ""
            while "wf_waits_for_weeks" not in banner:
                line = process.stdout.readline()
                assert line
                banner += line
            url = banner.split("ready at ")[1].split()[0]
            trust = re.search(r"To be trusted +(\S+), ", banner)
            assert trust
            assert url.startswith("https://127.0.0.1:")
            assert f"curl -s --cacert {trust[1]} {url}/v1/executions " in banner
            for _ in range(6):
                assert requests.get(f"{url}/_execmock/health", verify=trust[1], timeout=60).ok
            with pytest.raises(requests.exceptions.SSLError):
                requests.get(url, timeout=60)
            with pytest.raises(requests.exceptions.ConnectionError):
                requests.get(url.replace("https", "http"), timeout=60)
            assert requests.get(f"{url}/docs/", verify=trust[1], timeout=60).ok
        finally:
            process.terminate()
            process.wait(30)
    assert process.returncode == 0
