"""Units that can be met, and how often each was. A coverage is a value: two of them add up to one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

__all__ = ["KINDS", "MOST_UNITS", "Coverage", "Kind", "Tally", "Unit"]

Kind = Literal["answer", "example", "status", "transition", "branch", "fault"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MOST_UNITS = 5_000
"""Units that are counted apart of one sandbox: scenarios and faults can be added without end."""


class Unit(NamedTuple):
    """One thing that a client can meet.

    `names` are, by kind: answer (operation, HTTP status), example (operation, HTTP status, name of a
    documented error), status (API, status of an execution), transition (API, from, to), branch (scenario,
    step, trigger, next step), fault (name).
    """

    kind: Kind
    names: tuple[str, ...]

    @property
    def flat(self) -> tuple[Kind, *tuple[str, ...]]:
        """The kind and the names side by side."""
        return (self.kind, *self.names)


class Tally(NamedTuple):
    """How often a unit was met.

    `declared` says that it is known beforehand, by the contract, a scenario in use or a fault; what is not
    declared counts for nothing. `unseen` is how often it happened without a client that saw it.
    """

    declared: bool = False
    met: int = 0
    unseen: int = 0

    def __add__(self, other: tuple[object, ...]) -> Tally:
        """Return both together."""
        if not isinstance(other, Tally):
            return NotImplemented
        return Tally(self.declared or other.declared, self.met + other.met, self.unseen + other.unseen)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Tallies by unit. `ways` says how to bring a unit about, `left_out` how many were not counted apart."""

    tallies: Mapping[Unit, Tally] = field(default_factory=dict)
    ways: Mapping[Unit, str] = field(default_factory=dict)
    left_out: int = 0

    def __add__(self, other: Coverage) -> Coverage:
        """Return what both met. In which order coverages are added makes no difference."""
        tallies = dict(self.tallies)
        for unit, tally in other.tallies.items():
            tallies[unit] = tallies[unit] + tally if unit in tallies else tally
        # Where two know a way the one that comes first in the alphabet stays, whichever is added to which.
        both = self.ways.keys() & other.ways.keys()
        ways = {**self.ways, **other.ways, **{unit: min(self.ways[unit], other.ways[unit]) for unit in both}}
        return Coverage(tallies, ways, self.left_out + other.left_out)

    @classmethod
    def sum(cls, coverages: Iterable[Coverage]) -> Coverage:
        """Return what all of them met."""
        total = cls()
        for coverage in coverages:
            total = total + coverage
        return total

    def of(self, kind: Kind) -> Iterator[tuple[Unit, Tally]]:
        """Yield the units of a kind, sorted by their names."""
        return ((unit, self.tallies[unit]) for unit in sorted(self.tallies) if unit.kind == kind)

    def missing(self, kind: Kind | None = None) -> list[Unit]:
        """Return the declared units that no client met, by kind and name."""
        kinds = KINDS if kind is None else (kind,)
        return [unit for one in kinds for unit, tally in self.of(one) if tally.declared and not tally.met]

    def declared(self, kind: Kind | None = None) -> int:
        """Return how many units are declared."""
        return sum(t.declared for unit, t in self.tallies.items() if kind in (None, unit.kind))

    def met(self, kind: Kind | None = None) -> int:
        """Return how many declared units were met."""
        return sum(t.declared and t.met > 0 for unit, t in self.tallies.items() if kind in (None, unit.kind))

    @property
    def percent(self) -> float:
        """What part of the declared units was met, from 0 to 100; 0 where there are none."""
        declared = self.declared()
        return 100 * self.met() / declared if declared else 0.0
