"""Clients that nobody wrote for it see through the proxy what they see directly, byte for byte."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import trustme

from execmock.loading.contract import shipped_contract
from execmock.proxy.program import Proxy
from execmock.settings import ProxySettings
from execmock.testing import ExecMock
from tests.programs import program
from tests.proxy.parties import says, upstream

BODY = json.dumps({"workflowId": "wf_free_happy_path", "sourceSystem": "shop", "sourceEntityType": "order"})
KEY = "Bearer b3sk_tour"
OF_THE_WAY = {"date", "via", "x-execmock-violations", "x-request-id"}
TOUR = [
    ("POST", "/v1/executions", BODY),
    ("POST", "/v1/executions", '{"workflowId": 5}'),
    ("POST", "/v1/executions", "{"),
    ("GET", "/v1/executions?limit=5", ""),
    ("GET", "/v1/executions?limit=many", ""),
    ("GET", "/v1/executions/exec_unknown", ""),
    ("HEAD", "/v1/executions", ""),
    ("DELETE", "/v1/executions", ""),
    ("POST", "/api/v1/workflows/workflow_15/execute", "{}"),
    ("GET", "/openapi.yaml", ""),
    ("GET", "/docs", ""),
    ("GET", "/nowhere/at%20all", ""),
]
Client = Callable[[str], object]


def curl(url: str) -> object:
    seen = []
    for method, path, body in TOUR:
        words = ["-H", f"Authorization: {KEY}", "-H", "Content-Type: application/json"]
        words += ["-I"] if method == "HEAD" else ["-i", "-X", method]
        words += ["--data-binary", body] if body else []
        command = [program("curl"), "--silent", "--show-error", "--max-time", "60", *words, url + path]
        done = subprocess.run(command, capture_output=True, timeout=600, check=True)  # noqa: S603 - a loopback address
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        lines = [line.partition(b":") for line in head.split(b"\r\n")]
        kept = sorted(line for line in lines if line[0].decode().lower() not in OF_THE_WAY)
        seen.append((kept, without_id(content)))
    return seen


def over_httpx(url: str) -> object:
    seen = []
    with httpx.Client(base_url=url, headers={"Authorization": KEY}, timeout=60) as client:
        for method, path, body in TOUR:
            headers = {"Content-Type": "application/json"} if body else {}
            answer = client.request(method, path, content=body or None, headers=headers)
            kept = sorted((name, value) for name, value in answer.headers.items() if name not in OF_THE_WAY)
            seen.append((answer.status_code, kept, without_id(answer.content)))
    return seen


PAGE = """<pre></pre><script>
for (const [method, path, body] of %s) {
  const asked = new XMLHttpRequest();
  asked.open(method, "%s" + path, false);
  asked.setRequestHeader("Authorization", "%s");
  if (body) asked.setRequestHeader("Content-Type", "application/json");
  let said;
  try {
    asked.send(body || null);
    said = [asked.status, asked.getResponseHeader("Content-Type"), asked.responseText];
  } catch (error) { said = [error.name]; }
  document.querySelector("pre").append(JSON.stringify(said) + "\\n");
}
</script>"""


def chromium(url: str, folder: Path) -> object:
    page = folder / "page.html"
    page.write_text(PAGE % (json.dumps(TOUR), url, KEY), encoding="utf-8")
    words = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        f"--user-data-dir={folder / 'user'}",
    ]
    command = [program("chromium"), *words, "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)  # noqa: S603 - our own page
    shown = done.stdout.partition("<pre>")[2].partition("</pre>")[0]
    assert shown.count("\n") == len(TOUR), done.stdout + done.stderr
    assert '[200,"application/json' in shown
    return without_id(shown.encode())


def without_id(content: bytes) -> bytes:
    """Leave out the id of the request, which is another each time."""
    return re.sub(rb"req_\w+", b"req_", content)


@pytest.mark.parametrize("client", [curl, over_httpx, chromium])
async def test_what_comes_through_is_what_comes_directly(client: Client, tmp_path: Path) -> None:
    contract = shipped_contract()
    given = (tmp_path,) if client is chromium else ()

    def mock() -> ExecMock:
        return ExecMock(seed=3, auth="open", frozen=True, start="2026-01-01T09:00:00Z")

    with mock() as direct, mock() as behind:
        wanted = await asyncio.to_thread(client, direct.url, *given)
        async with Proxy(contract, ProxySettings(url=behind.url, port=0), lambda _: None) as proxy:
            assert await asyncio.to_thread(client, proxy.url, *given) == wanted


async def test_a_service_behind_tls_may_ask_for_a_client_certificate(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    files = {name: tmp_path / f"{name}.pem" for name in ("ca", "cert", "key")}
    shown = authority.issue_cert("client.test")
    files["ca"].write_bytes(authority.cert_pem.bytes())
    files["cert"].write_bytes(shown.cert_chain_pems[0].bytes())
    files["key"].write_bytes(shown.private_key_pem.bytes())
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"

    async def through(**options: object) -> httpx.Response:
        settings = ProxySettings(url=url, port=0, **options)  # type: ignore[arg-type]
        async with (
            Proxy(shipped_contract(), settings, lambda _: None) as proxy,
            httpx.AsyncClient() as client,
        ):
            return await client.get(f"{proxy.url}/page", timeout=60)

    async with upstream(says(answer), context) as url:
        assert (await through(**files)).text == "hi"
        assert (await through(cert=files["cert"], key=files["key"], insecure=True)).text == "hi"
        untrusted = await through(cert=files["cert"], key=files["key"])
        assert (untrusted.status_code, "its certificate is not trusted" in untrusted.text) == (502, True)
        assert (await through(ca=files["ca"])).status_code == 502
