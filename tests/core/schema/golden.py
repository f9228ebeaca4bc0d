"""What is said of values that break a schema, as data: messages.json holds schemas, values and messages.

The schemas are the contract's, the control API's and the files', without their descriptions, and one with
every keyword. They are kept as they were, so that the messages change with the wording alone.
`python -m tests.core.schema.golden` writes the messages anew; read the difference before you commit it.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from execmock.core.schema.validator import SchemaValidator
from execmock.core.schema.violation import Violation

FILE = Path(__file__).with_name("messages.json")


class Case(NamedTuple):
    """A value, and what is said of it; nothing where it fits."""

    value: Any
    messages: list[str]


class Group(NamedTuple):
    """A schema, the first part of each place in it, and the cases."""

    where: str
    schema: dict[str, Any]
    cases: list[Case]

    @property
    def validator(self) -> SchemaValidator:
        return SchemaValidator(self.schema, self.where)


@cache
def groups() -> dict[str, Group]:
    """Return the groups by the name of their schema."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    return {
        name: Group(each["where"], each["schema"], [Case(*case) for case in each["cases"]])
        for name, each in data.items()
    }


def message(violation: Violation) -> str:
    """Return a violation's sentence, marked with what else is known of it."""
    marks = [name for name in ("missing", "unknown") if getattr(violation, name)]
    return " ".join([str(violation), *(f"[{mark}]" for mark in marks)])


def messages(validator: SchemaValidator, value: Any) -> list[str]:
    """Return what is said of a value, as the file has it."""
    return [message(violation) for violation in validator.violations(value)]


def write(found: dict[str, Group]) -> None:
    """Write the groups with the messages of the present code, a line for each value."""
    parts = []
    for name, group in found.items():
        cases = [[case.value, messages(group.validator, case.value)] for case in group.cases]
        lines = ",\n".join(_text(case) for case in cases)
        head = f'{_text(name)}: {{"where": {_text(group.where)}, "schema": {_text(group.schema)}'
        parts.append(f'{head}, "cases": [\n{lines}]}}')
    FILE.write_text("{" + ",\n".join(parts) + "}\n", encoding="utf-8")


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    write(groups())
