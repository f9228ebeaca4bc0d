"""The suite's options, registered with pytest when it starts: a conftest would come too late for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pytest

from execmock.pytest_plugin.options import is_concerned

if TYPE_CHECKING:
    from execmock.settings import Option, VerifySettings

__all__ = ["given_settings", "pytest_configure", "pytest_load_initial_conftests", "settings_of"]

_PREFIX = "--execmock-"
_CONCERNED = pytest.StashKey[bool]()


def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> None:
    """Take the options of `execmock verify`, such as --execmock-url, where a run may have a use for them."""
    early_config.stash[_CONCERNED] = is_concerned(early_config, args)
    if early_config.stash[_CONCERNED]:
        group = parser.getgroup("execmock")
        for option in _options():
            _add(group, option)


def pytest_configure(config: pytest.Config) -> None:
    """Refuse flags that cannot be used before any test runs."""
    if not config.stash.get(_CONCERNED, False):
        return
    from execmock.errors import ExecmockError
    from execmock.loading.contract import contract_at

    try:
        own = given_settings(config, {}).contract
        if own is not None:
            contract_at(own)
    except ExecmockError as error:
        raise pytest.UsageError(str(error)) from None


def settings_of(config: pytest.Config) -> VerifySettings:
    """Return what flags and variables say; ConfigError says what does not fit or is missing."""
    import os

    from execmock.errors import ConfigError

    settings = given_settings(config, os.environ)
    if not settings.url:
        raise ConfigError("no address was given; expected --execmock-url URL or the variable EXECMOCK_URL")
    return settings


def given_settings(config: pytest.Config, environ: Mapping[str, str]) -> VerifySettings:
    """Return what flags and some variables say, an address or not; ConfigError says what does not fit."""
    from execmock.settings import VerifySettings, build, resolve

    flags = {option.name: config.getoption(_destination(option), None) for option in _options()}
    return build(VerifySettings, resolve("verify", VerifySettings, flags, environ, None, _PREFIX))


def _options() -> Iterable[Option]:
    from execmock.settings import ABSENT, VerifySettings, options

    return [option for option in options(VerifySettings) if option.field not in ABSENT["pytest"]]


def _add(group: pytest.OptionGroup, option: Option) -> None:
    flag, name = f"{_PREFIX}{option.name}", _destination(option)
    about = f"{option.about} ({option.variable})".replace("%", "%%")
    if option.switch:
        group.addoption(flag, dest=name, action="store_const", const="true", help=about)
        group.addoption(f"{_PREFIX}no-{option.name}", dest=name, action="store_const", const="false")
    else:
        action = "append" if option.many else "store"
        group.addoption(flag, dest=name, action=action, metavar=option.kind.metavar, help=about)


def _destination(option: Option) -> str:
    return f"execmock_{option.field}"
