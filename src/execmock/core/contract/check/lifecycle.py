"""Do the extensions that say how executions move fit the statuses that there are?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from execmock.core.contract.check.references import data_path
from execmock.core.contract.document import Contract
from execmock.core.contract.names import EMBED_STATUS, EXECUTION, STATUS, SchemaPlace
from execmock.core.findings import DataPath, Finding, findings_of
from execmock.core.schema.validator import SchemaValidator
from execmock.errors import nearest

__all__ = ["status_findings"]

_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_TRANSITIONS = {
    "type": "object",
    "required": ["initial", "next"],
    "properties": {
        "initial": {**_TEXTS, "minItems": 1},
        "next": {"type": "object", "additionalProperties": _TEXTS},
    },
}
_DRIFT = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "required": ["from"],
        "properties": {"from": _TEXTS, "due": _TEXTS},
    },
}
_EVENTS = {
    "type": "object",
    "additionalProperties": {"type": "object", "required": ["eventType"], "properties": {"eventType": _TEXT}},
}
_LIFECYCLE = {
    "type": "object",
    "required": ["properties"],
    "properties": {
        "properties": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["due"],
                "properties": {
                    "due": _TEXTS,
                    "prefix": _TEXT,
                    "early": {"type": "object", "required": ["in"], "properties": {"in": _TEXTS}},
                },
            },
        }
    },
}
_ON_STATUS = {
    "type": "object",
    "required": ["x-transitions"],
    "properties": {"x-transitions": _TRANSITIONS, "x-drift": _DRIFT, "x-events": _EVENTS},
}
_ON_EXECUTION = {"type": "object", "required": ["x-lifecycle"], "properties": {"x-lifecycle": _LIFECYCLE}}


def status_findings(contract: Contract) -> list[Finding]:
    """Return what is missing or contradictory in `x-transitions`, `x-drift`, `x-events` and `x-lifecycle`."""
    found = [*_shape(contract, STATUS, _ON_STATUS), *_shape(contract, EMBED_STATUS, _ON_STATUS)]
    found += _shape(contract, EXECUTION, _ON_EXECUTION)
    if not found:
        found = [*_graph_findings(contract, STATUS), *_graph_findings(contract, EMBED_STATUS)]
        found += _lifecycle_findings(contract)
    return found


def _shape(contract: Contract, place: SchemaPlace, wanted: Mapping[str, Any]) -> list[Finding]:
    path, schema = _found(contract, place)
    return findings_of(SchemaValidator(wanted, "").violations(dict(schema)), path)


def _graph_findings(contract: Contract, place: SchemaPlace) -> Iterator[Finding]:
    path, schema = _found(contract, place)
    graph, drift = schema["x-transitions"], schema.get("x-drift", {})
    following: Mapping[str, list[str]] = graph["next"]
    known = schema.get("enum", list(following))
    for index, status in enumerate(known):
        if status not in following:
            text = f"{status!r} is not in x-transitions.next; expected what may follow it there"
            yield Finding((*path, "enum", index), f"{text}, [] if nothing does")
    where: DataPath = (*path, "x-transitions")
    yield from _unknown(known, following, (*where, "next"), keys=True)
    yield from _unknown(known, graph["initial"], (*where, "initial"))
    for status, after in following.items():
        yield from _unknown(known, after, (*where, "next", status))
    for status, entry in drift.items():
        if status in known:
            text = f"{status!r} is a status already; expected it in `enum` or in x-drift, not in both"
            yield Finding((*path, "x-drift", status), text)
        yield from _unknown(known, entry["from"], (*path, "x-drift", status, "from"))
    events = schema.get("x-events", {})
    yield from _unknown([*known, *drift, "created"], events, (*path, "x-events"), keys=True)


def _lifecycle_findings(contract: Contract) -> Iterator[Finding]:
    path, schema = _found(contract, EXECUTION)
    statuses = contract.transitions().statuses
    lifecycle = schema["x-lifecycle"]["properties"]
    place: DataPath = (*path, "x-lifecycle", "properties")
    yield from _unknown(schema["properties"], lifecycle, place, keys=True, what="property of an execution")
    for name, rule in lifecycle.items():
        yield from _unknown(statuses, rule["due"], (*place, name, "due"))
        yield from _unknown(statuses, rule.get("early", {}).get("in", ()), (*place, name, "early", "in"))
        shown = contract.resolve(schema["properties"].get(name, {}))
        if not (shown.get("x-settable") or shown.get("format") == "date-time" or "prefix" in rule):
            text = f"{name!r} has no `prefix`, with which the mock begins the ids that it makes for it"
            yield Finding((*place, name), text)
    drift_path, status = _found(contract, STATUS)
    for name, entry in status.get("x-drift", {}).items():
        yield from _unknown(
            lifecycle,
            entry.get("due", ()),
            (*drift_path, "x-drift", name, "due"),
            what="property of x-lifecycle",
        )


def _unknown(
    known: Any, names: Any, path: DataPath, *, keys: bool = False, what: str = "status"
) -> Iterator[Finding]:
    """Yield each of some names that is not known; they are the keys of a mapping, or the items of a list."""
    for index, name in enumerate(names):
        if name not in known:
            yield Finding((*path, name if keys else index), f"{name!r} is no {what}.{nearest(name, known)}")


def _found(contract: Contract, place: SchemaPlace) -> tuple[DataPath, Mapping[str, Any]]:
    return data_path(contract.document, contract.pointer(place)), contract.schema(place)
