"""Options, each declared once, as a field of a settings class: flag, variable, file key, help and default."""

from __future__ import annotations

from dataclasses import Field, dataclass, field, fields
from typing import Any

from execmock.settings.kinds import Kind

__all__ = ["Option", "option", "options"]

PREFIX = "EXECMOCK_"


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a command, by the name that each source gives it.

    `field` is its name in the settings class, `name` the one of flags and files, `argument` that of Python
    calls. `each_sandbox` is for options that a single sandbox may have another value of. `variable` is the
    environment's spelling, such as `EXECMOCK_LOG_FORMAT`.
    """

    field: str
    name: str
    argument: str
    kind: Kind
    default: Any
    about: str
    many: bool
    each_sandbox: bool
    variable: str

    @property
    def flag(self) -> str:
        """The command line's spelling, such as `--log-format`."""
        return f"--{self.name}"

    @property
    def switch(self) -> bool:
        """Whether the flag takes no value."""
        return self.kind.types == (bool,)

    @property
    def off_flag(self) -> str:
        """The counterpart of a switch, such as `--no-frozen`."""
        return f"--no-{self.name}"

    def show(self, value: Any) -> str:
        """Return a value as a user may see it: secrets hidden, no value as an empty text."""
        if self.many:
            return ", ".join(map(self.kind.show, value))
        return "" if value is None else self.kind.show(value)


def option(
    default: Any,
    kind: Kind,
    about: str,
    *,
    name: str = "",
    argument: str = "",
    many: bool = False,
    each_sandbox: bool = False,
    variable: str = "",
) -> Any:
    """Declare a field as an option.

    `name`, `argument` and `variable` where users see another one, `many` where it is repeatable.
    """
    metadata = {
        "kind": kind,
        "about": about,
        "name": name,
        "argument": argument,
        "many": many,
        "each_sandbox": each_sandbox,
        "variable": variable,
    }
    return field(default=default, metadata=metadata, repr=not kind.secret)


def options(settings: Any) -> tuple[Option, ...]:
    """Return the options that a settings class declares, in its order."""
    return tuple(_option(declared) for declared in fields(settings) if "kind" in declared.metadata)


def _option(declared: Field[Any]) -> Option:
    meta = declared.metadata
    name = meta["name"] or declared.name.replace("_", "-")
    return Option(
        field=declared.name,
        name=name,
        argument=meta["argument"] or declared.name,
        kind=meta["kind"],
        default=declared.default,
        about=meta["about"],
        many=meta["many"],
        each_sandbox=meta["each_sandbox"],
        variable=meta["variable"] or PREFIX + name.upper().replace("-", "_"),
    )
