"""A recorded tour: every operation asked in many ways, on a clock held by hand."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import aiohttp
from yarl import URL

from tests.verify.target import Behaviour, HandClock, Target, compose, hosting

DEEP: dict[str, object] = {"bottom": " ground "}
for _ in range(40):
    DEEP = {"in": DEEP}
BODY: dict[str, object] = {
    "workflowId": "wf_paid00000000000000a",
    "sourceEntityType": "order",
    "sourceSystem": "shop",
    "sourceEntityId": "O-1",
    "externalRef": " Réf e\u0301 😀 ",
    "requestPayload": {"big": 2**60 + 1, "null": None, "deep": DEEP, "list": [1, 1.5, True], "": ""},
    "clientSafeMetadata": {"shown": ["Ü", 0]},
}
LEAST = {name: BODY[name] for name in ("workflowId", "sourceEntityType", "sourceSystem")}
LEFT_OUT_HEADERS = frozenset({"Date", "Server", "Content-Length"})


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer: its status, its headers but the transport's, and its JSON value or text."""

    status: int
    headers: Mapping[str, str]
    body: object

    @property
    def data(self) -> dict:
        return self.body["data"]


class OtherAnswerError(Exception):
    """An answer differs from the one of another recording."""


@dataclass(slots=True)
class Guide:
    """Asks a target and writes down every answer under a label; stops where it differs from `known`."""

    target: Target
    session: aiohttp.ClientSession
    known: Sequence[tuple[str, Seen]] | None = None
    seen: list[tuple[str, Seen]] = field(default_factory=list)

    def note(self, label: str, answer: Seen) -> None:
        """Write an answer down."""
        if self.known is not None and self.known[len(self.seen)] != (label, answer):
            raise OtherAnswerError(label)
        self.seen.append((label, answer))

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str | None = "",
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        noted: bool = True,
    ) -> Seen:
        """Send one request; `key` "" is organization A's full key, None sends no Authorization."""
        sent = {} if key is None else {"Authorization": f"Bearer {key or self.target.token}"}
        if body is not None or raw is not None:
            sent["Content-Type"] = "application/json"
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        url = URL(self.target.url + path, encoded=True)
        skip = [] if body is not None or raw is not None else ["Content-Type"]
        async with self.session.request(
            method,
            url,
            data=None if data is None else io.BytesIO(data),
            headers={**sent, **(headers or {})},
            skip_auto_headers=skip,
            allow_redirects=False,
        ) as response:
            text = await response.text()
            kept = {name: value for name, value in response.headers.items() if name not in LEFT_OUT_HEADERS}
            answer = Seen(response.status, kept, _value(text))
        if noted:
            self.note(f"{method} {path}", answer)
        return answer

    async def create(self, body: object = None, **options: object) -> Seen:
        """Create an execution."""
        return await self.ask("POST", "/v1/executions", BODY if body is None else body, **options)

    async def execute(self, body: object = None, **options: object) -> Seen:
        """Execute the embed workflow by id."""
        path = f"/api/v1/workflows/{self.target.embed_workflow_id}/execute"
        return await self.ask("POST", path, body, **{"key": self.target.embed_token, **options})

    async def read(self, execution_id: str, token: str) -> None:
        """Read by both views."""
        await self.ask("GET", f"/v1/executions/{execution_id}")
        await self.ask("GET", f"/v1/public/executions/{execution_id}?token={token}", key=None)

    async def together(self, count: int, body: object) -> list[int | str]:
        """Create at once so many times; note the statuses and how many ids came."""
        answers = await asyncio.gather(*(self.create(body, noted=False) for _ in range(count)))
        ids = {a.data["execution"]["id"] for a in answers if a.status in (200, 201)}
        summary = Seen(0, {}, [sorted(a.status for a in answers), len(ids)])
        self.note(f"{count} creates at once", summary)
        return sorted(ids)


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


async def tour(guide: Guide, clock: HandClock) -> None:
    """Ask for everything once."""
    await _lives(guide, clock)
    await _bodies(guide)
    await _repeats(guide, clock)
    await _pages(guide, clock)
    await _keys(guide)
    await _tokens(guide)
    await _edges(guide)
    await _embed(guide)


def record(
    variant: str | None = None,
    known: Sequence[tuple[str, Seen]] | None = None,
) -> list[tuple[str, Seen]]:
    """Return the tour of a target that is started for it; OtherAnswerError where `known` differs."""
    clock = HandClock()
    behaviour = compose(None, variant)(seed=7, speed=10.0, clock=clock)
    return asyncio.run(_recorded(behaviour, clock, known))


