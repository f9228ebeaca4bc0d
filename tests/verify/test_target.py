"""The target keeps the contract when it is left alone, and each fault and variant shows from outside."""

from __future__ import annotations

import ast
from datetime import datetime
from pathlib import Path
from uuid import UUID

import aiohttp
import pytest

from tests.verify import target as package
from tests.verify.target import HandClock, Target, running
from tests.verify.tour import BODY, LEAST, Guide, Seen, record

PUBLIC = {"id", "workflowId", "status", "createdAt", "events", "message", "paymentStatus",
          "checkoutSessionId",
          "clientSafeMetadata", "runId", "orderId", "startedAt", "finishedAt"}  # fmt: skip


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def target(clock: HandClock):
    with running(speed=10.0, clock=clock) as one:
        yield one


@pytest.fixture
async def guide(target: Target):
    async with aiohttp.ClientSession() as session:
        yield Guide(target, session)


def ids(answer: Seen) -> list[str]:
    return [item["id"] for item in answer.data["items"]]


async def test_a_created_execution_shows_what_was_sent_and_awaits_payment(guide: Guide) -> None:
    created = await guide.create()
    execution = created.data["execution"]
    assert created.status == 200
    assert {name: execution[name] for name in BODY} == BODY
    assert (execution["status"], execution["paymentStatus"]) == ("awaiting_payment", "pending")
    assert not execution.keys() & {"runId", "startedAt", "finishedAt", "orderId", "clientToken"}
    assert (created.body["code"], created.body["message"]) == (200, "success")


async def test_a_paid_execution_passes_through_all_statuses_in_a_second(
    guide: Guide, clock: HandClock
) -> None:
    path = f"/v1/executions/{(await guide.create()).data['execution']['id']}"
    seen = []
    for _ in range(11):
        seen.append((await guide.ask("GET", path)).data["execution"])
        clock.advance(0.1)
    assert [e["status"].removeprefix("workflow_") for e in seen] == [
        *("awaiting_payment", "awaiting_payment", "payment_confirmed", "queued", "running", "running"),
        *("waiting", "waiting", "running", "running", "succeeded"),
    ]
    assert [
        min((i for i, e in enumerate(seen) if name in e)) for name in ("orderId", "runId", "startedAt")
    ] == [*(2, 3, 4)]
    assert seen[-1]["createdAt"] < seen[-1]["startedAt"] < seen[-1]["finishedAt"] == seen[-1]["updatedAt"]
    assert all("finishedAt" not in e for e in seen[:-1])


async def test_both_views_show_one_growing_timeline(guide: Guide, clock: HandClock) -> None:
    created = (await guide.create()).data
    execution_id, token = created["execution"]["id"], created["clientToken"]
    earlier: list[dict] = []
    for _ in range(12):
        events = (await guide.ask("GET", f"/v1/executions/{execution_id}")).data["events"]
        public = await guide.ask("GET", f"/v1/public/executions/{execution_id}?token={token}", key=None)
        assert events[: len(earlier)] == earlier
        assert [e["id"] for e in public.data["events"]] == [e["id"] for e in events]
        assert set(public.data) <= PUBLIC
        earlier = events
        clock.advance(0.1)
    assert [e["createdAt"] for e in earlier] == sorted(e["createdAt"] for e in earlier)
    assert len({e["id"] for e in earlier}) == len(earlier) == 8


async def test_pages_hold_each_execution_once_newest_first(guide: Guide) -> None:
    made = [(await guide.create()).data["execution"]["id"] for _ in range(23)]
    first = await guide.ask("GET", "/v1/executions")
    second = await guide.ask("GET", "/v1/executions?offset=20")
    exact = await guide.ask("GET", "/v1/executions?limit=3&offset=20")
    past = await guide.ask("GET", "/v1/executions?offset=23")
    assert ids(first) + ids(second) == made[::-1]
    assert [p.data["hasMore"] for p in (first, second, exact, past)] == [True, False, False, False]
    assert (await guide.ask("GET", "/v1/executions?limit=500")).data["limit"] == 100
    assert ids(past) == []


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=", "offset=-1", f"limit={10**30}"])
async def test_a_bad_page_is_refused(guide: Guide, query: str) -> None:
    answer = await guide.ask("GET", f"/v1/executions?{query}")
    assert answer.status == 400
    assert set(answer.body) == {"code", "message", "requestId", "details"}
    assert answer.body["details"] != []


@pytest.mark.parametrize("name", LEAST)
async def test_a_missing_required_field_is_named(guide: Guide, name: str) -> None:
    answer = await guide.create({other: value for other, value in LEAST.items() if other != name})
    assert (answer.status, answer.body["details"]) == (400, [f"{name} is required"])


async def test_an_idempotency_key_makes_one_execution(guide: Guide) -> None:
    keyed = {**BODY, "idempotencyKey": "once"}
    first, again = (await guide.create(keyed)).data, (await guide.create(keyed)).data
    assert (first["execution"]["id"], first["clientToken"]) == (
        again["execution"]["id"],
        again["clientToken"],
    )
    assert len(await guide.together(32, keyed)) == 1
    assert (await guide.create({**keyed, "externalRef": "other"})).status == 400
    assert len(ids(await guide.ask("GET", "/v1/executions"))) == 1
    other = (await guide.create(keyed, key=guide.target.token_b)).data
    assert other["execution"]["id"] != first["execution"]["id"]


