"""A key or token that the server knows is shown nowhere, wherever it stands and however it is encoded."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from execmock.core.secrets import KnownSecrets, without_secrets

from .conftest import BODY, Server, Start

KEY = "b3sk_canary_of_another/client+1"
FORMS: dict[str, Callable[[str], str]] = {
    "as it is": lambda secret: secret,
    "in words": lambda secret: f"x{secret}y",
    "percent": lambda secret: quote(secret, safe=""),
    "every letter": lambda secret: "".join(f"%{byte:02X}" for byte in secret.encode()),
    "twice": lambda secret: "".join(f"%25{byte:02x}" for byte in secret.encode()),
    "one letter": lambda secret: f"%{ord(secret[0]):02x}{secret[1:]}",
    "escaped": lambda secret: f"\\u{ord(secret[0]):04x}{secret[1:]}",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_found_in_every_form(form: str) -> None:
    known = KnownSecrets()
    token = "Ab3-" + "x" * 39
    known.add_key(KEY)
    known.add_token(token)
    for secret in (KEY, token):
        text = known.hide(f"/a/{FORMS[form](secret)}?b&{FORMS[form](secret)}")
        assert text.count("***") == 2
        assert len(text) < 20
    assert without_secrets(FORMS[form](KEY), {KEY: "$KEY"}).strip("xy") == "$KEY"


def test_a_user_in_an_address_is_hidden() -> None:
    known = KnownSecrets()
    assert known.hide("see https://ada:pw@host/a@b") == "see https://***@host/a@b"
    assert known.hide("mail ada@host, //host:80/a@b") == "mail ada@host, //host:80/a@b"


@pytest.mark.parametrize("text", ["@ //" + ":" * 1_000_000, "@" + "//:" * 300_000, "@ //" + "a:" * 500_000])
def test_what_only_begins_like_an_address_takes_no_longer_than_it_is_long(text: str) -> None:
    """With a pattern that tries each colon as the end of the name this would go on for hours."""
    assert without_secrets(text, {}) == text


def test_thousands_of_secrets_are_found_as_a_few() -> None:
    known = KnownSecrets()
    for number in range(3_000):
        known.add_key(f"key-of-{number:05}")
        known.add_token(f"{number:043}")
    assert known.hide("a/key-of-02999/key-of-00000") == "a/***/key-of-00000"
    assert known.hide(f"a/{2_999:043}") == "a/***"


async def requests_with(server: Server, secret: str) -> None:
    """Send requests that hold a secret in each of their places, with a key that is not it."""
    for written in (FORMS["as it is"](secret), FORMS["percent"](secret), FORMS["every letter"](secret)):
        await server.get(f"/v1/executions/{written}")
        await server.get(f"/v1/{written}")
        await server.send("PATCH", f"/v1/executions/{written}")
        await server.get(f"/v1/executions?limit={written}&{written}=1")
        await server.get(f"/v1/public/executions/{written}?token=x", key=None)
        await server.create(headers={"X-Note": written, "Referer": f"http://u:{written}@h/{written}"})
        await server.create(headers={"Origin": f"http://{written}", "X-Org-ID": written})
        await server.create(headers={"X-Execmock-Scenario": written, "Idempotency-Key": written})
        await server.create(headers={"Prefer": f"scenario={written}"})
        await server.create({"sourceSystem": written, "requestPayload": {written: [written]}})
        await server.create({"workflowId": 1, "sourceSystem": [written], written: written})
        await server.send("POST", "/v1/executions", data=b'{"a": "%b' % written.encode())
        await server.send(
            "POST", "/v1/executions", data=json.dumps(BODY).encode().replace(b"shop", written.encode())
        )
    await server.raw(f"GET /{secret} HTTP/9.9\r\n{secret}: a\r\n\r\n".encode())
    await server.raw(f"GET / HTTP/1.1\r\nHost: {secret}\r\nConnection: close\r\n\r\n".encode())


@pytest.mark.parametrize("store", ["memory:", "sqlite"])
@pytest.mark.parametrize("log_format", ["text", "json"])
async def test_no_place_of_a_request_shows_a_secret(
    mock_server: Start, log_format: str, store: str, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    store = f"sqlite:{tmp_path / 'a.db'}" if store == "sqlite" else store
    server: Server = await mock_server(
        quiet=False, log_format=log_format, keys=((KEY, "read"),), journal_answers=True, store=store
    )
    token = (await server.create()).data["clientToken"]
    answers = []
    for secret in (KEY, token):
        await requests_with(server, secret)
        answers += [
            await server.get(f"/v1/executions/{secret}"),
            await server.get(f"/v1/executions?limit={secret}"),
        ]
    server.mock.log.flush()
    printed = "".join(capsys.readouterr())
    paths = ("", "/violations", "/summary", "/count?operation=getExecution", "/misspellings")
    read = [await server.get(f"/_execmock/journal{path}") for path in paths]
    shown = {"log": printed, "journal": "".join(answer.body.decode() for answer in [*read, *answers])}
    for place, text in shown.items():
        assert "***" in text
        for secret in (KEY, token):
            assert secret not in text, place
            assert quote(secret, safe="").lower() not in text.lower(), place
            assert FORMS["every letter"](secret).lower() not in text.lower(), place
