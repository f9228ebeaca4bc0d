"""Workflow ids that were probably meant to be magic: nearly the id that picks a scenario, or its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from execmock.core.scenario import Scenario

__all__ = ["MagicIds"]

_PROPERTY = "workflowId"
_LONGEST = 100
_PREFIX = "wf"
_LONG_ENOUGH = ((8, 2), (5, 1))
"""From how many characters on how many may be wrong."""


class MagicIds:
    """The workflow ids that pick a scenario by themselves or with other properties."""

    def __init__(self, scenarios: Iterable[Scenario]) -> None:
        self._texts = {
            text
            for scenario in scenarios
            if scenario.api == "executions"
            for condition in scenario.conditions
            if condition.path == (_PROPERTY,)
            for text in condition.test.values or ()
            if isinstance(text, str)
        }
        self._by_length: dict[int, list[_Magic]] = {}
        for text in sorted(self._texts):
            plain = _plain(text)
            self._by_length.setdefault(len(plain), []).append(_Magic(text, plain, Counter(plain)))

    def nearly(self, workflow: str) -> str | None:
        """Return the magic id that a workflow id is nearly, or None; None too for one that is magic.

        Ids that differ in their numbers alone are different ids.
        """
        if workflow in self._texts or len(workflow) > _LONGEST:
            return None
        given = _plain(workflow)
        most = next((most for length, most in _LONG_ENOUGH if len(given) >= length), 0)
        letters = Counter(given)
        best, farthest = None, most + 1
        for length in range(len(given) - most, len(given) + most + 1):
            for magic in self._by_length.get(length, ()):
                # What lacks too many letters needs no closer look.
                if (letters - magic.letters).total() <= most and not _differ_in_numbers(given, magic.plain):
                    distance = _distance(given, magic.plain)
                    if distance < farthest:
                        best, farthest = magic.text, distance
        return best


class _Magic(NamedTuple):
    """A magic id, what is compared of it, and how often it has each character."""

    text: str
    plain: str
    letters: Counter[str]


def _plain(text: str) -> str:
    """Return what is compared: no case, no separators, no prefix."""
    return "".join(char for char in text.casefold() if char.isalnum()).removeprefix(_PREFIX)


def _differ_in_numbers(one: str, other: str) -> bool:
    return one != other and _without_digits(one) == _without_digits(other)


def _without_digits(text: str) -> str:
    return "".join(char for char in text if not char.isdigit())


def _distance(one: str, other: str) -> int:
    """Return how many characters are missing, too many, wrong, or swapped with the next one."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, char in enumerate(one, 1):
        previous, row, older = row, [i], before
        for j, wanted in enumerate(other, 1):
            cost = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (char != wanted))
            if i > 1 and j > 1 and char == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        before = previous
    return row[-1]
