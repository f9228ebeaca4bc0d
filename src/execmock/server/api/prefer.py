"""The `Prefer` header (RFC 7240) of OpenAPI mocks: force a status, an example, or a scenario."""

from __future__ import annotations

from collections.abc import Mapping

from execmock.core.contract import Operation
from execmock.core.json_text import encode
from execmock.core.schema.violation import Violation
from execmock.errors import nearest
from execmock.server.api.calls import Answer
from execmock.service.refusals import Refusal

__all__ = ["forced_answer", "preferences"]


def preferences(header: str | None) -> Mapping[str, str]:
    """Return the header's preferences: `code=429, example=paid` as a mapping."""
    if not header:
        return {}
    found = {}
    for part in header.replace(";", ",").split(","):
        name, _, value = part.partition("=")
        found[name.strip().lower()] = value.strip().strip('"')
    return found


def forced_answer(operation: Operation, wanted: Mapping[str, str]) -> Answer | None:
    """Return the contract's own example for `code` and `example`, or None if neither is asked for."""
    code, example = wanted.get("code"), wanted.get("example")
    if not code and not example:
        return None
    if code is None:
        code = _status_of(operation, example or "")
    response = operation.response(int(code)) if code.isdecimal() and len(code) == 3 else None
    if response is None:
        valid = ", ".join(operation.responses)
        raise Refusal(400, "No such answer", [Violation("header/Prefer", f"code= one of {valid}", code)])
    if example and example not in response.examples:
        raise _unknown_example(example, list(response.examples))
    value = response.examples[example] if example else next(iter(response.examples.values()), None)
    headers = {"Retry-After": "1"} if code == "429" else {}
    return Answer(int(code), encode(value), headers)


def _status_of(operation: Operation, example: str) -> str:
    for status, response in operation.responses.items():
        if example in response.examples:
            return status.replace("XX", "00")
    raise _unknown_example(example, [name for r in operation.responses.values() for name in r.examples])


def _unknown_example(example: str, known: list[str]) -> Refusal:
    expected = f"example= one of {', '.join(dict.fromkeys(known))}"
    violation = Violation("header/Prefer", expected, example, hint=nearest(example, known))
    return Refusal(400, "No such example", [violation])
