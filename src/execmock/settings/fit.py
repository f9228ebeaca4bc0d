"""Fits one given value to its option, or words why it does not fit."""

from __future__ import annotations

from typing import Any

from execmock.errors import ConfigError, Place
from execmock.settings.option import Option
from execmock.settings.parsers import as_text, without_user_info

__all__ = ["fit", "fit_object", "misfit", "shown"]

_LONGEST = 60


def fit(option: Option, received: object, name: str, place: Place | None = None) -> Any:
    """Return the value that a text or scalar means; ConfigError calls the option by `name`."""
    try:
        return option.kind.parse(as_text(received))
    except ValueError as error:
        raise misfit(option, received, name, place, hint=str(error)) from None


def fit_object(option: Option, received: object, name: str) -> Any:
    """Return the value that an object of a Python call means; ConfigError calls the option by `name`."""
    kind = option.kind
    if not isinstance(received, (*kind.types, *kind.values)) or (
        # A bool is an int to Python, but no number to a reader.
        isinstance(received, bool) and bool not in kind.types
    ):
        raise misfit(option, received, name, place=None)
    try:
        if kind.read and isinstance(received, kind.values):
            return kind.read(received)
        return kind.parse(as_text(received))
    except ValueError as error:
        raise misfit(option, received, name, place=None, hint=str(error)) from None


def misfit(option: Option, received: object, name: str, place: Place | None, hint: str = "") -> ConfigError:
    """Return the error for a value that an option cannot take; a secret is not repeated."""
    came = "not usable" if option.kind.secret else shown(received)
    ending = "." + hint if hint else ""
    return ConfigError(f"{name} is {came}; expected {option.kind.expected}{ending}", place=place)


def shown(received: object) -> str:
    """Return what was received, short enough for a sentence."""
    if isinstance(received, dict | list):
        return "a mapping" if isinstance(received, dict) else "a list"
    text = repr(without_user_info(received)) if isinstance(received, str) else as_text(received)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "..."