async def _recorded(
    behaviour: Behaviour, clock: HandClock, known: Sequence[tuple[str, Seen]] | None
) -> list[tuple[str, Seen]]:
    connector = aiohttp.TCPConnector(limit=64)
    async with hosting(behaviour) as target, aiohttp.ClientSession(connector=connector) as session:
        guide = Guide(target, session, known)
        await tour(guide, clock)
        return guide.seen


async def _lives(guide: Guide, clock: HandClock) -> None:
    for workflow in (*guide.target.workflow_ids, "wf_any"):
        created = await guide.create({**BODY, "workflowId": workflow})
        for _ in range(12 if workflow == BODY["workflowId"] else 7):
            await guide.read(created.data["execution"]["id"], str(created.data["clientToken"]))
            await guide.ask("GET", "/v1/executions?limit=2")
            clock.advance(0.1 if workflow == BODY["workflowId"] else 0.18)


async def _bodies(guide: Guide) -> None:
    for name in LEAST:
        await guide.create({other: value for other, value in LEAST.items() if other != name})
    for name in (*BODY, "idempotencyKey"):
        for wrong in (7, True, ["a"], "text", {"a": 1}, None, ""):
            await guide.create({**LEAST, name: wrong})
    for text in ("", " ", "[]", "[{}]", '"text"', "7", "null", '{"a":', "{'a': 1}", '{"a": NaN}', "\ud800"):
        await guide.ask("POST", "/v1/executions", raw=text.encode("utf-8", "surrogatepass"))
    await guide.create({**LEAST, "favouriteColour": "blue", "status": "workflow_succeeded"})
    await guide.create({**LEAST, "externalRef": "nul \x00"})
    await guide.create({**LEAST, "requestPayload": {"a": "\ud800"}})
    await guide.create({**LEAST, "sourceEntityId": "漢字"})
    await guide.create({**LEAST, "requestPayload": {"": 1}})
    await guide.create({**LEAST, "requestPayload": {"__proto__": {"a": 1}}})
    await guide.create({**LEAST, "externalRef": "x" * 5000})
    await guide.create({**LEAST, "requestPayload": {"huge": "x" * 2**21}})
    await guide.ask("POST", "/v1/executions", raw=b'{"a":' * 5000 + b"1" + b"}" * 5000)
    await guide.ask("POST", "/v1/executions", raw=b'{"workflowId": "a", "workflowId": "b"}')
    await guide.ask("POST", "/v1/executions", raw=b'{"requestPayload": {"n": ' + b"9" * 400 + b"}}")


async def _repeats(guide: Guide, clock: HandClock) -> None:
    keyed = {**BODY, "idempotencyKey": "Key-1"}
    for body in (keyed, keyed, {**keyed, "externalRef": "other"}, {**keyed, "idempotencyKey": "key-1"}):
        await guide.create(body)
        clock.advance(0.2)
    await guide.create({**keyed, "idempotencyKey": "Key-1 "})
    await guide.create(dict(reversed(keyed.items())))
    await guide.create(keyed, key=guide.target.token_b)
    await guide.create({**keyed, "idempotencyKey": "Key-2", "sourceSystem": 7})
    await guide.create({**keyed, "idempotencyKey": "Key-2"})
    await guide.together(8, {**keyed, "idempotencyKey": "Key-8"})
    await guide.together(32, {**keyed, "idempotencyKey": "Key-32"})
    await guide.together(20, LEAST)
    await guide.ask("GET", "/v1/executions?limit=1")


async def _pages(guide: Guide, clock: HandClock) -> None:
    for _ in range(10):
        await guide.create(LEAST, noted=False)
        clock.advance(0.02)
    total = await _count(guide)
    for query in (
        *("", "?limit=1", "?limit=100", "?limit=101", "?limit=1000", "?offset=0", "?offset=3&limit=7"),
        "?limit=2&limit=3",
        *("?limit=0", "?limit=-1", "?limit=abc", "?limit=", "?limit=1.5", "?offset=-1", "?offset=x"),
        *(f"?limit={10**30}", f"?offset={10**30}", f"?offset={2**40}", "?limit=2147483648"),
        *(f"?limit=5&offset={total - left}" for left in (6, 5, 4, 0, -1)),
    ):
        await guide.ask("GET", f"/v1/executions{query}")
    await guide.ask("GET", "/v1/executions", key=guide.target.token_b)


