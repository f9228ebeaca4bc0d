"""Settings as the flags of a command line that gives them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from execmock.settings.option import Option, options

__all__ = ["as_flags"]


def as_flags(settings: Any, without: Collection[str] = ()) -> Iterator[str]:
    """Yield the flags of what is not a default; secrets stay out, and the fields named by `without`."""
    for option in options(type(settings)):
        value = getattr(settings, option.field)
        if value != option.default and not option.kind.secret and option.field not in without:
            yield from _flags(option, value)


def _flags(option: Option, value: Any) -> Iterator[str]:
    if option.switch:
        yield option.flag if value else option.off_flag
    else:
        for item in value if option.many else [value]:
            yield f"{option.flag}={option.kind.show(item)}"
