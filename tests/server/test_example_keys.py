"""The key that banner and docs page use is one that works; the known keys are shown with what they may do."""

from __future__ import annotations

import re

import pytest

from execmock.core.contract import Contract
from execmock.loading.contract import shipped_contract
from execmock.server.banner import banner
from execmock.server.example_keys import ExampleKey, example_key, example_keys
from execmock.settings import ServeSettings

from .conftest import Start

CONTRACT: Contract = shipped_contract()
VIEWER, WRITER = ExampleKey("b3sk_viewer", "read"), ExampleKey("b3sk_ci", "read-write")
ELSEWHERE = ExampleKey("b3sk_ledger", "read-write", "ledger")


def shown(*keys: ExampleKey, strict: bool) -> str:
    best = example_key(keys, strict=strict)
    urls = dict.fromkeys(CONTRACT.operations, "http://here")
    return banner(CONTRACT, [], urls, best.key if best else "", "http://here", ServeSettings(), keys=keys)


@pytest.mark.parametrize(
    ("keys", "strict", "used"),
    [
        ([], False, "b3sk_demo"),
        ([VIEWER], False, "b3sk_demo"),
        ([ExampleKey("b3sk_demo", "read")], False, "b3sk_demo_2"),
        ([VIEWER, WRITER], False, "b3sk_ci"),
        ([VIEWER, WRITER], True, "b3sk_ci"),
        ([ELSEWHERE, WRITER], True, "b3sk_ci"),
        ([VIEWER, ELSEWHERE], True, "b3sk_ledger"),
        ([VIEWER], True, "b3sk_viewer"),
        ([], True, "KEY"),
    ],
)
def test_the_lines_to_paste_use_the_key_that_may_do_most(
    keys: list[ExampleKey], strict: bool, used: str
) -> None:
    assert set(re.findall(r"Bearer ([^']+)'", shown(*keys, strict=strict))) == {used}


def test_every_key_is_shown_with_its_scope_and_its_sandbox() -> None:
    text = shown(VIEWER, WRITER, ELSEWHERE, strict=True)
    assert re.search(
        r"  Keys +b3sk_viewer  read\n +b3sk_ci  read-write\n +b3sk_ledger  read-write, sandbox ledger\n", text
    )


def test_many_keys_are_counted() -> None:
    many = [ExampleKey(f"b3sk_{number}", "read") for number in range(20)]
    text = shown(*many, strict=True)
    assert "b3sk_7  read\n" in text
    assert "b3sk_8" not in text
    assert "and 12 more" in text


def test_where_no_key_may_create_the_banner_says_so() -> None:
    assert "none of them may create: start with --key KEY too" in shown(VIEWER, strict=True)
    assert "none of them may create" not in shown(VIEWER, strict=False)
    assert "none is known yet: start with --key KEY" in shown(strict=True)


async def test_the_keys_of_a_world_are_known(mock_server: Start) -> None:
    server = await mock_server(auth="strict", world="demo", keys=(("b3sk_ci", "read"),))
    found = await example_keys(server.engine.sandboxes, server.mock.options)
    assert found[0] == ExampleKey("b3sk_ci", "read")
    best = example_key(found, strict=True)
    assert best is not None
    assert (best.scope, best.sandbox) == ("read-write", "default")
    assert (await server.create(key=best.key)).status == 200


@pytest.mark.parametrize(
    ("options", "headers", "key"),
    [
        ({}, {}, "b3sk_demo"),
        ({"keys": (("b3sk_demo", "read"),)}, {"Host": "elsewhere.example"}, "b3sk_demo_2"),
        ({"auth": "strict", "keys": (VIEWER[:2], WRITER[:2])}, {}, "b3sk_ci"),
        ({"auth": "strict"}, {}, None),
        ({"auth": "strict", "keys": (WRITER[:2],)}, {"Host": "evil.example"}, None),
        ({"auth": "strict", "keys": (WRITER[:2],)}, {"Origin": "https://evil.example"}, None),
        ({"auth": "strict", "keys": (WRITER[:2],), "host": "10.0.0.7", "control_key": "c"}, {}, None),
    ],
)
async def test_the_docs_page_gets_a_key_that_works_where_only_this_machine_reads_it(
    mock_server: Start, options: dict[str, object], headers: dict[str, str], key: str | None
) -> None:
    server = await mock_server(**options)
    reply = await server.get("/docs/start.json", key=None, headers=headers)
    assert (reply.status, reply.json["key"]) == (200, key)
    assert "Access-Control-Allow-Origin" not in reply.headers
    if headers or "host" in options:
        assert reply.json["keys"] == []
