"""The `Prefer` header (RFC 7240) of OpenAPI mocks: force a status, an example, or a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from execmock.core.contract import Operation, Response
from execmock.core.schema.violation import Violation
from execmock.errors import nearest, quoted
from execmock.service.refusals import Refusal

__all__ = ["ContractAnswer", "forced_answer", "preferences", "unknown_words", "usual_answer"]

_OWN = ("code", "delay", "example", "scenario")
_REGISTERED = ("handling", "respond-async", "return", "wait")
"""Preferences of RFC 7240, which a server may leave without an effect."""
_MOST_NAMED = 3


class ContractAnswer(NamedTuple):
    """One of the contract's own answers. `example` names the one that is wanted; empty for the first."""

    status: int
    response: Response
    example: str = ""


def preferences(header: str | None) -> Mapping[str, str]:
    """Return the header's preferences: `code=429, example=paid` as a mapping."""
    if not header:
        return {}
    found = {}
    for part in header.replace(";", ",").split(","):
        name, _, value = part.partition("=")
        found[name.strip().lower()] = value.strip().strip('"')
    return found


def unknown_words(wanted: Mapping[str, str]) -> str:
    """Return a sentence that names the preferences without a meaning here, empty if there are none."""
    unknown = [word for word in wanted if word and word not in _OWN and word not in _REGISTERED]
    if not unknown:
        return ""
    said = ", ".join(quoted(word) for word in unknown[:_MOST_NAMED])
    more = f" and {len(unknown) - _MOST_NAMED} more" if len(unknown) > _MOST_NAMED else ""
    return f"Prefer: unknown {said}{more}; expected {', '.join(_OWN)}.{nearest(unknown[0], _OWN)}"


def forced_answer(operation: Operation, wanted: Mapping[str, str]) -> ContractAnswer | None:
    """Return the answer that `code` and `example` ask for, or None if neither is there.

    Refusal 400 for one that the operation does not have.
    """
    code, example = wanted.get("code"), wanted.get("example") or ""
    if not code and not example:
        return None
    if code is None:
        code = _status_of(operation, example)
    response = operation.response(int(code)) if code.isdecimal() and len(code) == 3 else None
    if response is None:
        valid = ", ".join(operation.responses)
        raise Refusal(400, "No such answer", [Violation("header/Prefer", f"code= one of {valid}", code)])
    if example and example not in response.examples:
        raise _unknown_example(example, list(response.examples))
    return ContractAnswer(int(code), response, example)


def usual_answer(operation: Operation) -> ContractAnswer:
    """Return the success that an operation without a handler answers: the first one with an example."""
    successes = operation.successes or (operation.success,)
    response = next((success for success in successes if success.examples), successes[0])
    return ContractAnswer(int(response.status), response)


def _status_of(operation: Operation, example: str) -> str:
    for status, response in operation.responses.items():
        if example in response.examples:
            return status.replace("XX", "00")
    raise _unknown_example(example, [name for r in operation.responses.values() for name in r.examples])


def _unknown_example(example: str, known: list[str]) -> Refusal:
    expected = f"example= one of {', '.join(dict.fromkeys(known))}"
    violation = Violation("header/Prefer", expected, example, hint=nearest(example, known))
    return Refusal(400, "No such example", [violation])
