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
from execmock.core.templates import Names, has_template, is_whole, literal, wrong_templates
from execmock.errors import nearest, quoted

__all__ = ["check_events", "check_sets", "validator_of"]

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
                place,
                f"{quoted(name)} cannot be set; expected one of {known}.{nearest(name, vocabulary.settable)}",
            )
            continue
        wrong = [Finding((*place, *deep), message) for deep, message in wrong_templates(value, names)]
        yield from wrong
        if vocabulary.counts(name) and isinstance(value, str) and has_template(value):
            yield Finding(place, f"{name} is counted before anything is known; expected a whole number")
        elif value is not None and not wrong:
            yield from _misfits(name, value, place, vocabulary.settable[name])


def _misfits(name: str, value: Any, place: DataPath, schema: Mapping[str, Any]) -> Iterator[Finding]:
    for violation in validator_of(name, schema).violations(value):
        # What one placeholder alone stands for is judged when it is known: see `Step.value`. A longer text
        # stays text, and is judged as it stands.
        if not is_whole(_item(value, violation.path)):
            yield Finding((*place, *violation.path), violation.sentence)


def _item(value: Any, path: DataPath) -> Any:
    for part in path:
        try:
            value = value[part]
        except (LookupError, TypeError):
            return None
    return value


def validator_of(name: str, schema: Mapping[str, Any]) -> SchemaValidator:
    """Return what judges values of a property."""
    return _validator(name, dumps(schema))


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
        if isinstance(event.data, str) and not is_whole(event.data):
            said = "an object is expected, or one {{ name }} alone that stands for one"
            yield Finding((*path, index, "data"), said)
        for field in _TEMPLATED:
            for deep, message in wrong_templates(getattr(event, field), names):
                yield Finding((*path, index, field, *deep), message)
