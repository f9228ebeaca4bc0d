"""Do the examples of a document fit the schemas that they stand with? The mock answers with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from execmock.core.contract.check.references import data_path
from execmock.core.contract.document import Contract
from execmock.core.contract.pointers import follow, join
from execmock.core.findings import DataPath, Finding
from execmock.core.schema.validator import SchemaValidator

__all__ = ["example_findings"]


def example_findings(contract: Contract) -> list[Finding]:
    """Return where an example of a parameter, a body or an answer breaks its schema."""
    validators: dict[str, SchemaValidator] = {}
    found: dict[DataPath, Finding] = {}
    for pointer, value, schema in _examples(contract):
        if schema not in validators:
            node = contract.look_up(schema)
            validators[schema] = SchemaValidator(
                contract.standalone(node if isinstance(node, dict) else {}), ""
            )
        path = data_path(contract.document, pointer)
        for violation in validators[schema].violations(value):
            inside = (*path, *violation.path)
            where = f"{violation.where.strip('/')}: " if violation.where.strip("/") else ""
            text = f"the example breaks its schema: {where}{violation.sentence}"
            found.setdefault(inside, Finding(inside if not violation.missing else inside[:-1], text))
    return list(found.values())


def _examples(contract: Contract) -> Iterator[tuple[str, Any, str]]:
    """Yield the pointer to each example's value, the value, and the pointer to its schema."""
    for operation in contract.operations.values():
        holders = [parameter.pointer for parameter in operation.parameters]
        bodies = [response.pointer for response in operation.responses.values()]
        bodies += [operation.body.pointer] if operation.body else []
        for body in bodies:
            whole = follow(contract.document, body)
            media = contract.look_up(whole).get("content", {})
            holders += [join(whole, ["content", name]) for name in media]
        for holder in holders:
            yield from _examples_of(contract, holder)


def _examples_of(contract: Contract, holder: str) -> Iterator[tuple[str, Any, str]]:
    node: Mapping[str, Any] = contract.look_up(holder)
    if "schema" not in node:
        return
    schema = follow(contract.document, holder, ["schema"])
    if "example" in node:
        yield join(holder, ["example"]), node["example"], schema
    for name in node.get("examples", {}):
        example = follow(contract.document, holder, ["examples", name])
        if "value" in contract.look_up(example):
            yield join(example, ["value"]), contract.look_up(example)["value"], schema