async def _count(guide: Guide) -> int:
    total = 0
    while True:
        page = (await guide.ask("GET", f"/v1/executions?limit=50&offset={total}")).data
        total += len(page["items"])
        if not page["hasMore"]:
            return total


async def _keys(guide: Guide) -> None:
    target = guide.target
    own_id = (await guide.create()).data["execution"]["id"]
    for key in (None, "garbage", f"{target.token}x", target.token_read, target.token_b, target.embed_token):
        await guide.create(LEAST, key=key)
        await guide.ask("GET", "/v1/executions?limit=1", key=key)
        await guide.ask("GET", f"/v1/executions/{own_id}", key=key)
        await guide.execute({}, key=key)
    for scheme in ("Basic ", "Token ", "", "Bearer", "bearer "):
        authorization = {"Authorization": f"{scheme}{target.token}"}
        await guide.ask("GET", f"/v1/executions/{own_id}", headers=authorization)
    foreign = {"X-Org-ID": target.organization}
    await guide.ask("GET", "/v1/executions?limit=1", key=target.token_b, headers=foreign)
    await guide.ask("GET", f"/v1/executions/{own_id}", key=target.token_b, headers=foreign)


async def _tokens(guide: Guide) -> None:
    one, other = await guide.create(), await guide.create()
    token, strange = str(one.data["clientToken"]), str(other.data["clientToken"])
    path = f"/v1/public/executions/{one.data['execution']['id']}"
    for text in ("", "wrong", strange, token.swapcase(), token[:-1], token[:16], token + "x", token):
        await guide.ask("GET", f"{path}?token={text}", key=None)
    await guide.ask("GET", path, key=None)
    await guide.ask("GET", path)
    await guide.ask("GET", f"/v1/public/executions/exec_none?token={token}", key=None)
    await guide.ask("GET", f"{path}?token={token}", key="garbage")
    await guide.ask("GET", f"{path}?token={token}", key=None, headers={"Origin": "https://shop.example"})


async def _edges(guide: Guide) -> None:
    created = await guide.create()
    paths = ["/v1/executions", f"/v1/executions/{created.data['execution']['id']}"]
    paths += [f"/v1/public/executions/x?token={created.data['clientToken']}", "/api/v1/workflows/x/execute"]
    for path in paths:
        for method in ("HEAD", "OPTIONS", "DELETE", "PUT", "PATCH"):
            await guide.ask(method, path)
        await guide.ask("OPTIONS", path, headers={"Access-Control-Request-Method": "GET"})
    for path in (
        "/v1/executions/exec_none",
        "/v1/executions/%00",
        "/v1/executions/a%2Fb",
        "/v1/nothing",
        "/",
    ):
        await guide.ask("GET", path)
    await guide.ask("GET", f"/v1/executions/{'x' * 9000}")
    for media_type in ("text/plain", "application/xml", "application/x-www-form-urlencoded"):
        await guide.create(LEAST, headers={"Content-Type": media_type})
    for headers in ({"If-None-Match": "*"}, {"Range": "bytes=0-0"}):
        for path in ("/v1/executions", paths[1]):
            await guide.ask("GET", path, headers=headers)
    await guide.together(40, LEAST)


async def _embed(guide: Guide) -> None:
    target = guide.target
    for _ in range(2):
        await guide.execute({"execution_data": {"user": {"name": "Zoë"}}})
    await guide.execute(raw=b"")
    await guide.execute(raw=b"user_key=main", headers={"Content-Type": "application/x-www-form-urlencoded"})
    for body in (
        {},
        {"user_key": "other"},
        {"user_key": 7},
        {"id_type": "strange"},
        {"id_type": "key"},
        {"execution_data": None},
    ):
        await guide.execute(body)
    for wrong in ([], "text", 7):
        await guide.execute({"execution_data": wrong})
        await guide.execute(wrong)
    for identifier in (target.embed_workflow_hashid, target.embed_workflow_key, "workflow_999"):
        for id_type in ("id", "hashid", "key"):
            path = f"/api/v1/workflows/{identifier}/execute"
            await guide.ask("POST", path, {"id_type": id_type}, key=target.embed_token)
    for _ in range(2):
        await guide.execute({}, headers={"Idempotency-Key": "once"})
    await guide.execute(raw=b"{broken")
    await guide.execute({}, headers={"Content-Type": "text/plain"})
