"""Decides which value an option has: flag over `EXECMOCK_*` variable over file over default."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from execmock.errors import Place, nearest
from execmock.settings.base import Settings
from execmock.settings.file import file_values
from execmock.settings.fit import fit
from execmock.settings.option import PREFIX, Option, options

if TYPE_CHECKING:
    from execmock.loading.yaml_marks import Marked

__all__ = ["Origin", "Setting", "build", "resolve", "unknown_variables"]

T = TypeVar("T", bound=Settings)
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
    """An option with its value, where that came from, and what the value is called there."""

    option: Option
    value: Any
    origin: Origin
    called: str


def resolve(
    section: str,
    settings: type[Any],
    flags: Flags,
    environ: Mapping[str, str],
    file: Marked | None,
    dashes: str = "--",
    typed: Mapping[str, str] | None = None,
) -> tuple[Setting, ...]:
    """Resolve every option of a settings class; ConfigError names the value that does not fit.

    `flags` holds raw text by option name, None for one that was not given; an empty variable counts as
    not given. `file` has passed `check_file`. `dashes` is what flags begin with where they were given;
    `typed` names, by option, what was given as something else than the option's own flag.
    """
    known = options(settings)
    in_file = file_values(file, section, known) if file else {}
    return tuple(
        _resolve(option, _Given(section, flags, environ, in_file, dashes, typed or {})) for option in known
    )


def build(settings: type[T], resolved: Collection[Setting]) -> T:
    """Return the settings object that resolved values make."""
    called = {setting.option.field: setting.called for setting in resolved}
    return settings(called=called, **{setting.option.field: setting.value for setting in resolved})


def unknown_variables(environ: Mapping[str, str], known: Collection[str]) -> Iterator[str]:
    """Yield a sentence for each `EXECMOCK_*` variable that is not known."""
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            yield f"{name} is no variable of execmock and is ignored.{nearest(name, known)}"


@dataclass(frozen=True, slots=True)
class _Given:
    """Everything that was given for one section."""

    section: str
    flags: Flags
    environ: Mapping[str, str]
    in_file: Mapping[str, tuple[Any, Place]]
    dashes: str
    typed: Mapping[str, str]

    def flag(self, option: Option, text: object = None) -> str:
        """Return what an option is called on the command line, where `text` was its value."""
        off = option.switch and text == "false"
        spelled = self.dashes + (option.off_flag if off else option.flag).removeprefix("--")
        return self.typed.get(option.name, spelled)


def _resolve(option: Option, given: _Given) -> Setting:
    typed = given.flags.get(option.name)
    if typed is not None and typed != ():
        name = given.flag(option, typed)
        texts = [typed] if isinstance(typed, str) else typed
        return Setting(option, _fit(option, texts, name), Origin("flag", name), name)
    name = option.variable
    if text := given.environ.get(name):
        texts = [part.strip() for part in text.split(",") if part.strip()] if option.many else [text]
        return Setting(option, _fit(option, texts, name), Origin("variable", name), name)
    if option.name in given.in_file:
        value, place = given.in_file[option.name]
        called = f"{place}: {given.section}.{option.name}"
        return Setting(option, value, Origin("file", str(place)), called)
    return Setting(option, option.default, Origin("default"), given.flag(option))


def _fit(option: Option, texts: Sequence[str], name: str) -> Any:
    values = [fit(option, text, name) for text in texts]
    return tuple(values) if option.many else values[-1]
