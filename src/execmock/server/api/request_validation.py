"""Holds requests to an operation of the contract: parameters, content type, size, body."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from execmock.core.contract import Contract, Operation, Parameter
from execmock.core.json_text import JsonError, decode
from execmock.core.schema.validator import SchemaValidator
from execmock.core.schema.violation import Violation
from execmock.server.api.calls import Request
from execmock.service.refusals import Refusal

__all__ = ["RequestValidator", "Strictness", "ValidatedRequest"]

_INTEGER = re.compile(r"-?[0-9]+")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_LONGEST_KEPT_QUERY = 200


class ValidatedRequest(NamedTuple):
    """A request that fits the contract: parameters by name, defaults filled in, and the decoded body."""

    parameters: Mapping[str, Any]
    body: Any


@dataclass(frozen=True, slots=True)
class Strictness:
    """How an operation refuses: by which status, and what it lets pass. The defaults are the contract's."""

    parameters: int = 400
    malformed: int = 400
    invalid: int = 400
    wrong_content_type: int = 415
    clamp_limit: bool = True
    clamp_huge: bool = False
    nulls: bool = True
    empty_strings: bool = True
    unknown_properties: bool = True
    by_place: Mapping[str, int] = field(default_factory=dict)
    """Statuses for violations at one place, such as body/id_type, where it differs from `invalid`."""

    def status_of(self, violations: Sequence[Violation]) -> int:
        """Return the status that refuses a body for these violations."""
        own = {self.by_place.get(violation.where, self.invalid) for violation in violations}
        return own.pop() if len(own) == 1 else self.invalid


class RequestValidator:
    """Checks requests to one operation. Everything that can be prepared is prepared once."""

    def __init__(self, contract: Contract, operation: Operation, strictness: Strictness) -> None:
        self._operation = operation
        self._strictness = strictness
        self._query = [_Text(p, strictness) for p in operation.parameters if p.location == "query"]
        # A header is always text, so one that may be any text needs no check.
        self._headers = [
            _Text(p, strictness)
            for p in operation.parameters
            if p.location == "header" and (p.required or set(p.schema) - {"type"})
        ]
        # Clients that poll send the same query again and again.
        self._kept_query = lru_cache(maxsize=1000)(self._read_query)
        self._body = operation.body
        self._defaults = {text.name: text.default for text in self._query if text.default is not None}
        self._properties: frozenset[str] = frozenset()
        if operation.body and "application/json" in operation.body.content:
            schema = operation.body.content["application/json"]
            self._schema = SchemaValidator(contract.standalone(schema), "body")
            self._properties = frozenset(contract.resolve(schema).get("properties", {}))

    def check(self, request: Request, path: Mapping[str, str]) -> ValidatedRequest:
        """Return the request's parts; Refusal names every violation."""
        parameters = self._parameters(request, path) if self._query or self._headers else path
        return ValidatedRequest(parameters, self._checked_body(request) if self._body else None)

    def _parameters(self, request: Request, path: Mapping[str, str]) -> Mapping[str, Any]:
        read = self._read_query if len(request.query) > _LONGEST_KEPT_QUERY else self._kept_query
        asked, wrong = read(request.query)
        if not path and not wrong and not self._headers:
            return asked
        found = {**asked, **path}
        violations = list(wrong)
        for text in self._headers:
            value = request.headers.get(text.name)
            violations += text.read([] if value is None else [value], found)
        if violations:
            raise Refusal(self._strictness.parameters, _breaks(len(violations)), violations)
        return found

    def _read_query(self, query: str) -> tuple[Mapping[str, Any], Sequence[Violation]]:
        """Return the parameters in a query, defaults filled in, and what is wrong with them."""
        found = dict(self._defaults)
        violations: list[Violation] = []
        given = parse_qsl(query, keep_blank_values=True) if query else []
        for text in self._query:
            values = [value for name, value in given if name == text.name]
            violations += text.read(values, found)
        return found, violations

    def _checked_body(self, request: Request) -> Any:
        if not request.body and self._body and not self._body.required:
            return {}
        content_type = request.headers.get("Content-Type", "")
        if (
            content_type != "application/json"
            and content_type.partition(";")[0].strip().lower() != "application/json"
        ):
            violation = Violation("header/Content-Type", "application/json", content_type or None)
            raise Refusal(
                self._strictness.wrong_content_type, "The content type is not supported", [violation]
            )
        try:
            body = decode(request.body)
        except JsonError as error:
            came = request.body[:60].decode("utf-8", "replace")
            violation = Violation("body", f"a JSON object; {error.message}", came)
            raise Refusal(self._strictness.malformed, "The request body is not JSON", [violation]) from None
        if not self._schema.is_valid(body):
            violations = self._schema.violations(body)
            is_object = isinstance(body, dict)
            status = self._strictness.status_of(violations) if is_object else self._strictness.malformed
            raise Refusal(status, _breaks(len(violations)), violations)
        if not (
            self._strictness.nulls and self._strictness.empty_strings and self._strictness.unknown_properties
        ):
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
            raise Refusal(strictness.invalid, _breaks(len(found)), found)


def _breaks(count: int) -> str:
    return f"The request breaks the contract in {count} place{'s' if count > 1 else ''}"


class _Text:
    """One parameter that comes as text: how it is read, and what it must fit."""

    def __init__(self, parameter: Parameter, strictness: Strictness) -> None:
        schema = parameter.schema
        self.name = parameter.name
        self.default = schema.get("default")
        self._where = f"{parameter.location}/{parameter.name}"
        self._required = parameter.required
        self._kind = schema.get("type", "string")
        self._validator = SchemaValidator(schema, self._where)
        clamp = schema.get("x-clamp", {}).get("maximum")
        self._most = clamp if strictness.clamp_limit else None
        self._least_refused = None if strictness.clamp_limit else clamp
        self._huge = schema.get("maximum") if strictness.clamp_huge else None

    def read(self, values: list[str], found: dict[str, Any]) -> list[Violation]:
        """Put the value into `found`; return what is wrong with it."""
        if not values:
            return [Violation(self._where, f"{self._kind_words()} (required)")] if self._required else []
        if len(values) > 1:
            return [Violation(self._where, "one value", values)]
        value = self._convert(values[0])
        if self._huge is not None and isinstance(value, int) and value > self._huge:
            value = self._huge
        violations = self._validator.violations(value)
        if not violations and self._least_refused is not None and value > self._least_refused:
            violations = [Violation(self._where, f"at most {self._least_refused}", value)]
        found[self.name] = min(value, self._most) if self._most is not None and not violations else value
        return violations

    def _convert(self, text: str) -> Any:
        # At most 4000 digits: Python refuses to read longer ones, and no bound lies there.
        if self._kind == "integer" and _INTEGER.fullmatch(text) and len(text) < 4000:
            return int(text)
        if self._kind == "number" and _NUMBER.fullmatch(text) and len(text) < 4000:
            return float(text)
        if self._kind == "boolean" and text in ("true", "false"):
            return text == "true"
        return text

    def _kind_words(self) -> str:
        return f"{'an' if str(self._kind)[0] in 'aeiou' else 'a'} {self._kind}"
