"""`x-strictness`: what may be wrong with a request, and the choice that says what becomes of it then.

It stands at the top of the document for all operations, and on an operation for that one. Its keys are those
of `STATUSES`, for which a choice has a status, those of `FLAGS`, for which it may also have a word that lets
the request pass, and places in a body such as `body/id_type`, which have a status of their own.
"""

from __future__ import annotations

from collections.abc import Mapping

from execmock.core.contract.document import Contract

__all__ = ["EXTENSION", "FLAGS", "STATUSES", "strictness_of"]

EXTENSION = "x-strictness"

STATUSES: Mapping[str, str] = {
    "parameter": "parameters",
    "malformedBody": "malformed",
    "invalidBody": "invalid",
    "contentType": "wrong_content_type",
}
FLAGS: Mapping[str, str] = {
    "overMaximum": "clamp_limit",
    "hugeNumber": "clamp_huge",
    "null": "nulls",
    "emptyString": "empty_strings",
    "unknownProperty": "unknown_properties",
    "formBody": "forms",
}


def strictness_of(contract: Contract, name: str) -> Mapping[str, str]:
    """Return what may be wrong with a request for an operation, and the name of the choice that decides."""
    common: Mapping[str, str] = contract.document.get(EXTENSION, {})
    own: Mapping[str, str] = contract.look_up(contract.operation(name).pointer).get(EXTENSION, {})
    return {**common, **own}
