"""Connections that are closed before the answer is whole."""

from __future__ import annotations

from dataclasses import replace

from ..behaviour import Behaviour
from ..catalogue import fault
from ..texts import depth, parse_json, write_json
from ..values import Answer, Request


class Losing(Behaviour):
    """Closes the connection where it cannot bear a request or an answer."""

    sent = 0.0

    def loses(self, request: Request, answer: Answer) -> bool:
        """Return whether the answer does not arrive whole."""
        return False

    async def answer(self, request: Request) -> Answer:
        answer = await super().answer(request)
        return replace(answer, sent=self.sent) if self.loses(request, answer) else answer


@fault("nul-resets", "A NUL character in a body resets the connection.", "robust.no-reset")
class NulResets(Losing):
    def loses(self, request: Request, answer: Answer) -> bool:
        return b"\\u0000" in (request.body or b"")


@fault("deep-resets", "An object nested 30 levels resets the connection.", "robust.no-reset")
class DeepResets(Losing):
    def loses(self, request: Request, answer: Answer) -> bool:
        body = request.body or b""
        return body.count(b"{") + body.count(b"[") > 30 and body.startswith(b"{") and _deep(body)


def _deep(body: bytes) -> bool:
    try:
        return depth(parse_json(body)) > 30
    except ValueError:
        return False


@fault("odd-id-resets", "An id outside ASCII resets the connection.", "robust.no-reset")
class OddIdResets(Losing):
    def loses(self, request: Request, answer: Answer) -> bool:
        return request.segments[:2] == ("v1", "executions") and not request.segments[-1].isascii()


@fault(
    "answer-cut-short",
    "An answer about one execution breaks off where it holds a character of four bytes.",
    "robust.no-reset",
    also=("create.echo", "create.read-your-write"),
)
class AnswerCutShort(Losing):
    sent = 0.5

    def loses(self, request: Request, answer: Answer) -> bool:
        page = request.method == "GET" and request.segments == ("v1", "executions")
        return isinstance(answer.body, dict) and not page and "\U0001f6b2" in write_json(answer.body)
