"""Names to behaviours: what a fault and a variant are, and how they are put together."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TypeVar

from .behaviour import Behaviour


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to break the contract.

    Each of `rules` has to report it; each of `also` may, because it looks at the same thing.
    """

    name: str
    sentence: str
    rules: tuple[str, ...]
    also: tuple[str, ...]
    behaviour: type[Behaviour]


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to keep the contract otherwise; `notices` are the advisory rules that may mention it."""

    name: str
    sentence: str
    notices: tuple[str, ...]
    behaviour: type[Behaviour]


E = TypeVar("E", Fault, Variant)

_faults: dict[str, Fault] = {}
_variants: dict[str, Variant] = {}


def fault(
    name: str, sentence: str, *rules: str, also: tuple[str, ...] = ()
) -> Callable[[type[Behaviour]], type[Behaviour]]:
    """Enter the decorated class as a fault."""

    def enter(behaviour: type[Behaviour]) -> type[Behaviour]:
        _enter(_faults, Fault(name, sentence, rules, also, behaviour))
        return behaviour

    return enter


def variant(name: str, sentence: str, *notices: str) -> Callable[[type[Behaviour]], type[Behaviour]]:
    """Enter the decorated class as a variant."""

    def enter(behaviour: type[Behaviour]) -> type[Behaviour]:
        _enter(_variants, Variant(name, sentence, notices, behaviour))
        return behaviour

    return enter


def _enter(entries: dict[str, E], entry: E) -> None:
    if entry.name in entries:
        raise ValueError(f"{entry.name} is entered twice")
    entries[entry.name] = entry


@cache
def all_faults() -> Mapping[str, Fault]:
    """Return all faults by name."""
    from . import faults as _  # noqa: F401 - its modules enter themselves

    return MappingProxyType(_faults)


@cache
def all_variants() -> Mapping[str, Variant]:
    """Return all variants by name."""
    from . import variants as _  # noqa: F401 - the module enters itself

    return MappingProxyType(_variants)


def compose(fault_name: str | None, variant_name: str | None) -> type[Behaviour]:
    """Return the behaviour that has the fault over the variant; KeyError names the nearest entry."""
    bases = [] if fault_name is None else [_named(all_faults(), fault_name).behaviour]
    bases += [] if variant_name is None else [_named(all_variants(), variant_name).behaviour]
    return type("Composed", (*bases, Behaviour), {}) if bases else Behaviour


def _named(entries: Mapping[str, E], name: str) -> E:
    if name not in entries:
        near = difflib.get_close_matches(name, entries, 1)
        raise KeyError(f"no entry {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    return entries[name]
