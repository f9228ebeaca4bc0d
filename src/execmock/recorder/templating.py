"""Puts names in double braces in the place of what differs with each execution: ids, dates, what was sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from execmock.core.durations import format_instant
from execmock.recorder.model import Run, Sent, Stay
from execmock.recorder.vocabulary import Words

__all__ = ["STAY", "templated"]

STAY = "{{{{ steps.#{}.at }}}}"
"""Stands for the instant at which a run's stay of that number began; the step's name comes later."""

_SHORTEST_ID = 6
_SHORTEST_SAID = 2
_SHORTEST_REQUEST = 4
_SIMPLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,80}")
_EXACT = frozenset(("eventType", "level", "nodeId", "paymentStatus"))
"""Words of the service, which are no one's data."""
_MOST = 2_000


def templated(run: Run, ids: Mapping[str, str], words: Words) -> None:
    """Rewrite the values and events of a run's stays; `ids` are what the mock makes for each execution."""
    fixed = {value: name for name, value in ids.items() if len(value) >= _SHORTEST_ID}
    whole = dict(_leaves(run.request, "request", words.vocabulary.request_names, _SHORTEST_REQUEST))
    objects = {name: value for name, value in run.request.items() if isinstance(value, dict) and value}
    said: Sent | None = None
    instants: dict[str, str] = {}
    for number, stay in enumerate(run.stays):
        said = stay.signal or said
        instants.setdefault(format_instant(stay.since.at), STAY.format(number))
        _Writer(fixed, whole, instants, said, objects).stay(stay)


class _Writer:
    def __init__(
        self,
        ids: Mapping[str, str],
        whole: Mapping[Any, str],
        instants: Mapping[str, str],
        said: Sent | None,
        objects: Mapping[str, Any],
    ) -> None:
        self._names, self._objects = list(objects), list(objects.values())
        self._parts = {value: f"{{{{ execution.{name} }}}}" for value, name in ids.items()} | dict(instants)
        self._whole = dict(whole)
        self._payload = said.payload if said else None
        if isinstance(self._payload, dict):
            # What the last signal said is newer than what the request did.
            self._whole |= dict(_leaves(self._payload, "signal.payload", self._payload, _SHORTEST_SAID))
            said_texts = self._whole.items()
            texts = {
                v: t for v, t in said_texts if isinstance(v, str) and len(v) > 2 and t.startswith("signal.")
            }
            self._parts = {value: f"{{{{ {name} }}}}" for value, name in texts.items()} | self._parts
        self._ids = frozenset(ids)
        self._longest_first = sorted(self._parts, key=len, reverse=True)[:_MOST]

    def stay(self, stay: Stay) -> None:
        """Rewrite all that one stay shows."""
        if stay.values:
            stay.values = {name: self.value(name, value) for name, value in stay.values.items()}
        for event in stay.events:
            event.fields = {name: self.value(name, value) for name, value in event.fields.items()}

    def value(self, name: str, value: Any) -> Any:
        """Return one property's value."""
        return self._text(value, bare=True) if name in _EXACT else self._any(value)

    def _any(self, value: Any) -> Any:
        if isinstance(value, dict | list):
            if value and value == self._payload:
                return "{{ signal.payload }}"
            if value and value in self._objects:
                return f"{{{{ request.{self._names[self._objects.index(value)]} }}}}"
            if isinstance(value, dict):
                return {key: self._any(inner) for key, inner in value.items()}
            return [self._any(inner) for inner in value]
        if isinstance(value, bool) or value is None:
            return value
        name = self._whole.get(value)
        if name:
            return f"{{{{ {name} }}}}"
        return self._text(value, bare=False)

    def _text(self, value: Any, *, bare: bool) -> Any:
        if not isinstance(value, str):
            return value
        if bare:
            return _escaped(value)
        there = [part for part in self._longest_first if part in value]
        if not there:
            return _escaped(value)
        patterns = (
            re.escape(part) if part in self._ids else rf"(?<!\w){re.escape(part)}(?!\w)" for part in there
        )
        made, at = [], 0
        for found in re.finditer("|".join(patterns), value):
            made += [_escaped(value[at : found.start()]), self._parts[found[0]]]
            at = found.end()
        return "".join([*made, _escaped(value[at:])])


def _escaped(text: str) -> str:
    return text.replace("{{", "{{ '{{' }}")


def _leaves(value: Any, path: str, names: Any, shortest: int) -> Iterator[tuple[Any, str]]:
    """Yield each text and large number in an object, with the name that a template looks it up by."""
    for name, inner in value.items() if isinstance(value, dict) else ():
        if not _SIMPLE.fullmatch(name) or name not in names:
            continue
        place = f"{path}.{name}"
        if isinstance(inner, dict):
            yield from _leaves(inner, place, inner, shortest)
        elif (isinstance(inner, str) and len(inner) >= shortest) or _is_large(inner):
            yield inner, place


def _is_large(value: Any) -> bool:
    """Whether a number is one that does not stand somewhere by chance."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 1_000
