"""Services that meet odd requests in ways of their own: limits, redirects, trimming."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ..behaviour import Behaviour
from ..catalogue import variant
from ..parts.creating import STRINGS, Created
from ..values import Answer, Execution, Key, RefusalError, Request

DEEPEST, LONGEST, LARGEST = 16, 5_000, 1e100


@variant("fussy", "Payloads with NUL, __proto__, deep nesting, long texts or huge numbers are refused.")
class Fussy(Behaviour):
    def decode(self, body: bytes) -> object:
        value = super().decode(body)
        if b"\\u0000" in body or b"__proto__" in body or self.is_too_much(value):
            raise RefusalError(400, "The body is not acceptable")
        return value

    def is_too_much(self, value: object, level: int = 0) -> bool:
        """Return whether a value nests too deep, or has a text, a name or a number beyond the limits."""
        if isinstance(value, dict | list):
            inner = [*value, *value.values()] if isinstance(value, dict) else value
            return level >= DEEPEST or any(self.is_too_much(each, level + 1) for each in inner)
        if isinstance(value, str):
            return len(value) > LONGEST or (not value.isprintable() and "\u0301" not in value)
        return isinstance(value, int | float) and abs(value) > LARGEST


@variant("texts-trimmed", "Blanks around texts are trimmed, those of an idempotency key too.")
class TextsTrimmed(Behaviour):
    def accepted(self, sent: object) -> dict[str, object]:
        given = sent
        if isinstance(sent, dict):
            given = {
                name: value.strip() if name in STRINGS and isinstance(value, str) else value
                for name, value in sent.items()
            }
        return super().accepted(given)


@variant("replays-byte-for-byte", "Members in another order make another body under an idempotency key.")
class ReplaysByteForByte(Behaviour):
    def prepare(self) -> None:
        super().prepare()
        self.orders: dict[str, str] = {}

    def kept(self, sent: dict[str, object]) -> dict[str, object]:
        kept = super().kept(sent)
        return {name: kept[name] for name in sent if name in kept}

    def repeated(self, key: Key, body: dict[str, object]) -> Created | None:
        found = super().repeated(key, body)
        order = json.dumps(body)
        if found and self.orders.get(found.execution.id, order) != order:
            return self.conflict(found.execution)
        return found

    def store(self, request: Request, key: Key, body: dict[str, object]) -> Execution:
        execution = super().store(request, key, body)
        self.orders[execution.id] = json.dumps(body)
        return execution


@variant("dots-redirected", "Paths with dots or empty segments are redirected to clean ones.")
class DotsRedirected(Behaviour):
    async def answer(self, request: Request) -> Answer:
        if {".", "..", ""} & set(request.segments):
            return Answer(301, None, {"Location": "/"})
        return await super().answer(request)


@variant("anything-not-modified", "A GET with If-None-Match: * is answered with 304, as HTTP asks.")
class AnythingNotModified(Behaviour):
    async def route(self, request: Request) -> Answer:
        answer = await super().route(request)
        if request.method == "GET" and request.headers.get("If-None-Match") == "*" and answer.status == 200:
            return Answer(304, None, {})
        return answer


@variant("ranges", "A GET with a Range is answered with 206.")
class Ranges(Behaviour):
    async def answer(self, request: Request) -> Answer:
        answer = await super().answer(request)
        if request.method == "GET" and "Range" in request.headers and answer.status == 200:
            return Answer(206, b"{", {**answer.headers, "Content-Range": "bytes 0-0/100"})
        return answer


@variant("prototype-dropped", "Members named __proto__ are left out.")
class PrototypeDropped(Behaviour):
    def kept(self, sent: dict[str, object]) -> dict[str, object]:
        return {name: cleaned(value) for name, value in super().kept(sent).items()}


def cleaned(value: object) -> object:
    """Return the value without members named __proto__."""
    if isinstance(value, Mapping):
        return {name: cleaned(inner) for name, inner in value.items() if name != "__proto__"}
    return [cleaned(inner) for inner in value] if isinstance(value, list) else value
