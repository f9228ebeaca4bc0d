"""Holds the body of a request to the contract: content type, JSON, schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from execmock.core.contract import Contract, RequestBody, is_json
from execmock.core.json_text import DEEPEST, JsonError
from execmock.core.long_json import decode_long
from execmock.core.schema.validator import SchemaValidator
from execmock.core.schema.violation import Violation
from execmock.server.api.calls import JSON, Request
from execmock.server.api.form_body import FORM, FormError, read_form
from execmock.server.api.strictness import Strictness, breaks
from execmock.service.refusals import Refusal

__all__ = ["BodyValidator"]


class BodyValidator:
    """The body of an operation: the media types that it may have, and the schema of those that are JSON."""

    def __init__(self, contract: Contract, body: RequestBody, strictness: Strictness) -> None:
        self._strictness = strictness
        self._required = body.required
        self._expected = ", ".join(body.content)
        kinds = {media: _plain(media) for media in body.content}
        self._json = {JSON if "*" in kind else kind for media, kind in kinds.items() if is_json(media)}
        self._others = {kind for media, kind in kinds.items() if not is_json(media)}
        self._any = "*/*" in kinds.values()
        schema = next((schema for media, schema in body.content.items() if is_json(media)), {})
        self._schema = SchemaValidator(contract.standalone(schema), "body")
        self._deepest = contract.resolve(schema).get("x-deepest", DEEPEST)
        self._properties = frozenset(contract.resolve(schema).get("properties", {}))

    def check(self, request: Request) -> Any:
        """Return the decoded body, or the bytes of one that is not JSON; Refusal names every violation."""
        if not request.body and not self._required:
            return {}
        content_type = request.headers.get("Content-Type", "")
        if content_type not in self._json and (kind := _plain(content_type)) not in self._json:
            if kind == FORM and self._strictness.forms and FORM not in self._others:
                return self._checked(self._read_form(request.body))
            if kind in self._others or self._any:
                return request.body
            violation = Violation("header/Content-Type", self._expected, content_type or None)
            raise Refusal(
                self._strictness.wrong_content_type, "The content type is not supported", [violation]
            )
        try:
            body = decode_long(request.body, self._deepest)
        except JsonError as error:
            came = request.body[:60].decode("utf-8", "replace")
            violation = Violation("body", f"a JSON object; {error.message}", came)
            raise Refusal(self._strictness.malformed, "The request body is not JSON", [violation]) from None
        return self._checked(body)

    def _read_form(self, body: bytes) -> Any:
        try:
            return read_form(body)
        except FormError as error:
            came = body[:60].decode("utf-8", "replace")
            violation = Violation("body", f"a form with {error}", came)
            raise Refusal(self._strictness.malformed, "The request body is no form", [violation]) from None

    def _checked(self, body: Any) -> Any:
        """Return a body that fits the schema; Refusal names every violation."""
        if not self._schema.is_valid(body):
            violations = self._schema.violations(body)
            is_object = isinstance(body, dict)
            status = self._strictness.status_of(violations) if is_object else self._strictness.malformed
            raise Refusal(status, breaks(len(violations)), violations)
        if not self._strictness.lenient:
            self._check_strictly(body)
        return body

    def _check_strictly(self, body: Mapping[str, Any]) -> None:
        strictness, found = self._strictness, []
        for name, value in body.items():
            if value is None and not strictness.nulls:
                found.append(Violation(f"body/{name}", "a value, or the property left out", value))
            if value == "" and not strictness.empty_strings:
                found.append(Violation(f"body/{name}", "a text that is not empty", value))
            if name not in self._properties and not strictness.unknown_properties:
                found.append(
                    Violation(f"body/{name}", f"one of {', '.join(sorted(self._properties))}", value)
                )
        if found:
            raise Refusal(strictness.invalid, breaks(len(found)), found)


def _plain(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()
