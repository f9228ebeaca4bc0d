"""Are the extensions at the top of a document sound: choices, strictness, paths that are known elsewhere?"""

from __future__ import annotations

from collections.abc import Iterator

from execmock.core.contract.check.references import data_path
from execmock.core.contract.document import Contract
from execmock.core.contract.model import Choice
from execmock.core.contract.strictness import EXTENSION, FLAGS, STATUSES
from execmock.core.findings import DataPath, Finding, findings_of
from execmock.core.schema.validator import SchemaValidator
from execmock.errors import nearest

__all__ = ["extension_findings"]

_TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
_CHOICE = {
    "type": "object",
    "required": ["default"],
    "properties": {
        "alternatives": {"type": "array"},
        "description": {"type": "string"},
        "mock-only": {"type": "boolean"},
    },
}
_SHAPE = {
    "type": "object",
    "properties": {
        "x-choices": {"type": "object", "additionalProperties": _CHOICE},
        "x-known-elsewhere": {"type": "object"},
        EXTENSION: _TEXTS,
    },
}
_ON_OPERATION = {"type": "object", "properties": {EXTENSION: _TEXTS}}
_PARTS = (*STATUSES, *FLAGS, "body/NAME")


def extension_findings(contract: Contract, shipped: Contract) -> list[Finding]:
    """Return what is wrong with them; the choices of the shipped contract are to be there."""
    found = findings_of(SchemaValidator(_SHAPE, "").violations(contract.document))
    on_operation = SchemaValidator(_ON_OPERATION, "")
    for operation in contract.operations.values():
        path = data_path(contract.document, operation.pointer)
        found += findings_of(on_operation.violations(contract.look_up(operation.pointer)), path)
    return found or [*_choice_findings(contract, shipped), *_strictness_findings(contract)]


def _choice_findings(contract: Contract, shipped: Contract) -> Iterator[Finding]:
    for name, choice in shipped.choices.items():
        if name not in contract.choices:
            others = [other for other in contract.choices if other not in shipped.choices]
            text = f"x-choices has no {name!r}, which the mock needs.{nearest(name, others)}"
            yield Finding(("x-choices",) if contract.choices else (), text)
            continue
        wrong = [value for value in contract.choices[name].values if not _may_be(value, choice)]
        if wrong:
            valid = ", ".join(map(str, choice.values))
            yield Finding(("x-choices", name), f"{name} cannot be {wrong[0]!r}; expected one of {valid}")


def _may_be(value: object, shipped: Choice) -> bool:
    """Whether the mock understands a value: one that it ships, or another status of a refusal."""
    if "any" in shipped.alternatives or not isinstance(value, int | str):
        return True
    numbers = any(isinstance(known, int) for known in shipped.values)
    return value in shipped.values or (numbers and isinstance(value, int) and 400 <= value < 500)


def _strictness_findings(contract: Contract) -> Iterator[Finding]:
    for pointer in ("#", *(operation.pointer for operation in contract.operations.values())):
        path: DataPath = (*data_path(contract.document, pointer), EXTENSION)
        for part, name in contract.look_up(pointer).get(EXTENSION, {}).items():
            choice = contract.choices.get(name)
            if part not in (*STATUSES, *FLAGS) and not part.startswith("body/"):
                text = f"{part!r} is not what a request is refused for; expected {', '.join(_PARTS)}"
                yield Finding((*path, part), f"{text}.{nearest(part, _PARTS)}")
            elif choice is None:
                text = f"there is no choice {name!r} in x-choices.{nearest(name, contract.choices)}"
                yield Finding((*path, part), text)
            elif part not in FLAGS and not isinstance(choice.default, int):
                yield Finding((*path, part), f"{name} chooses no status, which {part!r} needs")
