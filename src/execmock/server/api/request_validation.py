"""Holds requests to an operation of the contract: parameters, content type, body.

What the known queries gain (`bench/micro_gains.py`): without them a list takes 34 % more processor time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from execmock.core.contract import Contract, Operation
from execmock.core.schema.violation import Violation
from execmock.server.api.calls import Request
from execmock.server.api.parameters import ParameterReader, may_be_any_text, query_names, unknown_parameters
from execmock.server.api.request_body import BodyValidator
from execmock.server.api.strictness import Strictness, breaks
from execmock.service.refusals import Refusal

__all__ = ["RequestValidator", "ValidatedRequest"]

_LONGEST_KEPT_QUERY = 200


class ValidatedRequest(NamedTuple):
    """A request that fits the contract: parameters by name, defaults filled in, and the decoded body."""

    parameters: Mapping[str, Any]
    body: Any


class RequestValidator:
    """Checks requests to one operation. Everything that can be prepared is prepared once."""

    def __init__(self, contract: Contract, operation: Operation, strictness: Strictness) -> None:
        self._operation = operation
        self._strictness = strictness
        # How objects are written into a query differs from API to API, so they are not looked at.
        self._query = [
            ParameterReader(contract, p, strictness)
            for p in operation.parameters
            if p.location == "query" and p.schema.get("type") != "object"
        ]
        # A header or a part of a path is text, so one that may be any text needs no check.
        self._headers = [
            ParameterReader(contract, p, strictness)
            for p in operation.parameters
            if p.location == "header" and (p.required or not may_be_any_text(p))
        ]
        self._path = [
            ParameterReader(contract, p, strictness)
            for p in operation.parameters
            if p.location == "path" and not may_be_any_text(p)
        ]
        # Clients that poll send the same query again and again.
        self._kept_query = lru_cache(maxsize=1000)(self._read_query)
        self._defaults = {text.name: text.default for text in self._query if text.default is not None}
        # None where a parameter that the contract does not name is ignored, as APIs mostly do.
        self._known = None if strictness.unknown_parameters else query_names(operation)
        self._body = BodyValidator(contract, operation.body, strictness) if operation.body else None

    def check(self, request: Request, path: Mapping[str, str]) -> ValidatedRequest:
        """Return the request's parts; Refusal names every violation."""
        checked = self._query or self._headers or self._path or self._known is not None
        parameters = self._parameters(request, path) if checked else path
        return ValidatedRequest(parameters, self._body.check(request) if self._body else None)

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
        for text in self._path:
            violations += text.read([path[text.name]], found)
        if violations:
            raise Refusal(self._strictness.parameters, breaks(len(violations)), violations)
        return found

    def _read_query(self, query: str) -> tuple[Mapping[str, Any], Sequence[Violation]]:
        """Return the parameters in a query, defaults filled in, and what is wrong with them."""
        found = dict(self._defaults)
        violations: list[Violation] = []
        given = parse_qsl(query, keep_blank_values=True) if query else []
        for text in self._query:
            values = [value for name, value in given if name == text.name]
            violations += text.read(values, found)
        if self._known is not None:
            violations += unknown_parameters(query, self._known)
        return found, violations