async def test_an_organization_sees_its_own_alone(guide: Guide) -> None:
    path = f"/v1/executions/{(await guide.create()).data['execution']['id']}"
    for headers in ({}, {"X-Org-ID": guide.target.organization}):
        foreign = await guide.ask("GET", path, key=guide.target.token_b, headers=headers)
        unknown = await guide.ask("GET", "/v1/executions/exec_none", key=guide.target.token_b)
        listed = await guide.ask("GET", "/v1/executions", key=guide.target.token_b, headers=headers)
        assert foreign.status == unknown.status == 400
        assert foreign.body["message"] == unknown.body["message"]
        assert ids(listed) == []


async def test_keys_open_what_they_may(guide: Guide) -> None:
    read = guide.target.token_read
    assert [(await guide.ask("GET", "/v1/executions", key=key)).status for key in (None, "no", read)] == [
        *(401, 401, 200)
    ]
    assert [(await guide.create(key=key)).status for key in (None, "no", read)] == [401, 401, 403]
    assert (await guide.execute(key=guide.target.token)).status == 401


async def test_a_token_opens_its_own_execution_alone(guide: Guide) -> None:
    one, other = (await guide.create()).data, (await guide.create()).data
    path = f"/v1/public/executions/{one['execution']['id']}?token="
    token = one["clientToken"]
    tokens = (token, other["clientToken"], token.swapcase(), token[:-1], "")
    assert [(await guide.ask("GET", path + text, key=None)).status for text in tokens] == [
        *(200, 401, 401, 401, 400)
    ]
    unknown = await guide.ask("GET", f"/v1/public/executions/exec_none?token={token}", key=None)
    assert unknown.status == 401


async def test_an_embed_execution_tells_one_instant_in_three_texts(guide: Guide, clock: HandClock) -> None:
    answer = await guide.execute({"execution_data": {"user": "Zoë"}})
    body = answer.body
    assert (answer.status, body["object"], body["status"]) == (201, "execution", "running")
    assert body["execution_data"] == {"user": "Zoë"}
    assert (
        datetime.fromisoformat(body["created_at"])
        == datetime.fromisoformat(body["created_at_utc"])
        == clock.now
    )
    assert body["created_at_string"] == "Mar 01, 2026 07:00 am EST"
    assert (UUID(body["id"]).version, UUID(body["id"]).int >> 80) == (7, int(clock.now.timestamp() * 1000))


async def test_embed_identifiers_fit_their_type(guide: Guide) -> None:
    target = guide.target
    named = {
        "id": target.embed_workflow_id,
        "hashid": target.embed_workflow_hashid,
        "key": target.embed_workflow_key,
    }
    for id_type in named:
        for other, text in named.items():
            path = f"/api/v1/workflows/{text}/execute"
            answer = await guide.ask("POST", path, {"id_type": id_type}, key=target.embed_token)
            assert answer.status == (201 if id_type == other else 404)


async def test_an_embed_answer_is_replayed_for_its_header(guide: Guide) -> None:
    once = [(await guide.execute({}, headers={"Idempotency-Key": "k"})).body["id"] for _ in range(2)]
    assert once[0] == once[1] != (await guide.execute({})).body["id"]


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("DELETE", "/v1/executions", {}, 405),
        ("GET", "/v1/nothing", {}, 404),
        ("GET", "/v1/executions/%00", {}, 400),
        ("POST", "/v1/executions", {"raw": b"{"}, 400),
        ("POST", "/v1/executions", {"raw": b'"\xff"'}, 400),
        ("POST", "/v1/executions", {"raw": b'{"workflowId": "\\ud800"}'}, 400),
        ("POST", "/v1/executions", {"raw": b"[" * 100_000}, 400),
        ("POST", "/v1/executions", {"raw": b"[" + b"9" * 10_000 + b"]"}, 400),
        ("POST", "/v1/executions", {"raw": b" " * 2**21}, 413),
        ("POST", "/v1/executions", {"raw": b"<a/>", "headers": {"Content-Type": "text/xml"}}, 415),
    ],
)
async def test_odd_requests_get_their_error(
    guide: Guide, method: str, path: str, options: dict, status: int
) -> None:
    answer = await guide.ask(method, path, **options)
    assert answer.status == status
    assert set(answer.body) == {"code", "message", "requestId", "details"}
    assert ("Allow" in answer.headers) == (status == 405)


def test_the_same_seed_tells_the_same_tour() -> None:
    assert record() == record()


def test_no_answer_of_the_conformant_tour_is_a_server_error() -> None:
    assert [label for label, seen in record() if seen.status >= 500] == []


def test_the_target_knows_nothing_of_execmock() -> None:
    for path in Path(package.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            named += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not [name for name in named if name.split(".")[0] == "execmock"]
