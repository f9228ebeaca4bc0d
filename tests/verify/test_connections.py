"""One policy for every request of a run: proxy, certificates, headers, addresses, and bounded answers."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiohttp import web

from execmock.errors import ConfigError
from execmock.forwarding.connections import Connections
from execmock.settings import VerifySettings
from execmock.verify import verify
from execmock.verify.answer_body import Room
from execmock.verify.client import Client
from execmock.verify.exchange import Exchange, Request
from execmock.verify.reader import UNREAD
from execmock.verify.report import Report
from execmock.verify.report.facts import rerun
from tests.verify.gateway import gateway
from tests.verify.target import running

NO_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture
def proxies(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Give the environment's proxies, and no others."""

    def give(**variables: str) -> None:
        for name in NO_PROXIES:
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.upper(), raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    give()
    return give


def asked(url: str, connections: Connections | None = None, room: Room | None = None) -> Exchange:
    """Send one GET as a run would, and return the exchange."""

    async def send() -> Exchange:
        async with Client(rate=0, timeout=10_000, connections=connections) as client:
            client.room = room or client.room
            return await client.send(
                Request("GET", url, {}), probe="p", label="l", operation="", identity="none"
            )

    return asyncio.run(send())


def answering(body: bytes, headers: Mapping[str, str] = {}) -> Callable[..., web.Response]:
    return lambda *_: web.Response(body=body, headers=headers)


def test_one_policy_holds_for_every_request_of_a_run(proxies: Callable[..., None]) -> None:
    headers = {"X-Gateway-Key": "s3cret-of-the-gateway", "Accept-Language": "de"}
    with running() as target, gateway(target.url, prefix="/staging/api") as front, gateway() as proxy:
        proxies(http_proxy=proxy.url)
        report = verify(
            f"{front.url}/staging/api/",
            token=target.token,
            workflow_ids=target.workflow_ids,
            headers=headers,
            effort="quick",
            only=("generated.refuses",),
            sandbox=False,
        )
    assert len(proxy.seen) == len(front.seen) == len(report.journal) > 100
    assert all(headers.items() <= sent.items() for sent in front.headers)
    assert all("/staging/api/v1/" in each for each in front.seen)
    assert {seen.operation for seen in report.journal} >= {
        "createExecution",
        "listExecutions",
        "getExecution",
    }


def test_a_dead_proxy_is_named_and_nothing_is_judged(proxies: Callable[..., None]) -> None:
    proxies(HTTP_PROXY="http://ada:s3cret@127.0.0.1:9")
    report = verify("http://127.0.0.1:4010", token="k", effort="quick")
    assert report.exit_code == 3
    assert "the proxy http://***@127.0.0.1:9 (http_proxy) does not answer" in report.unreachable


@pytest.mark.parametrize(
    ("no_proxy", "url", "proxied"),
    [
        ("", "http://api.example.com", True),
        ("*", "http://api.example.com", False),
        ("example.com", "http://api.example.com", False),
        (".example.com", "http://api.example.com", False),
        ("api.example.com:81, other", "http://api.example.com", True),
        ("api.example.com:80", "http://api.example.com", False),
        ("ample.com", "http://api.example.com", True),
        ("10.0.0.0/8", "http://10.1.2.3:4010", False),
        ("10.0.0.0/8", "http://11.1.2.3:4010", True),
        ("::1", "http://[::1]:4010", False),
    ],
)
def test_no_proxy_names_hosts_domains_and_networks(
    proxies: Callable[..., None], no_proxy: str, url: str, proxied: bool
) -> None:
    proxies(HTTP_PROXY="http://127.0.0.1:9", NO_PROXY=no_proxy)
    assert (Connections().proxy_for(url) is not None) == proxied


