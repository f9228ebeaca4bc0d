"""How strictly an operation takes requests, and by which status it refuses those that break the contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from execmock.core.contract import Contract
from execmock.core.contract.strictness import FLAGS, STATUSES, strictness_of
from execmock.core.schema.violation import Violation
from execmock.service.choices import Choices

__all__ = ["Strictness", "breaks", "chosen_strictness"]

_LENIENT = ("accept", "clamp", "ignore")


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
    unknown_parameters: bool = True
    forms: bool = False
    by_place: Mapping[str, int] = field(default_factory=dict)
    """Statuses for violations at one place, such as body/id_type, where it differs from `invalid`."""

    @property
    def lenient(self) -> bool:
        """Whether a body that fits its schema is taken as it is."""
        return self.nulls and self.empty_strings and self.unknown_properties

    def status_of(self, violations: Sequence[Violation]) -> int:
        """Return the status that refuses a body for these violations."""
        own = {self.by_place.get(violation.where, self.invalid) for violation in violations}
        return own.pop() if len(own) == 1 else self.invalid


def chosen_strictness(contract: Contract, choices: Choices) -> dict[str, Strictness]:
    """Return operation id to how it refuses, as `x-strictness` and the choices that it names say."""
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


def breaks(count: int) -> str:
    """Return the message of a refusal for so many violations."""
    return f"The request breaks the contract in {count} place{'s' if count > 1 else ''}"
