"""HTTP done otherwise: methods, paths, content types, sizes."""

from __future__ import annotations

from collections.abc import Mapping

from ..behaviour import Behaviour
from ..catalogue import fault
from ..texts import NotJsonError, parse_json
from ..values import Answer, RefusalError, Request, without


@fault("head-500", "HEAD breaks the server.", "http.head")
class Head500(Behaviour):
    def wrong_method(self, request: Request, methods: Mapping[str, str]) -> Answer:
        if request.method == "HEAD":
            raise RefusalError(500, "no handler")
        return super().wrong_method(request, methods)


@fault("delete-succeeds", "DELETE of an execution answers 200.", "http.method-not-allowed")
class DeleteSucceeds(Behaviour):
    def wrong_method(self, request: Request, methods: Mapping[str, str]) -> Answer:
        if request.method == "DELETE":
            return self.success(request, {})
        return super().wrong_method(request, methods)


@fault("put-as-read", "PUT, PATCH and POST on a read path are taken for GET.", "http.method-not-allowed")
class PutAsRead(Behaviour):
    def wrong_method(self, request: Request, methods: Mapping[str, str]) -> Answer:
        if request.method in ("PUT", "PATCH", "POST") and "GET" in methods:
            return self.success(request, {})
        return super().wrong_method(request, methods)


@fault("wrong-method-500", "Other methods break the server.", "http.method-not-allowed", also=("http.head",))
class WrongMethod500(Behaviour):
    def wrong_method(self, request: Request, methods: Mapping[str, str]) -> Answer:
        raise RefusalError(500, "no handler")


@fault("no-allow", "A 405 has no Allow header.", "http.allow")
class NoAllow(Behaviour):
    def wrong_method(self, request: Request, methods: Mapping[str, str]) -> Answer:
        try:
            return super().wrong_method(request, methods)
        except RefusalError as refusal:
            raise RefusalError(405, refusal.message) from refusal


@fault("allow-names-refused", "Allow names the very method that was refused.", "http.allow")
class AllowNamesRefused(Behaviour):
    def wrong_method(self, request: Request, methods: Mapping[str, str]) -> Answer:
        raise RefusalError(
            405, "Method not allowed", headers={"Allow": "GET, POST, PUT, PATCH, DELETE, HEAD"}
        )


@fault("allow-of-one-route", "Allow names one of the path's methods alone.", "http.allow-complete")
class AllowOfOneRoute(Behaviour):
    def wrong_method(self, request: Request, methods: Mapping[str, str]) -> Answer:
        raise RefusalError(405, "Method not allowed", headers={"Allow": sorted(methods)[-1]})


@fault("any-content-type", "A body of any content type is read as JSON.", "http.content-type-checked")
class AnyContentType(Behaviour):
    def check_content_type(self, request: Request) -> None:
        pass


@fault(
    "other-content-type-500",
    "A body that is not called JSON breaks the server.",
    "http.unsupported-content-type",
    "robust.no-5xx",
)
class OtherContentType500(Behaviour):
    def check_content_type(self, request: Request) -> None:
        try:
            super().check_content_type(request)
        except RefusalError as refusal:
            raise RefusalError(500, "no body parser") from refusal


@fault(
    "broken-json-taken",
    "A broken JSON text is taken for a body of defaults.",
    "http.malformed-json",
    also=("embed.bad-data",),
)
class BrokenJsonTaken(Behaviour):
    def decode(self, body: bytes) -> object:
        try:
            return parse_json(body)
        except NotJsonError:
            return {"workflowId": "wf_default", "sourceEntityType": "none", "sourceSystem": "none"}


@fault("broken-json-422", "A broken JSON text is answered with 422.", "http.malformed-json")
class BrokenJson422(Behaviour):
    def decode(self, body: bytes) -> object:
        try:
            return super().decode(body)
        except RefusalError as refusal:
            raise RefusalError(422, refusal.message) from refusal


@fault("unknown-path-200", "Every path answers 200.", "http.unknown-path")
class UnknownPath200(Behaviour):
    def unknown_path(self, request: Request) -> Answer:
        return self.success(request, {})


@fault("unknown-path-500", "An unknown path breaks the server.", "http.unknown-path")
class UnknownPath500(Behaviour):
    def unknown_path(self, request: Request) -> Answer:
        raise RefusalError(500, "no route")


@fault("too-large-500", "A body over the limit breaks the server.", "http.too-large")
class TooLarge500(Behaviour):
    def read_json(self, request: Request) -> object:
        if request.body is None:
            raise RefusalError(500, "buffer overflow")
        return super().read_json(request)


@fault(
    "errors-as-200",
    "Errors answer 200 with their status in the body.",
    "auth.missing",
    "get.unknown-id",
    "create.required.workflowId",
    "http.malformed-json",
    also=(
        "auth.exact-key",
        "auth.garbage",
        "auth.public-ignores-bearer",
        "auth.read-scope",
        "auth.wrong-scheme",
        "create.body-object",
        "create.required.sourceEntityType",
        "create.required.sourceSystem",
        "create.wrong-type",
        "embed.auth",
        "embed.bad-data",
        "embed.complete",
        "embed.id-type",
        "embed.status-201",
        "embed.unknown-404",
        "envelope.code",
        "envelope.fields",
        "http.method-not-allowed",
        "http.unknown-path",
        "http.unsupported-content-type",
        "idempotency.conflict",
        "list.bad-parameters",
        "public.token-required",
        "public.wrong-token",
        "tenancy.organization-header",
        "tenancy.read",
    ),
)
class ErrorsAs200(Behaviour):
    def failure(self, request: Request, refusal: RefusalError) -> Answer:
        answer = super().failure(request, refusal)
        return Answer(200, answer.body, without(refusal.headers, "Allow"))
