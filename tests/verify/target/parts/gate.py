"""The way in: routes, methods, keys, content types, JSON; and the headers on the way out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from ..texts import NotJsonError, parse_json
from ..values import Answer, Key, RefusalError, Request
from .ground import KEY_EMBED, Ground

ROUTES: tuple[tuple[tuple[str, ...], Mapping[str, str]], ...] = (
    (("v1", "executions"), {"GET": "list_executions", "POST": "create_execution"}),
    (("v1", "executions", "{id}"), {"GET": "get_execution"}),
    (("v1", "public", "executions", "{id}"), {"GET": "get_public_execution"}),
    (("api", "v1", "workflows", "{id}", "execute"), {"POST": "execute_workflow"}),
)
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
}
CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "X-Request-Id, Retry-After"}
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "600",
}


class Gate(Ground):
    """Finds the operation, the key and the JSON body, or refuses."""

    content_type = "application/json; charset=utf-8"

    async def answer(self, request: Request) -> Answer:
        """Return the answer to any request; never raises."""
        try:
            answer = await self.route(request)
        except RefusalError as refusal:
            answer = self.failure(request, refusal)
        return replace(answer, headers=self.headers(request, answer))

    async def route(self, request: Request) -> Answer:
        """Find the operation by path and method, and perform it."""
        for pattern, methods in ROUTES:
            if _fits(pattern, request.segments):
                if request.method not in methods:
                    return self.wrong_method(request, methods)
                return await self.perform(methods[request.method], request)
        return self.unknown_path(request)

    async def perform(self, operation: str, request: Request) -> Answer:
        """Perform the operation: the method of the same name."""
        answer: Answer = await getattr(self, operation)(request)
        return answer

    def unknown_path(self, request: Request) -> Answer:
        """Refuse a path that no operation has."""
        raise RefusalError(404, "No such path")

    def wrong_method(self, request: Request, methods: Mapping[str, str]) -> Answer:
        """Refuse a method that the path has not; a browser's preflight of the public read is answered."""
        if _is_preflight(request) and request.segments[:2] == ("v1", "public"):
            return Answer(204, None, dict(PREFLIGHT))
        raise RefusalError(405, "Method not allowed", headers={"Allow": ", ".join(sorted(methods))})

    def headers(self, request: Request, answer: Answer) -> dict[str, str]:
        """Return all headers of an answer."""
        shared = CORS if request.segments[:2] == ("v1", "public") else {}
        typed = {} if answer.body is None else {"Content-Type": self.content_type}
        return {**HEADERS, **shared, **typed, "X-Request-Id": request.id, **answer.headers}

    def identify(self, request: Request) -> Key:
        """Return the key that the request carries, or refuse with 401."""
        if not request.headers.get("Authorization", "").strip():
            return self.no_key(request)
        key = self.key_of(request)
        return self.bad_key(request) if key is None else key

    def no_key(self, request: Request) -> Key:
        """Refuse a request without a key."""
        raise RefusalError(401, "A bearer key is required", headers={"WWW-Authenticate": "Bearer"})

    def bad_key(self, request: Request) -> Key:
        """Refuse a key that nobody has."""
        raise RefusalError(
            401, "The key is not valid", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}
        )

    def key_of(self, request: Request) -> Key | None:
        """Return the key named in `Authorization: Bearer`, or None."""
        text = self.bearer(request)
        return next((key for key in self.keys if key.text == text), None)

    def bearer(self, request: Request) -> str | None:
        """Return the text behind `Bearer`, or None."""
        found = re.fullmatch(r"(?i:bearer) +(\S+) *", request.headers.get("Authorization", ""))
        return found[1] if found else None

    def identify_embed(self, request: Request) -> None:
        """Refuse an execute request without the right key."""
        if not self.bearer(request):
            self.no_key(request)
        if self.bearer(request) != KEY_EMBED:
            self.bad_key(request)

    def read_json(self, request: Request) -> object:
        """Return the body's JSON value, or refuse it: too large, of another type, malformed."""
        if request.body is None:
            raise RefusalError(413, "The body is too large")
        if not request.body:
            raise RefusalError(400, "A JSON body is required")
        self.check_content_type(request)
        return self.decode(request.body)

    def check_content_type(self, request: Request) -> None:
        """Refuse a body that is not called JSON."""
        media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            raise RefusalError(415, "The body must be application/json")

    def decode(self, body: bytes) -> object:
        """Return the value of a JSON text, or refuse it."""
        try:
            return parse_json(body)
        except NotJsonError as error:
            raise RefusalError(400, "The body is not valid JSON", (str(error)[:200],)) from error


def _fits(pattern: tuple[str, ...], segments: tuple[str, ...]) -> bool:
    return len(pattern) == len(segments) and all(
        wanted == given or (wanted == "{id}" and given != "")
        for wanted, given in zip(pattern, segments, strict=True)
    )


def _is_preflight(request: Request) -> bool:
    return request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
