"""What is unusual in a request is named, and a request that is unusual in nothing has no name for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from execmock.loading.contract import shipped_contract
from execmock.settings import VerifySettings
from execmock.verify.exchange import Request
from execmock.verify.outcome import Outcome
from execmock.verify.requests import CREATE, EXECUTE, LIST, Requests, encode
from execmock.verify.unusual import unusual_parts
from execmock.verify.valid_bodies import valid_bodies
from tests.verify.test_judging import results, seen

URL = "http://host/v1/executions"
JSON_TYPE = {"Authorization": "Bearer b3sk_x", "Content-Type": "application/json"}


def post(body: Any, headers: Mapping[str, str] = JSON_TYPE) -> Request:
    return Request("POST", URL, headers, body if isinstance(body, bytes) else json.dumps(body).encode())


def get(url: str, **headers: str) -> Request:
    return Request("GET", url, {name.replace("_", "-"): text for name, text in headers.items()})


@pytest.mark.parametrize(
    ("request_", "parts"),
    [
        (get(URL), ()),
        (get(f"{URL}?limit=20&offset=0"), ()),
        (get(f"{URL}/exec_d5l2a9c41b8s73e0f6gg", Authorization="Bearer x", Accept="*/*"), ()),
        (get(f"{URL}?limit=abc"), ("query limit",)),
        (get(f"{URL}?limit=1&limit=2"), ("query limit",)),
        (get(f"{URL}?unknown=1"), ("query unknown",)),
        (get(f"{URL}/.."), ("path",)),
        (get(f"{URL}/%2e%2e"), ("path",)),
        (get(f"{URL}/a%2Fb"), ("path",)),
        (get(URL, X_Org_ID="org_x"), ("header X-Org-ID",)),
        (get(URL, If_None_Match="*", Range="bytes=0-1"), ("header If-None-Match", "header Range")),
        (post({"workflowId": "wf", "requestPayload": {"a": [1, None, 2.5, "Zürich 東京"]}}), ()),
        (post({}, {"Content-Type": "text/plain"}), ("header Content-Type",)),
        (post({"__proto__": {}}), ("body: names",)),
        (post({"": 1}), ("body: names",)),
        (post({"a": "\x00"}), ("body: text",)),
        (post({"a": " padded"}), ("body: text",)),
        (post({"a": "x" * 2_000}), ("body: text",)),
        (post({"a": 2**60}), ("body: number",)),
        (post({"a": 1e-300}), ("body: number",)),
        (post(b'{"a": 1e400}'), ("body: number",)),
        (post(b'{"a": ' + b"[" * 5_000 + b"]" * 5_000 + b"}"), ("body: depth",)),
        (post(b"{"), ("body: not JSON",)),
        (post(b"\xff"), ("body: not JSON",)),
    ],
    ids=lambda each: "" if isinstance(each, Request) else str(each),
)
def test_each_unusual_part_is_named(request_: Request, parts: tuple[str, ...]) -> None:
    assert unusual_parts(request_) == parts


@pytest.mark.parametrize("operation", [CREATE, EXECUTE])
def test_bodies_that_every_service_takes_are_mostly_usual(operation: str) -> None:
    requests = Requests(shipped_contract(), VerifySettings(url="http://host"), embed_url="http://host")
    sent = [post(encode(body)) for body in valid_bodies(requests, operation, 60, seed=1)]
    assert sum(not unusual_parts(each) for each in sent) > 30


@pytest.mark.parametrize(
    ("headers", "outcome"),
    [({"If-None-Match": "*"}, Outcome.INCONCLUSIVE), ({"Accept": "application/json"}, Outcome.FAILED)],
)
def test_another_status_is_wrong_only_for_a_plain_request(headers: dict[str, str], outcome: Outcome) -> None:
    answered = replace(seen(1, None, operation=LIST, status=304), request=Request("GET", URL, headers))
    assert results(answered)["status-codes"].outcome is outcome
