"""How each operation refuses requests, as the contract's `x-strictness` and the choices that it names say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from execmock.core.contract import Contract
from execmock.core.contract.strictness import FLAGS, STATUSES, strictness_of
from execmock.server.api.request_validation import Strictness
from execmock.service.choices import Choices

__all__ = ["strictness"]

_LENIENT = ("accept", "clamp", "ignore")


def strictness(contract: Contract, choices: Choices) -> dict[str, Strictness]:
    """Return operation id to how it refuses."""
    return {name: _read(strictness_of(contract, name), choices) for name in contract.operations}


def _read(named: Mapping[str, str], choices: Choices) -> Strictness:
    """Return what choices say; `named` maps what may be wrong with a request to the name of a choice."""
    fields: dict[str, Any] = {}
    by_place = {}
    for part, choice in named.items():
        if part in STATUSES:
            fields[STATUSES[part]] = int(choices[choice])
        elif part in FLAGS:
            fields[FLAGS[part]] = choices[choice] in _LENIENT
        else:
            by_place[part] = int(choices[choice])
    return Strictness(**fields, by_place=by_place)
