"""What the plugin is told: ini options, `--execmock-speed`, `--execmock-coverage`, the marker's arguments.

All of them follow from the options of `execmock serve`. Those are declared in modules that take a few
milliseconds to import, so they are imported where a run says something of execmock at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from execmock.pytest_plugin.coverage import FILE_FLAG, FLAG, declare_coverage

if TYPE_CHECKING:
    from execmock.settings import Option

__all__ = [
    "MARK",
    "STRICT",
    "configured",
    "declare",
    "is_concerned",
    "marker_arguments",
    "marker_problem",
    "placed",
]

MARK = "@pytest.mark.execmock"
STRICT = {
    "strict_client": "Requests that break the contract, or reach no sandbox by their key, fail the test.",
    "allow_unknown_keys": "In a strict test, allow requests without a key of a sandbox, as for tests of 401.",
    "allow_misspelt": "In a strict test, allow names that the contract does not know, but nearly.",
}
"""The marker's arguments that are no options of the server: switches, off by default, and what they do."""

_INI = "execmock_"
_FLAG = "--execmock-"
_SPEED = f"{_FLAG}speed"


def is_concerned(config: pytest.Config, args: Iterable[str]) -> bool:
    """Whether a command line or an ini file says anything of execmock, or asks what could be said.

    A worker of xdist has no command line, but the values of its options.
    """
    given = (name for name, value in vars(config.option).items() if value is not None)
    words = map(str, [*args, *_ini_names(config), *given])
    return any("execmock" in word or word in ("-h", "--help", "--markers") for word in words)


def declare(parser: pytest.Parser) -> None:
    """Declare the ini options and the flags."""
    declare_coverage(parser.getgroup("execmock"))
    for option in _server_options():
        kind: Literal["linelist", "bool", "string"]
        kind = "linelist" if option.many else "bool" if option.switch else "string"
        parser.addini(_ini_name(option), option.about, type=kind, default=None)
        if option.argument == "speed":
            group, about = parser.getgroup("execmock"), f"{option.about} A marker wins over it."
            group.addoption(_SPEED, dest="execmock_speed", metavar=option.kind.metavar, help=about)
    for name, about in STRICT.items():
        parser.addini(_INI + name, about, type="bool", default=False)


def refuse_unknown(config: pytest.Config, parser: pytest.Parser, args: list[str]) -> None:
    """Raise UsageError for a flag or an ini option that looks like one of ours and is none."""
    from execmock.errors import nearest_or_all
    from execmock.settings import ABSENT, VerifySettings, options

    if any(word.startswith(_FLAG) for word in args):
        suite = [option for option in options(VerifySettings) if option.field not in ABSENT["pytest"]]
        spelled = [_FLAG + flag for option in suite for flag in _spellings(option)]
        spelled += [_SPEED, FLAG, FILE_FLAG]
        _, unknown = parser.parse_known_and_unknown_args(args, copy(config.known_args_namespace))
        for word in unknown:
            if word.startswith(_FLAG):
                flag = word.partition("=")[0]
                raise pytest.UsageError(f"pytest has no option {flag}.{nearest_or_all(flag, spelled)}")
    known = [*(_INI + name for name in STRICT), *map(_ini_name, _server_options())]
    for name in _ini_names(config):
        if name.startswith(_INI) and name not in known:
            said = f"{name!r} is no ini option.{nearest_or_all(name, known)}"
            raise pytest.UsageError(f"{_place(config, name)}{said}")


def configured(config: pytest.Config) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the arguments that ini options and flags give to the server, and those for each sandbox.

    ConfigError says what does not fit.
    """
    from execmock.settings import fit

    server: dict[str, Any] = {}
    sandbox: dict[str, Any] = {name: _ini(config, _INI + name) for name in STRICT}
    for option in _server_options():
        if (given := _ini(config, _ini_name(option))) is not None:
            value = given if option.switch else _read(config, option, given)
            (sandbox if option.each_sandbox else server)[option.argument] = value
        if option.argument == "speed" and (text := config.getoption("execmock_speed", None)) is not None:
            sandbox["speed"] = fit(option, text, _SPEED)
    return server, sandbox


def marker_arguments() -> tuple[str, ...]:
    """Return the names of the arguments that the marker takes."""
    return (*(option.argument for option in _server_options() if option.each_sandbox), *STRICT)


def marker_problem(given: Mapping[str, Any]) -> str:
    """Return the sentence about what a marker cannot say, or an empty text."""
    from execmock.errors import ConfigError
    from execmock.settings import ServeSettings, from_arguments, unknown_argument

    known = marker_arguments()
    for name in given:
        if name not in known:
            return unknown_argument(MARK, name, known)
    try:
        # Scenario, world and faults may be more than names here; the sandbox says what is wrong with them.
        from_arguments(ServeSettings, MARK, given, scenario=None, world=None, faults=())
    except ConfigError as error:
        return str(error)
    return ""


def placed(config: pytest.Config, problem: str) -> str:
    """Return the sentence about an argument of the server with the ini option that gave it in its place."""
    for option in _server_options():
        if problem.startswith((f"{option.argument}:", f"{option.argument} is ")):
            name = _ini_name(option)
            return f"{_place(config, name)}{name}{problem.removeprefix(option.argument)}"
    return f"ini options: {problem}"


def _server_options() -> list[Option]:
    from execmock.settings import ABSENT, ServeSettings, options

    absent = ABSENT["ExecMock"].keys() | ABSENT["ini"].keys()
    return [option for option in options(ServeSettings) if option.field not in absent]


def _spellings(option: Option) -> list[str]:
    return [option.name, f"no-{option.name}"] if option.switch else [option.name]


def _ini_name(option: Option) -> str:
    return _INI + option.argument


def _ini_names(config: pytest.Config) -> Collection[str]:
    """Return the names of all ini options that were given; pytest has no public way to ask for them."""
    overrides = config.known_args_namespace.override_ini or ()
    in_file = getattr(config, "_inicfg", None) or vars(config).get("inicfg") or {}
    return {*in_file, *(word.partition("=")[0] for word in overrides)}


def _place(config: pytest.Config, name: str) -> str:
    overrides = config.known_args_namespace.override_ini or ()
    if any(word.partition("=")[0] == name for word in overrides):
        return "-o: "
    return f"{config.inipath}: " if config.inipath else ""


def _ini(config: pytest.Config, name: str) -> Any:
    """Return what an ini option says, None if it says nothing."""
    from execmock.errors import ConfigError

    try:
        return config.getini(name)
    except (TypeError, ValueError, pytest.UsageError) as error:
        reason = str(error).removeprefix(f"{config.inipath}: ")
        raise ConfigError(f"{_place(config, name)}{name} is not usable: {reason}") from None


def _read(config: pytest.Config, option: Option, given: str | list[str]) -> Any:
    from execmock.settings import fit

    name = _ini_name(option)
    where = _place(config, name) + name
    folder = config.inipath.parent if config.inipath else config.invocation_params.dir
    texts = [given] if isinstance(given, str) else given
    values = [fit(option, text, where) for text in texts]
    values = [folder / value if isinstance(value, Path) else value for value in values]
    return values if option.many else values[0]
