"""Decides which value an option has: flag over `EXECMOCK_*` variable over file over default."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from execmock.errors import Place, nearest
from execmock.settings.file import file_values
from execmock.settings.fit import fit
from execmock.settings.option import PREFIX, Option, options

if TYPE_CHECKING:
    from execmock.loading.yaml_marks import Marked

__all__ = ["Origin", "Setting", "build", "resolve", "unknown_variables"]

T = TypeVar("T")
Flags = Mapping[str, str | Sequence[str] | None]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from; `where` is the flag, the variable or file:line:column, empty for a default."""

    kind: Literal["flag", "variable", "file", "default"]
    where: str = ""

    def __str__(self) -> str:
        return self.where or self.kind


@dataclass(frozen=True, slots=True)
class Setting:
    """An option with its value and where that came from."""

    option: Option
    value: Any
    origin: Origin


def resolve(
    section: str,
    settings: type[Any],
    flags: Flags,
    environ: Mapping[str, str],
    file: Marked | None,
    dashes: str = "--",
) -> tuple[Setting, ...]:
    """Resolve every option of a settings class; ConfigError names the value that does not fit.

    `flags` holds raw text by option name, None for one that was not given; an empty variable counts as
    not given. `file` has passed `check_file`. `dashes` is what flags begin with where they were given.
    """
    known = options(settings)
    in_file = file_values(file, section, known) if file else {}
    return tuple(_resolve(option, flags, environ, in_file, dashes) for option in known)


def build(settings: type[T], resolved: Collection[Setting]) -> T:
    """Return the settings object that resolved values make."""
    return settings(**{setting.option.field: setting.value for setting in resolved})


def unknown_variables(environ: Mapping[str, str], known: Collection[str]) -> Iterator[str]:
    """Yield a sentence for each `EXECMOCK_*` variable that is not known."""
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            yield f"{name} is no variable of execmock and is ignored.{nearest(name, known)}"


def _resolve(
    option: Option,
    flags: Flags,
    environ: Mapping[str, str],
    in_file: Mapping[str, tuple[Any, Place]],
    dashes: str,
) -> Setting:
    given = flags.get(option.name)
    if given is not None and given != ():
        texts = [given] if isinstance(given, str) else given
        off = option.switch and given == "false"
        flag = dashes + (option.off_flag if off else option.flag).removeprefix("--")
        return Setting(option, _fit(option, texts, flag), Origin("flag", flag))
    if text := environ.get(option.variable):
        texts = [part.strip() for part in text.split(",") if part.strip()] if option.many else [text]
        return Setting(option, _fit(option, texts, option.variable), Origin("variable", option.variable))
    if option.name in in_file:
        value, place = in_file[option.name]
        return Setting(option, value, Origin("file", str(place)))
    return Setting(option, option.default, Origin("default"))


def _fit(option: Option, texts: Sequence[str], name: str) -> Any:
    values = [fit(option, text, name) for text in texts]
    return tuple(values) if option.many else values[-1]
