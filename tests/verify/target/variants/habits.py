"""Services of other habits: busy, slow, full, cautious."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qsl

from ..behaviour import Behaviour
from ..catalogue import variant
from ..clocks import wall_clock
from ..ids import base32hex, digest
from ..parts.creating import Created
from ..plans import FREE_WORKFLOW, PAID_WORKFLOW
from ..values import Answer, Execution, Key, RefusalError, Request, without


@variant("rate-limited", "After 300 requests, those of the next second are refused with 429 and Retry-After.")
class RateLimited(Behaviour):
    """Counts requests, so that it refuses some on any machine; the second is a real one, as clients wait."""

    burst = 300

    def prepare(self) -> None:
        super().prepare()
        self.left, self.full = self.burst, wall_clock()

    async def perform(self, operation: str, request: Request) -> Answer:
        if self.left == 0 and wall_clock() - self.full >= timedelta(seconds=1):
            self.left = self.burst
        if self.left == 0:
            raise RefusalError(429, "Too many requests", headers={"Retry-After": "1"})
        self.left -= 1
        self.full = wall_clock()
        return await super().perform(operation, request)


@variant("slow", "One answer in four takes 50 to 150 milliseconds longer.")
class Slow(Behaviour):
    async def perform(self, operation: str, request: Request) -> Answer:
        chance, delay = self.ids.draw("delay")[:2]
        if chance < 64:
            await asyncio.sleep(0.05 + delay / 2560)
        return await super().perform(operation, request)


@variant("list-late", "A new execution is in the list 60 milliseconds later.", "advisory.late-views")
class ListLate(Behaviour):
    """Milliseconds are real ones, from the first list that could have shown it."""

    def prepare(self) -> None:
        super().prepare()
        self.noticed: dict[str, datetime] = {}

    def listed(self, organization: str) -> list[Execution]:
        now, late = wall_clock(), timedelta(milliseconds=60)
        return [e for e in super().listed(organization) if now - self.noticed.setdefault(e.id, now) >= late]


@variant("others-create", "Somebody else creates executions in the organization while a client turns pages.")
class OthersCreate(Behaviour):
    async def list_executions(self, request: Request) -> Answer:
        if self.limit(request) == 7 and self.offset(request) % 7 == 0:
            body = {"workflowId": FREE_WORKFLOW, "sourceEntityType": "order", "sourceSystem": "another"}
            for _ in range(3):
                self.shelf.add(self.make(request, self.identify(request), body))
        return await super().list_executions(request)


@variant("full-tenant", "The organization holds 3000 executions already.")
class FullTenant(Behaviour):
    held = 3000

    def prepare(self) -> None:
        super().prepare()
        source = Request("req_import", "POST", (), {}, {}, b"")
        for left in range(self.held, 0, -1):
            workflow = FREE_WORKFLOW if left % 3 else PAID_WORKFLOW
            body = {"workflowId": workflow, "sourceEntityType": "order", "sourceSystem": f"import-{left}"}
            execution = self.make(source, self.keys[0], body)
            self.shelf.add(replace(execution, created=execution.created - timedelta(seconds=60 + 7 * left)))


@variant("head-supported", "HEAD is answered as GET, without the body.")
class HeadSupported(Behaviour):
    async def route(self, request: Request) -> Answer:
        return await super().route(replace(request, method="GET") if request.method == "HEAD" else request)

    def wrong_method(self, request: Request, methods: Mapping[str, str]) -> Answer:
        try:
            return super().wrong_method(request, methods)
        except RefusalError as refusal:
            if "GET" in methods and "Allow" in refusal.headers:
                refusal.headers["Allow"] += ", HEAD"
            raise


@variant("etags", "Reads carry an ETag and answer 304 when it still holds.")
class Etags(Behaviour):
    async def answer(self, request: Request) -> Answer:
        answer = await super().answer(request)
        if request.method != "GET" or answer.status != 200 or not isinstance(answer.body, dict):
            return answer
        tag = f'"{base32hex(digest(without(answer.body, "requestId")))[:24]}"'
        headers = {**answer.headers, "ETag": tag, "Cache-Control": "private, no-cache"}
        if request.headers.get("If-None-Match") == tag:
            return Answer(304, None, headers)
        return replace(answer, headers=headers)


@variant("resets-some", "A load balancer resets one connection in 40.")
class ResetsSome(Behaviour):
    """Before the request reaches the service, so that sending it again harms nothing."""

    def prepare(self) -> None:
        super().prepare()
        self.came = 0

    async def answer(self, request: Request) -> Answer:
        self.came += 1
        return Answer(500, sent=0) if self.came % 40 == 0 else await super().answer(request)


@variant("last-modified", "Private reads carry Last-Modified and answer 304 while it holds.")
class LastModified(Behaviour):
    async def answer(self, request: Request) -> Answer:
        answer = await super().answer(request)
        execution = self.shelf.executions.get(request.segments[-1])
        if execution is None or request.segments[1] == "public" or answer.status != 200:
            return answer
        moved = format_datetime(self.present(execution).updated, usegmt=True)
        headers = {**answer.headers, "Last-Modified": moved, "Cache-Control": "private, no-cache"}
        if request.headers.get("If-Modified-Since") == moved:
            return Answer(304, None, headers)
        return replace(answer, headers=headers)


@variant("connection-close", "The connection is closed after each answer.")
class ConnectionClose(Behaviour):
    def headers(self, request: Request, answer: Answer) -> dict[str, str]:
        return {**super().headers(request, answer), "Connection": "close"}


@variant(
    "few-headers",
    "Answers carry only their type.",
    "advisory.security-headers",
    "advisory.cors",
    "advisory.cache-headers",
    "embed.request-id",
    "advisory.request-id-present",
)
class FewHeaders(Behaviour):
    def headers(self, request: Request, answer: Answer) -> dict[str, str]:
        needed = ("Content-Type", "Allow", "Retry-After")
        return self.only(super().headers(request, answer), needed)


@variant("plain-json-type", "The content type names no charset.")
class PlainJsonType(Behaviour):
    content_type = "application/json"


@variant("embed-form", "Embed executions may be asked for by a form.")
class EmbedForm(Behaviour):
    def embed_json(self, request: Request) -> object:
        if request.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl((request.body or b"").decode("utf-8", "replace")))
        return super().embed_json(request)


@variant("slow-plan", "Executions take minutes.")
class SlowPlan(Behaviour):
    def span(self, seconds: float) -> timedelta:
        return super().span(seconds * 60)


@variant("preflight-everywhere", "Browsers' preflights are answered on every path.")
class PreflightEverywhere(Behaviour):
    def wrong_method(self, request: Request, methods: Mapping[str, str]) -> Answer:
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            return Answer(204, None, {"Access-Control-Allow-Origin": "*"})
        return super().wrong_method(request, methods)


@variant("last-parameter", "Of a repeated parameter the last counts, brackets and case do not matter.")
class LastParameter(Behaviour):
    async def list_executions(self, request: Request) -> Answer:
        query = {name.lower().removesuffix("[]"): value for name, value in request.pairs}
        return await super().list_executions(replace(request, query={n: v for n, v in query.items() if v}))


@variant("keys-for-a-day", "Idempotency keys are known for a day.", "idempotency.after-a-day")
class KeysForADay(Behaviour):
    def repeated(self, key: Key, body: dict[str, object]) -> Created | None:
        place = self.idempotency_key(key, body)
        found = self.shelf.remembered.get(place) if place else None
        if found and self.now() - found[1].created > timedelta(days=1):
            return None
        return super().repeated(key, body)
