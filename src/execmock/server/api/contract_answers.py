"""Answers from the contract itself: its examples, and values made from its schemas where it has none."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from execmock.core.bounded_cache import BoundedCache
from execmock.core.contract import Contract, Response, is_json
from execmock.core.json_text import encode
from execmock.core.schema.violation import Violation
from execmock.server.api.calls import JSON, Answer
from execmock.server.api.prefer import ContractAnswer
from execmock.service.refusals import Refusal

__all__ = ["ContractAnswers"]

_ENVELOPE = {"code", "message", "requestId"}
"""Properties that an answer in the API's own form has."""
_OWN_HEADERS = ("x-request-id", "content-type", "content-length")
_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_COME_AGAIN = (429, 503)
"""Statuses that say when to come again."""
_MOST_MADE = 100


class ContractAnswers:
    """The answers of one contract. Values that are made are the same for the same seed."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._made: BoundedCache[tuple[str, int, bytes], tuple[Any, Refusal | None]] = BoundedCache(
            _MOST_MADE
        )

    def answer(self, wanted: ContractAnswer, seed: bytes, request_id: str) -> Answer:
        """Return an answer; Refusal 501 if it has no example, and none can be made from its schema."""
        status, response, example = wanted
        headers = {"X-Request-Id": request_id, **self._headers(response, seed)}
        if status in _COME_AGAIN:
            headers["Retry-After"] = "1"
        if not response.media_type:
            return Answer(status, b"", headers, "")
        if response.examples:
            value = response.examples[example or next(iter(response.examples))]
        else:
            value = self._value(wanted, seed)
        value = _of_this_answer(value, status, request_id, named=bool(example))
        body = encode(value) if is_json(response.media_type) or not isinstance(value, str) else value.encode()
        return Answer(status, body, headers, JSON if "*" in response.media_type else response.media_type)

    def _headers(self, response: Response, seed: bytes) -> dict[str, str]:
        """Return the headers that the contract asks for, but for the request's id."""
        found = {}
        for name, entry in response.headers.items():
            header = self._contract.resolve(entry)
            if header.get("required") and name.lower() not in _OWN_HEADERS:
                schema = self._contract.resolve(header.get("schema", {}))
                value = header["example"] if "example" in header else self._example(response, schema, seed)
                text = value if isinstance(value, str) else encode(value).decode()
                found[name] = " ".join(text.split()).encode("ascii", "replace").decode()
        return found

    def _value(self, wanted: ContractAnswer, seed: bytes) -> Any:
        key = (wanted.response.pointer, wanted.status, seed)
        made = self._made.get(key)
        if made is None:
            try:
                made = (self._make(wanted, seed), None)
            except Refusal as refusal:
                # To find that there is none may take longest.
                made = (None, refusal)
            self._made.keep(key, made)
        value, none = made
        if none is not None:
            raise none.with_traceback(None)
        return value

    def _make(self, wanted: ContractAnswer, seed: bytes) -> Any:
        status, response, _ = wanted
        if response.schema is None:
            raise _missing(response, "there is no schema of JSON to make one from")
        schema = self._contract.resolve(response.schema)
        if not isinstance(schema, Mapping) or not schema.get("properties", {}).keys() >= _ENVELOPE:
            return self._example(response, schema, seed)
        message = "success" if status < 300 else _PHRASES.get(status, "Error")
        known = {"code": {"const": status}, "message": {"const": message}}
        try:
            return self._example(response, {"allOf": [schema, {"properties": known}]}, seed)
        except Refusal:
            return self._example(response, schema, seed)

    def _example(self, response: Response, schema: Any, seed: bytes) -> Any:
        # Imported here: contracts give examples of nearly all their answers.
        from execmock.core.example import ExampleError, example_of

        try:
            return example_of(self._contract.document, schema, seed)
        except ExampleError as error:
            place = f"{error.where}: " if error.where else ""
            raise _missing(response, f"none can be made from the schema ({place}{error.message})") from None


def _of_this_answer(value: Any, status: int, request_id: str, *, named: bool) -> Any:
    """Return an envelope with the id of its request, and with the code of its status.

    An example may stand for a range of statuses. Its message stays where it was asked for by name. A code of
    more digits that begins with the status is one that the vendor has.
    """
    if not isinstance(value, Mapping) or not value.keys() >= _ENVELOPE:
        return value
    own: dict[str, Any] = {}
    if isinstance(value["requestId"], str):
        own["requestId"] = request_id
    code = value["code"]
    if isinstance(code, int) and not isinstance(code, bool) and not str(code).startswith(str(status)):
        own["code"] = status
        if not named and status in _PHRASES:
            own["message"] = _PHRASES[status]
    return {**value, **own}


def _missing(response: Response, why: str) -> Refusal:
    violation = Violation(f"contract{response.pointer}", f"an example, for {why}")
    return Refusal(501, "The contract has no example of this answer, and none can be made", [violation])
