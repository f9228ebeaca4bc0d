"""Checks of what single values in a scenario say: `set` and `events`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from json import dumps, loads
from typing import Any

from execmock.core.findings import DataPath, Finding
from execmock.core.scenario.source import EventSource
from execmock.core.scenario.vocabulary import Vocabulary
from execmock.core.schema.validator import SchemaValidator
from execmock.core.templates import Names, has_template, literal, unknown_names
from execmock.errors import nearest

__all__ = ["check_events", "check_sets"]

_TEMPLATED = ("eventType", "title", "level", "message", "nodeId", "data")


def check_sets(
    sets: Mapping[str, Any], path: DataPath, vocabulary: Vocabulary, names: Names
) -> Iterator[Finding]:
    """Yield what is wrong with a step's `set`: unknown properties, values that break the response schema."""
    for name, value in sets.items():
        place = (*path, name)
        if name not in vocabulary.settable:
            known = ", ".join(vocabulary.settable)
            yield Finding(
                place, f"{name!r} cannot be set; expected one of {known}.{nearest(name, vocabulary.settable)}"
            )
            continue
        yield from (Finding((*place, *deep), message) for deep, message in unknown_names(value, names))
        yield from _misfits(name, value, place, vocabulary.settable[name])


def _misfits(name: str, value: Any, place: DataPath, schema: Mapping[str, Any]) -> Iterator[Finding]:
    # A text with a placeholder stays text where the schema wants text, so it is judged as it stands.
    for violation in _validator(name, dumps(schema)).violations(value):
        yield Finding((*place, *violation.path), violation.sentence)


@lru_cache(maxsize=64)
def _validator(name: str, schema: str) -> SchemaValidator:
    # The schema comes as text because a mapping cannot be a cache key.
    return SchemaValidator(loads(schema), name)


def check_events(
    events: Sequence[EventSource], path: DataPath, names: Names, *, shown: bool
) -> Iterator[Finding]:
    """Yield what is wrong with a step's events; `shown` says whether the API has a timeline at all."""
    if events and not shown:
        yield Finding(path, "an embed execution has no timeline, so these events would never be shown")
    for index, event in enumerate(events):
        if has_template(event.eventType) and not literal(event.eventType).strip():
            place = (*path, index, "eventType")
            yield Finding(place, "an event needs a type even where the name has no value; add text to it")
        for field in _TEMPLATED:
            for deep, message in unknown_names(getattr(event, field), names):
                yield Finding((*path, index, field, *deep), message)
