"""Advice on a scenario that works: words that the contract's choices do not name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from execmock.core.findings import DataPath, Finding
from execmock.core.scenario.source import EventSource, ScenarioSource
from execmock.core.scenario.vocabulary import Vocabulary
from execmock.core.templates import has_template
from execmock.errors import nearest, quoted

__all__ = ["advise"]

_DOTTED = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+")


def advise(source: ScenarioSource, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Yield each word that a step shows and that is none of those which `x-choices` names for its place."""
    for index, step in enumerate(source.steps):
        for name, value in step.set.items():
            yield from _word(name, value, ("steps", index, "set", name), vocabulary)
        for n, event in enumerate(step.events or ()):
            yield from _event(event, ("steps", index, "events", n), vocabulary)


def _event(event: EventSource, path: DataPath, vocabulary: Vocabulary) -> Iterator[Finding]:
    yield from _word("eventLevel", event.level, (*path, "level"), vocabulary)
    kind = event.eventType
    if vocabulary.dotted_events and not has_template(kind) and not _DOTTED.fullmatch(kind):
        said = f"{quoted(kind)} is not dotted as event types are, such as node.completed"
        yield Finding((*path, "eventType"), said)


def _word(choice: str, value: object, path: DataPath, vocabulary: Vocabulary) -> Iterator[Finding]:
    words = vocabulary.words.get(choice)
    if words and isinstance(value, str) and not has_template(value) and value not in words:
        said = f"{quoted(value)} is none of the words of x-choices.{choice}: {', '.join(words)}"
        yield Finding(path, f"{said}.{nearest(value, words)}")