def test_the_option_wins_over_the_environment(proxies: Callable[..., None]) -> None:
    proxies(HTTP_PROXY="http://127.0.0.1:9")
    url = "http://127.0.0.1:4010"
    assert Connections(proxy="none").proxy_for(url) is None
    assert "127.0.0.1:10" in str(Connections(proxy="http://127.0.0.1:10").proxy_for(url))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"key": "k.pem"}, "key needs a certificate; expected cert FILE as well"),
        ({"url": "https://host", "ca": "nowhere.pem"}, "ca is 'nowhere.pem': No such file or directory"),
        ({"url": "https://host", "cert": __file__}, "expected a file of a certificate as PEM, with its key"),
        ({"url": "https://host", "ca": __file__}, "expected a file of certificates as PEM"),
        ({"proxy": "socks5://127.0.0.1:9"}, "expected an HTTP proxy such as"),
        ({"proxy": "http://127.0.0.1:9", "resolve": ["host:80:127.0.0.1"]}, "resolve names host, which the"),
        ({"resolve": ["host:80"]}, "expected HOST:PORT:ADDRESS"),
        ({"headers": {"Content-Length": "3"}}, "Content-Length is not for this option: it follows from"),
        ({"headers": {"X Y": "3"}}, "expected NAME=VALUE"),
        ({"url": "http://ada:s3cret@host"}, "is 'http://***@host'; expected an address"),
        ({"url": "http://host/?tenant=1"}, "An address ends with its path"),
        ({"embed_url": "http://ada:s3cret@host"}, "an address has no user name and no password"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(
    proxies: Callable[..., None], given: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        verify(**{"url": "http://host", "token": "k", **given})
    assert said in str(refused.value)
    assert "s3cret" not in str(refused.value)


def test_a_proxy_of_the_environment_that_is_no_http_proxy_is_refused(proxies: Callable[..., None]) -> None:
    proxies(ALL_PROXY="socks5://ada:s3cret@127.0.0.1:9")
    with pytest.raises(
        ConfigError, match=r"all_proxy is 'socks5://\*\*\*@127.0.0.1:9'; expected an HTTP proxy"
    ):
        verify("http://host", token="k")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def files(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Certificates of the authority and of a client, as files."""
    folder = tmp_path_factory.mktemp("certificates")
    mine = authority.issue_cert("client.example.com")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    mine.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    mine.private_key_pem.write_to_path(folder / "key.pem")
    return {name: folder / f"{name}.pem" for name in ("ca", "cert", "key")}


def server_tls(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(context)
    return context


def test_a_certificate_is_checked_unless_it_is_told_otherwise(
    proxies: Callable[..., None], authority: trustme.CA, files: dict[str, Path]
) -> None:
    with gateway(meddle=answering(b"{}"), tls=server_tls(authority, "127.0.0.1")) as service:
        strange = asked(service.url)
        known = asked(service.url, Connections(ca=files["ca"]))
        unchecked = asked(service.url, Connections(insecure=True))
    assert (strange.status, known.status, unchecked.status) == (0, 200, 200)
    assert "its certificate is not trusted: " in strange.lost
    assert "--ca" in strange.lost


def test_a_client_certificate_is_shown(
    proxies: Callable[..., None], authority: trustme.CA, files: dict[str, Path]
) -> None:
    tls = server_tls(authority, "127.0.0.1")
    tls.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(tls)
    with gateway(meddle=answering(b"{}"), tls=tls) as service:
        without = asked(service.url, Connections(ca=files["ca"]))
        shown = asked(service.url, Connections(**files))
    assert (without.status, shown.status) == (0, 200)


def test_a_host_is_looked_for_at_the_address_that_was_given(
    proxies: Callable[..., None], authority: trustme.CA, files: dict[str, Path]
) -> None:
    with gateway(meddle=answering(b"{}"), tls=server_tls(authority, "api.example.com")) as service:
        port = int(service.url.rpartition(":")[2])
        resolve = (("api.example.com", port, "127.0.0.1"),)
        seen = asked(f"https://API.example.com:{port}/", Connections(ca=files["ca"], resolve=resolve))
    assert (seen.status, seen.lost) == (200, "")


def test_a_secret_header_is_kept_out_of_what_is_shown() -> None:
    headers = (("X-Gateway-Key", "s3cret-of-the-gateway"), ("Accept-Language", "de"), ("X-Run", "a1" * 12))
    options = VerifySettings(url="http://host", headers=headers)
    report = Report(options=options, results=())
    assert options.secrets == {"HEADER_X_GATEWAY_KEY": "s3cret-of-the-gateway", "HEADER_X_RUN": "a1" * 12}
    assert '--header=X-Gateway-Key="$HEADER_X_GATEWAY_KEY"' in rerun(report, "list.has-more")
    assert "--header=Accept-Language=de" in rerun(report, "list.has-more")
    assert "s3cret" not in repr(options) + rerun(report, "list.has-more")


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(b'{"a": 1}')),
        ("x-gzip", gzip.compress(b'{"a": 1}')),
        ("deflate", zlib.compress(b'{"a": 1}')),
        ("deflate", zlib.compress(b'{"a": 1}', wbits=-15)),
        ("identity", b'{"a": 1}'),
    ],
    ids=["gzip", "x-gzip", "deflate", "raw-deflate", "identity"],
)
def test_a_packed_answer_is_unpacked(coding: str, packed: bytes) -> None:
    with gateway(meddle=answering(packed, {"Content-Encoding": coding})) as service:
        assert asked(service.url).json == {"a": 1}


@pytest.mark.parametrize(
    ("coding", "body", "said"),
    [
        ("br", b"anything", "the content coding br, which was not asked for"),
        ("gzip", b"this is no gzip", "the answer's compression is broken"),
        ("gzip", gzip.compress(b" " * (1 << 27)), "longer than 64 MiB"),
        ("identity", b" " * ((1 << 26) + 1), "longer than 64 MiB"),
    ],
    ids=["unknown", "broken", "unpacks-too-far", "too-long"],
)
def test_an_answer_that_is_too_long_or_cannot_be_unpacked_is_not_read(
    coding: str, body: bytes, said: str
) -> None:
    with gateway(meddle=answering(body, {"Content-Encoding": coding})) as service:
        seen = asked(service.url)
    assert (seen.status, seen.json) == (200, UNREAD)
    assert said in seen.unread


def test_long_answers_are_no_longer_read_once_those_of_the_run_fill_its_memory() -> None:
    with gateway(meddle=answering(b" " * (1 << 17))) as service:
        assert asked(service.url, room=Room(1 << 17)).status == 200
        full = asked(service.url, room=Room((1 << 17) - 1))
        short = asked(f"{service.url}/", room=Room(1 << 17))
    assert (bool(full.unread), bool(short.unread)) == (True, False)
    assert "memory" in full.unread
