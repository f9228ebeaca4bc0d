"""Names that the contract does not know, but nearly."""

from __future__ import annotations

import json
from typing import Any

import pytest

from execmock.loading.contract import shipped_contract
from execmock.service.misspellings import Misspellings

BODY = {"workflowId": "w", "sourceSystem": "s", "sourceEntityType": "o"}
FIND = Misspellings(shipped_contract()).of


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("externalref", "externalRef"),
        ("external_ref", "externalRef"),
        ("externlRef", "externalRef"),
        ("externalReference", "externalRef"),
        ("requestpayload", "requestPayload"),
        ("clientMetadata", "clientSafeMetadata"),
        ("idempotency-key", "idempotencyKey"),
        ("sourceEntityID", "sourceEntityId"),
        # The known names that are near are there as well, so these are names of their own.
        ("sourceSystemVersion", None),
        ("workflowIds", None),
        ("payload", None),
        ("colour", None),
        ("x" * 100_000, None),
    ],
)
def test_a_property_is_misspelt_when_it_is_near_one_that_is_missing(name: str, meant: str | None) -> None:
    found = [str(one) for one in FIND("createExecution", "", {}, json.dumps({**BODY, name: "x"}).encode())]
    expected = f'body/{name}: expected the property {meant}, received "{name}"'
    assert found == ([expected] if meant else [])


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("ofset=3", ["query/ofset"]),
        ("limit=3&ofset=3&Limit=2", ["query/ofset"]),
        ("LIMIT=3", ["query/LIMIT"]),
        ("limit=5&offset=0", []),
        ("colour=red", []),
    ],
)
def test_parameters_are_looked_at_too(query: str, where: list[str]) -> None:
    assert [one.where for one in FIND("listExecutions", query, {}, b"")] == where


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("X-Execmock-Scenari", 1),
        ("XExecmockScenario", 1),
        ("Referer", 0),
        ("User-Agent", 0),
        ("x-execmock-scenario", 0),
    ],
)
def test_headers_are_looked_at_too(header: str, found: int) -> None:
    assert len(FIND("createExecution", "", {header: "x"}, json.dumps(BODY).encode())) == found


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"3", b'"externalref"', json.dumps(BODY).encode()])
def test_other_bodies_have_none(body: bytes) -> None:
    assert FIND("createExecution", "", {}, body) == []
    assert FIND("", "ofset=3", {}, body) == ()


def test_a_body_of_many_unknown_names_takes_no_longer_than_one_of_some() -> None:
    """No more than fifty are compared, however many come: each comparison costs."""
    many: dict[str, Any] = {f"externalRe{number}": 1 for number in range(20_000)}
    assert len(FIND("createExecution", "", {}, json.dumps({**BODY, **many}).encode())) == 50
