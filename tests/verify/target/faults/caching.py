"""Conditional reads that are answered with what has changed since, and answers kept for the wrong caller."""

from __future__ import annotations

from dataclasses import replace
from email.utils import format_datetime

from ..behaviour import Behaviour
from ..catalogue import fault
from ..ids import digest
from ..values import Answer, Request


class Tagging(Behaviour):
    """Answers 304 where the validator still holds."""

    validator, header = "ETag", "If-None-Match"

    def tag(self, request: Request, data: dict[str, object]) -> str | None:
        """Return the validator of an answer; None for one without."""
        return None

    async def answer(self, request: Request) -> Answer:
        answer = await super().answer(request)
        if request.method != "GET" or answer.status != 200 or not isinstance(answer.body, dict):
            return answer
        tag = self.tag(request, answer.body["data"])
        if tag is None:
            return answer
        headers = {**answer.headers, self.validator: tag, "Cache-Control": "private, no-cache"}
        if request.headers.get(self.header) == tag:
            return Answer(304, None, headers)
        return replace(answer, headers=headers)


@fault("etag-of-id", "The ETag of a read is made of the id.", "cache.not-modified", "cache.etag")
class EtagOfId(Tagging):
    def tag(self, request: Request, data: dict[str, object]) -> str | None:
        return f'"{request.segments[-1]}"' if "execution" in data else None


@fault(
    "etag-of-public-id", "The ETag of the public view is made of the id.", "cache.not-modified", "cache.etag"
)
class EtagOfPublicId(Tagging):
    def tag(self, request: Request, data: dict[str, object]) -> str | None:
        return f'W/"{request.segments[-1]}"' if request.segments[1] == "public" else None


@fault(
    "etag-of-count",
    "The ETag of a page is made of how many items it holds.",
    "cache.not-modified",
    "cache.etag",
)
class EtagOfCount(Tagging):
    def tag(self, request: Request, data: dict[str, object]) -> str | None:
        return f'"{len(data["items"])}"' if "items" in data else None


@fault(
    "etag-of-ids", "The ETag of a page is made of the ids on it.", "cache.etag", also=("cache.not-modified",)
)
class EtagOfIds(Tagging):
    def tag(self, request: Request, data: dict[str, object]) -> str | None:
        items = data.get("items")
        return f'"{digest([each["id"] for each in items]).hex()}"' if isinstance(items, list) else None


@fault("last-modified-of-creation", "Last-Modified is the time of creation.", "cache.not-modified")
class LastModifiedOfCreation(Tagging):
    validator, header = "Last-Modified", "If-Modified-Since"

    def tag(self, request: Request, data: dict[str, object]) -> str | None:
        execution = self.shelf.executions.get(request.segments[-1])
        return format_datetime(execution.created, usegmt=True) if execution else None


class Keeping(Behaviour):
    """Keeps answers to reads, and gives them to every caller but the one who asked first."""

    def prepare(self) -> None:
        super().prepare()
        self.given: dict[object, tuple[str, Answer]] = {}

    def place(self, request: Request) -> object:
        """Return what an answer is kept by; None if it is not kept."""
        return None

    def caller(self, request: Request) -> str:
        """Return who asks."""
        return request.headers.get("Authorization", "")

    async def route(self, request: Request) -> Answer:
        place = self.place(request) if request.method == "GET" else None
        first, given = self.given.get(place, ("", None))
        if given is not None and first != self.caller(request):
            return given
        answer = await super().route(request)
        if place is not None and answer.status == 200:
            self.given[place] = (self.caller(request), answer)
        return answer


@fault(
    "read-kept-before-keys",
    "A read is kept by its path, and given out before the key is looked at.",
    "cache.between-callers",
    also=("tenancy.organization-header",),
)
class ReadKeptBeforeKeys(Keeping):
    def place(self, request: Request) -> object:
        return (
            request.segments
            if request.segments[:2] == ("v1", "executions") and request.segments[2:]
            else None
        )


@fault(
    "list-kept-before-keys",
    "A page is kept by its address, and given out before the key is looked at.",
    "cache.between-callers",
    also=("tenancy.list", "tenancy.organization-header"),
)
class ListKeptBeforeKeys(Keeping):
    def place(self, request: Request) -> object:
        return request.pairs if request.segments == ("v1", "executions") else None


@fault(
    "list-kept-for-all-organizations",
    "A page is kept by its address, for every good key.",
    "cache.between-callers",
    also=("tenancy.list", "tenancy.organization-header"),
)
class ListKeptForAllOrganizations(ListKeptBeforeKeys):
    async def route(self, request: Request) -> Answer:
        if self.place(request) is not None:
            self.identify(request)
        return await super().route(request)


@fault(
    "public-kept-by-path",
    "A public read is kept by its path, whatever the token is.",
    "cache.between-callers",
)
class PublicKeptByPath(Keeping):
    def place(self, request: Request) -> object:
        return request.segments if request.segments[1:2] == ("public",) else None

    def caller(self, request: Request) -> str:
        return request.query.get("token", "")
