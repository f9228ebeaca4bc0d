"""`ExecMock(...)`, `sandbox(...)` and `verify(...)` follow the options: names, defaults, types."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest

from execmock.pytest_plugin.options import STRICT
from execmock.settings import ABSENT, Option, ServeSettings, VerifySettings, option, options
from execmock.settings.kinds import FLAG, TEXT, choice
from execmock.testing import ExecMock
from execmock.verify import verify

OWN_VALUES = {"faults", "scenario", "world"}
"""Options that a command only names, and that a test may write out in Python."""


@dataclass(frozen=True)
class Call:
    """A function whose arguments follow from options, but for its `own`; `defaults` are those that differ."""

    function: Callable[..., Any]
    takes: Callable[[Option], bool]
    own: frozenset[str]
    defaults: Mapping[str, object]


CALLS: dict[str, tuple[Call, type[Any]]] = {
    "ExecMock": (
        Call(
            ExecMock.__init__,
            lambda option: option.field not in ABSENT["ExecMock"],
            frozenset({"self", *STRICT}),
            # A test gets a key that works, a client that needs it, and a port that is free.
            {"key": "b3sk_test", "auth": "strict", "port": 0},
        ),
        ServeSettings,
    ),
    "sandbox": (
        Call(
            ExecMock.sandbox,
            lambda option: option.each_sandbox,
            frozenset({"self", "name", "key", *STRICT}),
            {"journal_size": None, "timezone": None},  # as the server's
        ),
        ServeSettings,
    ),
    "verify": (
        Call(
            verify,
            lambda option: option.field not in ABSENT["verify"],
            frozenset({"started", "pass_time"}),
            {"url": inspect.Parameter.empty},  # the one argument that must be given
        ),
        VerifySettings,
    ),
}


def complaints(call: Call, settings: type[Any]) -> list[str]:
    """Say what of a call's arguments does not follow from settings."""
    parameters = inspect.signature(call.function).parameters
    known = {option.argument: option for option in options(settings) if call.takes(option)}
    found = [f"{name}: no argument" for name in known if name not in parameters]
    found += [f"{name}: no option" for name in parameters if name not in known and name not in call.own]
    hints = get_type_hints(call.function, localns={"PassTime": object, "Report": object})
    for name in known.keys() & parameters.keys():
        given, expected = parameters[name].default, call.defaults.get(name, known[name].default)
        if given != expected and not (given is None and not expected):
            found.append(f"{name}: {given!r} by default, not {expected!r}")
        if name not in OWN_VALUES:
            found += [f"{name}: {what}" for what in misfits(known[name], hints[name])]
    return sorted(found)


def misfits(option: Option, hint: Any) -> Iterator[str]:
    """Yield what an argument promises to take and its option does not read; of named values, both ways."""
    promised = set(atoms(hint, option)) - {NoneType}
    read = {*option.kind.types, *option.kind.values, *option.kind.names}
    if option.kind.names:
        yield from (f"{name!r} is not promised" for name in option.kind.names if name not in promised)
    yield from (f"{each} is promised, and not read" for each in promised if each not in read)
    if not promised:
        yield "nothing is promised"


def atoms(hint: Any, option: Option) -> Iterator[Any]:
    """Yield the single types, or names, that a hint lets through; of a sequence or mapping, those inside."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        for each in inner:
            yield from atoms(each, option)
    elif origin is Literal:
        yield from inner
    elif origin is Sequence and option.many:
        yield from atoms(inner[0], option)
    elif origin is Mapping and option.kind.pairs:
        yield tuple
    else:
        yield hint


@pytest.mark.parametrize("name", CALLS)
def test_the_arguments_of_a_call_follow_from_the_options(name: str) -> None:
    assert complaints(*CALLS[name]) == []


@pytest.mark.parametrize("name", ["ExecMock", "verify"])
def test_what_makes_no_sense_in_a_call_is_an_option_and_not_taken(name: str) -> None:
    call, settings = CALLS[name]
    assert ABSENT[name].keys() <= {option.field for option in options(settings)}
    assert not ABSENT[name].keys() & inspect.signature(call.function).parameters.keys()


@dataclass(frozen=True, kw_only=True)
class Changed(VerifySettings):
    region: str = option("eu", TEXT, "Where.")
    generated: bool = option(False, FLAG, "Not by default.")
    level: str = option("expected", choice("documented", "expected", "hoped"), "Other names.")
    seed: str = option(1, TEXT, "No number.")


def test_a_call_that_lags_behind_an_option_is_reported() -> None:
    call = CALLS["verify"][0]
    assert complaints(call, Changed) == [
        "generated: True by default, not False",
        "level: 'hoped' is not promised",
        "level: advisory is promised, and not read",
        "region: no argument",
        "seed: <class 'int'> is promised, and not read",
    ]
    lacks_a_reason = Call(call.function, call.takes, frozenset(), call.defaults)
    assert complaints(lacks_a_reason, VerifySettings) == ["pass_time: no option", "started: no option"]
