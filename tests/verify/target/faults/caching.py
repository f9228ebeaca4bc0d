"""Conditional reads that are answered with what has changed since."""

from __future__ import annotations

from dataclasses import replace
from email.utils import format_datetime

from ..behaviour import Behaviour
from ..catalogue import fault
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


@fault("etag-of-id", "The ETag of a read is made of the id.", "cache.not-modified")
class EtagOfId(Tagging):
    def tag(self, request: Request, data: dict[str, object]) -> str | None:
        return f'"{request.segments[-1]}"' if "execution" in data else None


@fault("etag-of-public-id", "The ETag of the public view is made of the id.", "cache.not-modified")
class EtagOfPublicId(Tagging):
    def tag(self, request: Request, data: dict[str, object]) -> str | None:
        return f'W/"{request.segments[-1]}"' if request.segments[1] == "public" else None


@fault("etag-of-count", "The ETag of a page is made of how many items it holds.", "cache.not-modified")
class EtagOfCount(Tagging):
    def tag(self, request: Request, data: dict[str, object]) -> str | None:
        return f'"{len(data["items"])}"' if "items" in data else None


@fault("last-modified-of-creation", "Last-Modified is the time of creation.", "cache.not-modified")
class LastModifiedOfCreation(Tagging):
    validator, header = "Last-Modified", "If-Modified-Since"

    def tag(self, request: Request, data: dict[str, object]) -> str | None:
        execution = self.shelf.executions.get(request.segments[-1])
        return format_datetime(execution.created, usegmt=True) if execution else None
