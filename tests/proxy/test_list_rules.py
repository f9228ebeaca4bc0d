"""Lists that pass accuse a service only of what no other client, no lag and no page past the end explains."""

from __future__ import annotations

import json
from typing import Any

import pytest

from execmock.core.contract.names import CREATE, LIST
from execmock.loading.contract import shipped_contract
from execmock.proxy.list_rules import LIST_RULES
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange, Request

URL = "http://host/v1/executions"


def exchange(at: float, operation: str, data: object, **fields: Any) -> Exchange:
    request = Request(fields.pop("method", "GET"), fields.pop("url", URL), {}, fields.pop("sent", b""))
    return Exchange(
        number=round(at * 100),
        probe="",
        label="",
        operation=operation,
        identity=fields.pop("identity", "KEY_1"),
        request=request,
        sent=at,
        received=at + 0.01,
        status=fields.pop("status", 200),
        json={"data": data},
    )


def created(at: float, name: str, *, entity: str = "", **fields: Any) -> Exchange:
    body = json.dumps({"sourceEntityId": entity or name}).encode()
    return exchange(at, CREATE, {"execution": item(name)}, sent=body, method="POST", **fields)


def item(name: str, **values: Any) -> dict[str, Any]:
    """An item: of two names, the one later in the alphabet was created later."""
    minute = ord(name[0]) - ord("a")
    return {"id": name, "createdAt": f"2026-01-01T09:{minute:02}:00Z", "sourceEntityId": name, **values}


def listed(at: float, names: str, *, more: bool | None = False, query: str = "", **fields: Any) -> Exchange:
    """A page with an item for each letter."""
    items = [item(name) for name in names]
    return exchange(at, LIST, {"items": items, "hasMore": more}, url=f"{URL}{query}", **fields)


def accused(*exchanges: Exchange) -> set[str]:
    evidence = Evidence(shipped_contract(), exchanges)
    return {rule.id for rule in LIST_RULES if any(each.ok is False for each in rule.judge(evidence))}


CREATED, MORE, TWICE = "passing.created-is-listed", "passing.has-more", "passing.no-item-twice"


@pytest.mark.parametrize(
    ("exchanges", "rules"),
    [
        ([created(1, "c"), listed(4, "ba")], {CREATED}),
        ([created(1, "c"), listed(4, "cba")], set()),
        ([created(1, "c"), listed(2, "ba")], set()),  # a list may be two seconds late
        ([created(1, "c"), listed(4, "ed", more=True)], set()),  # it may follow
        ([created(1, "c"), listed(4, "db", more=True)], {CREATED}),
        ([created(1, "c"), listed(4, "bd", more=True)], set()),  # the list has another order
        ([created(1, "c"), listed(4, "ba", query="?offset=1")], set()),
        ([created(1, "c"), listed(4, "ba", query="?status=x")], set()),
        ([created(1, "c"), listed(4, "ba", identity="KEY_2")], set()),
        ([created(1, "c"), listed(4, "", status=500)], set()),
        ([created(1, "c", status=500), listed(4, "ba")], set()),
        ([listed(1, "cb", more=True), listed(2, "", query="?offset=2")], {MORE}),
        ([listed(1, "cb", more=False), listed(2, "", query="?offset=2")], set()),
        ([listed(1, "cb", more=True), listed(2, "a", query="?offset=2")], set()),
        ([listed(2, "cb", more=True), listed(1, "", query="?offset=2")], set()),  # one came between
        ([listed(1, "cba"), listed(2, "cb")], {MORE}),
        ([listed(1, "cba"), listed(2, "dcba")], set()),
        ([listed(1, "cb"), listed(2, "cba")], set()),  # what was late may be old
        ([listed(1, "cba"), listed(2, "bc")], set()),
        ([listed(1, "cba"), listed(2, "cb", query="?status=x")], set()),
        (
            [listed(1, "dc", more=True), listed(2, "cb", query="?offset=2"), listed(5, "dc", more=True)],
            {TWICE},
        ),
        ([listed(1, "dc", more=True), listed(2, "cb", query="?offset=2"), listed(3, "dc", more=True)], set()),
        ([listed(1, "dc", more=True), listed(2, "cb", query="?offset=2"), listed(5, "ed", more=True)], set()),
        ([listed(1, "dc", more=True), listed(2, "ba", query="?offset=2"), listed(5, "dc", more=True)], set()),
        (
            [listed(1, "dc"), listed(2, "dc", query="?offset=2"), listed(5, "dc")],
            set(),
        ),  # the last page again
    ],
)
def test_only_what_nothing_else_explains_is_accused(exchanges: list[Exchange], rules: set[str]) -> None:
    assert accused(*exchanges) == rules


def again(name: str, like: str, **values: Any) -> Exchange:
    """A list of an execution, and of another that is like it."""
    items = [item(like), item(like, id=name, **values)]
    return exchange(4, LIST, {"items": items, "hasMore": True})


@pytest.mark.parametrize(
    ("exchanges", "told"),
    [
        ([created(1, "c"), again("x", "c")], True),
        ([created(1, "c"), again("x", "c", sourceEntityId="other")], False),
        ([created(1, "c"), again("x", "c", createdAt="2026-01-01T09:02:03Z")], False),
        ([created(1, "c"), created(2, "x", entity="c"), again("x", "c")], False),
        ([created(1, "c"), created(2, "x", entity="c", status=502), again("x", "c")], False),
        ([created(1, "c", identity="KEY_2"), again("x", "c")], False),
    ],
)
def test_a_second_execution_of_the_same_moment_is_told(exchanges: list[Exchange], told: bool) -> None:
    assert ("passing.created-once" in accused(*exchanges)) == told
