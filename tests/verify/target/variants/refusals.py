"""Other statuses and other strictness in what is refused."""

from __future__ import annotations

from collections.abc import Mapping

from ..behaviour import Behaviour
from ..catalogue import variant
from ..parts.creating import OBJECTS, STRINGS
from ..parts.embedding import Workflow
from ..parts.reading import BIGGEST
from ..plans import PLANS
from ..values import Answer, Execution, Key, RefusalError, Request, Step


@variant("unknown-404", "An unknown or foreign id is answered with 404.")
class Unknown404(Behaviour):
    def unknown(self, request: Request) -> Execution:
        raise RefusalError(404, "No such execution")


@variant("conflict-409", "Another body under a used idempotency key is answered with 409.")
class Conflict409(Behaviour):
    def conflict(self, execution: Execution) -> None:
        raise RefusalError(409, "The idempotency key was used with another body")


@variant("no-token-401", "A public read without a token is answered with 401.")
class NoToken401(Behaviour):
    def no_token(self, request: Request) -> Answer:
        raise RefusalError(401, "A token is required")


@variant("bad-key-403", "A key that nobody has is answered with 403.")
class BadKey403(Behaviour):
    def bad_key(self, request: Request) -> Key:
        if request.segments[0] == "api":
            return super().bad_key(request)
        raise RefusalError(403, "The key is not valid")


class Configured(Behaviour):
    """Knows its workflows and no others."""

    status = 404

    def plan_for(self, workflow_id: object) -> tuple[Step, ...]:
        if workflow_id not in PLANS:
            raise RefusalError(self.status, "No such workflow")
        return super().plan_for(workflow_id)


@variant("unknown-workflow-404", "Workflows are configured; another one is answered with 404.")
class UnknownWorkflow404(Configured):
    pass


@variant("unknown-workflow-400", "Workflows are configured; another one is answered with 400.")
class UnknownWorkflow400(Configured):
    status = 400


@variant("limit-over-100-400", "A limit over 100 is refused.")
class LimitOver100(Behaviour):
    def at_most(self, limit: int) -> int:
        if limit > self.most:
            raise RefusalError(400, "The query is not valid", ("limit must be at most 100",))
        return limit


@variant("huge-numbers-clamped", "Numbers of more than 64 bits in limit and offset are clamped.")
class HugeNumbersClamped(Behaviour):
    def too_big(self, name: str, text: str) -> int:
        return -BIGGEST if text.startswith("-") else BIGGEST


@variant("unknown-property-400", "A property that is not documented is refused.")
class UnknownProperty400(Behaviour):
    def violations(self, sent: dict[str, object]) -> list[str]:
        unknown = sorted(sent.keys() - {*STRINGS, *OBJECTS})
        return super().violations(sent) + [f"{name} is unknown" for name in unknown]


@variant("optional-null-400", "An optional property that is null is refused.")
class OptionalNull400(Behaviour):
    def violations(self, sent: dict[str, object]) -> list[str]:
        nulls = [name for name in (*STRINGS, *OBJECTS) if name in sent and sent[name] is None]
        return super().violations(sent) + [f"{name} must not be null" for name in nulls]


@variant("empty-text-400", "An empty string is refused.")
class EmptyText400(Behaviour):
    def violations(self, sent: dict[str, object]) -> list[str]:
        return super().violations(sent) + [
            f"{name} must not be empty" for name in STRINGS if sent.get(name) == ""
        ]


@variant("wrong-method-404", "A method that a path has not is answered with 404.")
class WrongMethod404(Behaviour):
    def wrong_method(self, request: Request, methods: Mapping[str, str]) -> Answer:
        raise RefusalError(404, "No such path")


@variant("content-type-400", "A body that is not called JSON is answered with 400.")
class ContentType400(Behaviour):
    def check_content_type(self, request: Request) -> None:
        try:
            super().check_content_type(request)
        except RefusalError as refusal:
            raise RefusalError(400, refusal.message) from refusal


@variant("too-large-400", "A body over the limit is answered with 400.")
class TooLarge400(Behaviour):
    def read_json(self, request: Request) -> object:
        if request.body is None:
            raise RefusalError(400, "The body is too large")
        return super().read_json(request)


@variant("foreign-organization-403", "X-Org-ID naming another organization is answered with 403.")
class ForeignOrganization403(Behaviour):
    def identify(self, request: Request) -> Key:
        key = super().identify(request)
        if request.headers.get("X-Org-ID", key.organization) != key.organization:
            raise RefusalError(403, "The key is not of this organization")
        return key


@variant("six-digit-codes", "An error's code has six digits, the status first.")
class SixDigitCodes(Behaviour):
    def failure(self, request: Request, refusal: RefusalError) -> Answer:
        answer = super().failure(request, refusal)
        if isinstance(answer.body, dict) and "code" in answer.body:
            answer.body["code"] = refusal.status * 1000 + 7
        return answer


@variant("details-objects", "An error's details are objects.")
class DetailsObjects(Behaviour):
    def failure(self, request: Request, refusal: RefusalError) -> Answer:
        answer = super().failure(request, refusal)
        if isinstance(answer.body, dict) and "details" in answer.body:
            answer.body["details"] = [{"reason": text} for text in refusal.details]
        return answer


@variant("embed-bad-data-400", "Bad execution data is answered with 400.")
class EmbedBadData400(Behaviour):
    def bad_execute(self, message: str) -> dict[str, object]:
        raise RefusalError(400, message)


@variant("embed-id-type-422", "An unknown id_type is answered with 422.")
class EmbedIdType422(Behaviour):
    def unknown_id_type(self, wanted: str) -> Workflow:
        raise RefusalError(422, "id_type is invalid")


@variant("embed-user-key-404", "A user_key other than main is answered with 404.")
class EmbedUserKey404(Behaviour):
    def execute_body(self, request: Request) -> dict[str, object]:
        body = super().execute_body(request)
        if body.get("user_key", "main") != "main":
            raise RefusalError(404, "not found")
        return body


@variant("embed-bare-text-errors", "Errors of the embed operation are plain text.")
class EmbedBareTextErrors(Behaviour):
    def failure(self, request: Request, refusal: RefusalError) -> Answer:
        answer = super().failure(request, refusal)
        if request.segments[0] != "api":
            return answer
        return Answer(
            answer.status, refusal.message.encode(), {"Content-Type": "text/plain", **answer.headers}
        )


@variant("long-texts-refused", "Texts of more than 255 characters are refused.")
class LongTextsRefused(Behaviour):
    def violations(self, sent: dict[str, object]) -> list[str]:
        long = [name for name, value in sent.items() if isinstance(value, str) and len(value) > 255]
        return super().violations(sent) + [f"{name} is too long" for name in long]


@variant("parameters-once", "A parameter that comes twice, or in another form, is refused.")
class ParametersOnce(Behaviour):
    async def list_executions(self, request: Request) -> Answer:
        names = [name for name, _ in request.pairs]
        if len(set(names)) < len(names) or not {*names} <= {"limit", "offset"}:
            raise RefusalError(400, "The query is not valid", ("a parameter is not known, or comes twice",))
        return await super().list_executions(request)
