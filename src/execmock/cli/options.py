"""Declared options as flags of a command, and what a user gave as resolved settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from execmock.cli.output import warn
from execmock.errors import ConfigError, Place
from execmock.settings import SECTIONS, Option, Setting, check_file, options, resolve, unknown_variables

if TYPE_CHECKING:
    from execmock.loading.yaml_marks import Marked

__all__ = ["resolved_settings", "takes_options"]

FILE_NAME = "execmock.yaml"
CONFIG_VARIABLE = "EXECMOCK_CONFIG"
OTHER_VARIABLES = (CONFIG_VARIABLE, "EXECMOCK_DEBUG")

F = TypeVar("F", bound=Callable[..., Any])


def takes_options(*settings: type[Any]) -> Callable[[F], F]:
    """Give a click command `--config` and the options of settings classes; all arrive as raw text or None."""

    def decorate(function: F) -> F:
        known: dict[str, Option] = {}
        for option in (option for cls in settings for option in options(cls)):
            known.setdefault(option.name, option)
        for option in reversed(known.values()):
            function = _flag(option)(function)
        return click.option("--config", metavar="FILE", help=f"Configuration file.  [default: {FILE_NAME}]")(
            function
        )

    return decorate


def resolved_settings(
    given: Mapping[str, Any],
    sections: Iterable[str] = tuple(SECTIONS),
    typed: Mapping[str, str] | None = None,
) -> dict[str, tuple[Setting, ...]]:
    """Resolve sections from a command's parameters, the environment and the configuration file.

    `typed` names, by option, what was given as something else than the option's own flag. Warns on stderr of
    variables that mean nothing; ConfigError says what does not fit.
    """
    known = [option for cls in SECTIONS.values() for option in options(cls)]
    for warning in unknown_variables(os.environ, [*OTHER_VARIABLES, *(option.variable for option in known)]):
        warn(warning)
    file = _load(given.get("config"), os.environ.get(CONFIG_VARIABLE))
    return {
        name: resolve(name, SECTIONS[name], _flags(SECTIONS[name], given), os.environ, file, typed=typed)
        for name in sections
    }


def _flags(settings: Any, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what was given for the options of one section: two may have options of one name."""
    return {option.name: _raw(given.get(option.field)) for option in options(settings)}


def _flag(option: Option) -> Callable[[F], F]:
    default = option.show(option.default)
    about = (
        option.about
        + (" Repeatable." if option.many else "")
        + (f"  [default: {default}]" if default else "")
    )
    if option.switch:
        return click.option(f"{option.flag}/{option.off_flag}", option.field, default=None, help=option.about)
    metavar = option.kind.metavar
    return click.option(
        option.flag, option.field, metavar=metavar, multiple=option.many, default=None, help=about
    )


def _raw(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _load(flag: str | None, variable: str | None) -> Marked | None:
    named = flag or variable
    path = Path(named or FILE_NAME)
    if not path.exists():
        if named:
            given = "--config" if flag else CONFIG_VARIABLE
            raise ConfigError(f"there is no such file; {given} names it", place=Place(named))
        return None
    from execmock.loading.yaml_marks import load_marked_file

    file = load_marked_file(path)
    check_file(file, SECTIONS)
    return file
