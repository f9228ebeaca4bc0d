"""The suite's options, registered with pytest when it starts: a conftest would come too late for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from execmock.settings import Option, VerifySettings

__all__ = ["pytest_load_initial_conftests", "settings_of"]

_PREFIX = "--execmock-"


def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> None:
    """Take the options of `execmock verify`, such as --execmock-url, where this run may have a use for them.

    Most runs of pytest have none; those do not pay for the import of what declares the options.
    """
    given = (name for name, value in vars(early_config.option).items() if value is not None)
    words = [*args, *given]  # a worker of xdist gets no words, but the values of options
    if any("execmock" in word or word in ("-h", "--help") for word in words):
        group = parser.getgroup("execmock")
        for option in _options():
            _add(group, option)


def settings_of(config: pytest.Config) -> VerifySettings:
    """Return what flags and variables say; ConfigError says what does not fit."""
    import os

    from execmock.errors import ConfigError
    from execmock.settings import VerifySettings, build, resolve

    resolved = resolve("verify", VerifySettings, _flags(config), os.environ, None, _PREFIX)
    settings = build(VerifySettings, resolved)
    if not settings.url:
        raise ConfigError("no address was given; expected --execmock-url URL or the variable EXECMOCK_URL")
    return settings


def _flags(config: pytest.Config) -> Mapping[str, str | list[str] | None]:
    return {option.name: config.getoption(_destination(option), None) for option in _options()}


def _options() -> Iterable[Option]:
    from execmock.settings import ABSENT, VerifySettings, options

    return [option for option in options(VerifySettings) if option.field not in ABSENT["pytest"]]


def _add(group: pytest.OptionGroup, option: Option) -> None:
    flag, name = f"{_PREFIX}{option.name}", _destination(option)
    about = f"{option.about} ({option.variable})"
    if option.switch:
        group.addoption(flag, dest=name, action="store_const", const="true", help=about)
        group.addoption(f"{_PREFIX}no-{option.name}", dest=name, action="store_const", const="false")
    else:
        action = "append" if option.many else "store"
        group.addoption(flag, dest=name, action=action, metavar=option.kind.metavar, help=about)


def _destination(option: Option) -> str:
    return f"execmock_{option.field}"
