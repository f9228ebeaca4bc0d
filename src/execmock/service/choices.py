"""The behaviours that the contract leaves open, and which of them the mock shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from execmock.core.contract import Contract
from execmock.errors import ConfigError, nearest

__all__ = ["Choices", "as_chosen", "choosable", "choose"]

Choices = Mapping[str, Any]


def choosable(contract: Contract) -> Mapping[str, tuple[int | str, ...]]:
    """Return the choices that have more than one value the mock can show; the default comes first."""
    return {
        name: choice.values
        for name, choice in contract.choices.items()
        if choice.alternatives and "any" not in choice.alternatives and name not in _JUDGED_ONLY
    }


# Differences of form that the checks tolerate in a service, but that the mock has no use in showing.
_JUDGED_ONLY = frozenset({"emptyField"})


def choose(contract: Contract, wanted: Iterable[tuple[str, str]]) -> Choices:
    """Return every choice's value: the contract's default, or what `wanted` says, as name and value.

    Raises ConfigError that names the valid names or values.
    """
    values: dict[str, Any] = {name: choice.default for name, choice in contract.choices.items()}
    open_to_choice = choosable(contract)
    for name, value in wanted:
        if name not in open_to_choice:
            known = ", ".join(open_to_choice)
            raise ConfigError(
                f"unknown choice {name!r}; expected one of {known}.{nearest(name, open_to_choice)}"
            )
        by_text = {str(valid): valid for valid in open_to_choice[name]}
        if value not in by_text:
            raise ConfigError(f"{name} cannot be {value!r}; expected one of {', '.join(by_text)}")
        values[name] = by_text[value]
    return values


def as_chosen(contract: Contract, choices: Choices) -> Contract:
    """Return the contract that is served under these choices: with or without the vendor's later statuses."""
    return contract.with_drift() if choices.get("statuses") == "nine" else contract
