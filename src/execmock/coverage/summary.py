"""A coverage summed up for people: a line for each kind, and a sentence for each unit that was never met."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from execmock.core.apis import EXECUTIONS_API
from execmock.core.visible_json import visible_json
from execmock.coverage.model import KINDS, Coverage, Kind, Unit

__all__ = ["TITLES", "Row", "as_json", "describe", "missing_sentence", "rows", "unseen_sentences"]

TITLES: Mapping[Kind, str] = {
    "answer": "operations by statuses",
    "example": "documented errors",
    "status": "statuses of executions",
    "transition": "transitions",
    "branch": "scenario branches",
    "fault": "faults",
}


class Row(NamedTuple):
    """How many units of a kind were met, of how many that are declared."""

    title: str
    met: int
    declared: int

    @property
    def percent(self) -> str:
        """The part that was met, rounded down so that 100 % means all."""
        return f"{100 * self.met // self.declared} %" if self.declared else "-"


def rows(coverage: Coverage) -> list[Row]:
    """Return a row for each kind, and one for all of them."""
    kinds = [Row(TITLES[kind], coverage.met(kind), coverage.declared(kind)) for kind in KINDS]
    return [*kinds, Row("all", coverage.met(), coverage.declared())]


def as_json(coverage: Coverage) -> str:
    """Return how much was met and what never was as indented JSON."""
    kinds = [
        {"kind": kind, "title": TITLES[kind], "met": coverage.met(kind), "declared": coverage.declared(kind)}
        for kind in KINDS
    ]
    return visible_json({"percent": round(coverage.percent, 2), "kinds": kinds, **_told(coverage)}) + "\n"


def _told(coverage: Coverage) -> dict[str, Any]:
    missing = [
        {
            **_named(unit),
            "unseen": coverage.tallies[unit].unseen,
            "way": coverage.ways.get(unit),
            "message": missing_sentence(coverage, unit),
        }
        for unit in coverage.missing()
    ]
    met = [
        {**_named(unit), "met": tally.met} for unit, tally in sorted(coverage.tallies.items()) if tally.met
    ]
    return {"missing": missing, "met": met, "leftOut": coverage.left_out}


def _named(unit: Unit) -> dict[str, Any]:
    return {"kind": unit.kind, "names": list(unit.names)}


def describe(unit: Unit) -> str:
    """Return a unit in a few words."""
    names = unit.names
    if unit.kind == "example":
        return f"{names[0]} {names[1]} {names[2]}"
    if unit.kind == "answer":
        return f"{names[0] or 'no operation'} {names[1]}"
    if unit.kind == "branch":
        return f"{names[0]}: {names[1]} -> {names[3]} ({names[2]})"
    api = "" if names[0] == EXECUTIONS_API.name else f"{names[0]} "
    if unit.kind == "status":
        return f"{api}{names[1]}"
    if unit.kind == "transition":
        return f"{api}{names[1]} -> {names[2]}"
    return f"fault {names[0]}"


def missing_sentence(coverage: Coverage, unit: Unit) -> str:
    """Return what was never met, and how to bring it about."""
    way = coverage.ways.get(unit)
    unseen = coverage.tallies[unit].unseen
    happened = f" (it happened {_times(unseen)}, and no client saw it)" if unseen else ""
    return f"no client met {describe(unit)}{happened}{f'; {way} shows it' if way else ''}"


def unseen_sentences(coverage: Coverage) -> list[str]:
    """Return which transitions happened between two views alone, and how much was not counted."""
    happened = [unit for unit, tally in coverage.of("transition") if tally.unseen and not tally.met]
    said = []
    if happened:
        number = f"{len(happened)} transition{'s' if len(happened) > 1 else ''}"
        said.append(f"{number} happened, and no client saw them: {', '.join(map(describe, happened))}")
    if coverage.left_out:
        said.append(f"{coverage.left_out} counts were left out: there were too many kinds of them")
    return said


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
