"""Options as arguments of Python calls: `ExecMock(...)`, `verify(...)`, and what they are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from inspect import signature
from typing import Any, TypeVar

from execmock.errors import ConfigError, nearest_or_all
from execmock.settings.absent import ABSENT
from execmock.settings.base import Settings
from execmock.settings.fit import fit_object
from execmock.settings.option import Option, options

__all__ = ["explains_arguments", "from_arguments", "unknown_argument"]

T = TypeVar("T", bound=Settings)
F = TypeVar("F", bound=Callable[..., Any])


def from_arguments(settings: type[T], call: str, given: Mapping[str, Any], **fixed: Any) -> T:
    """Return the settings that a call's arguments make; ConfigError names the one that does not fit.

    What is no option is passed over, and None means not given, as does an empty text where None is the
    default. `fixed` are fields whose value the call decides by itself.
    """
    values = {
        option.field: _value(option, given[option.argument], f"{call}: {option.argument}")
        for option in options(settings)
        if option.field not in fixed and _is_given(option, given.get(option.argument))
    }
    called = {option.field: option.argument for option in options(settings)}
    return settings(called=called, **values, **fixed)


def explains_arguments(call: str) -> Callable[[F], F]:
    """Have a function refuse arguments that it does not have by a ConfigError that says which it has."""

    def decorate(function: F) -> F:
        known = [name for name in signature(function).parameters if name != "self"]

        @wraps(function)
        def explained(*args: Any, **kwargs: Any) -> Any:
            for name in kwargs:
                if name not in known:
                    raise ConfigError(unknown_argument(call, name, known))
            return function(*args, **kwargs)

        return explained  # type: ignore[return-value]

    return decorate


def unknown_argument(call: str, name: str, known: Iterable[str]) -> str:
    """Return the sentence about an argument that a call does not have: why, or the nearest it has."""
    if reason := ABSENT.get(call, {}).get(name):
        return f"{call} has no argument {name!r}: {reason}"
    return f"{call} has no argument {name!r}.{nearest_or_all(name, known)}"


def _is_given(option: Option, value: object) -> bool:
    return value is not None and not (value == "" and not option.default)


def _value(option: Option, given: Any, name: str) -> Any:
    if not option.many:
        return fit_object(option, given, name)
    return tuple(fit_object(option, item, name) for item in _items(option, given))


def _items(option: Option, given: Any) -> Iterator[Any]:
    if isinstance(given, Mapping) and option.kind.pairs:
        yield from given.items()
    elif isinstance(given, Iterable) and not isinstance(given, str | bytes | Mapping):
        yield from given
    else:
        yield given
