"""Options and resolved settings as rows, for `config show` and for the documentation."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from execmock.errors import visible_line
from execmock.settings.option import Option
from execmock.settings.resolve import Setting

__all__ = ["as_columns", "as_json", "as_markdown"]


def as_columns(resolved: Mapping[str, Collection[Setting]]) -> str:
    """Return resolved settings, by section, as aligned text: option, value, where it came from."""
    rows = [("OPTION", "VALUE", "FROM")]
    for section, settings in resolved.items():
        for setting in settings:
            value = setting.option.show(setting.value) or "-"
            rows.append(
                (f"{section}.{setting.option.name}", visible_line(value), visible_line(str(setting.origin)))
            )
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return "\n".join(f"{a:{widths[0]}}  {b:{widths[1]}}  {c}" for a, b, c in rows)


def as_json(resolved: Mapping[str, Collection[Setting]]) -> dict[str, Any]:
    """Return resolved settings, by section and option, as data; secrets are hidden."""
    return {
        section: {
            setting.option.name: {
                "value": _plain(setting.option, setting.value),
                "origin": setting.origin.kind,
                "where": setting.origin.where or None,
            }
            for setting in settings
        }
        for section, settings in resolved.items()
    }


def as_markdown(known: Iterable[Option]) -> str:
    """Return the options as a table for the documentation."""
    head = [("flag and file key", "variable", "default", "what it does"), ("---",) * 4]
    return "\n".join("| " + " | ".join(row) + " |" for row in [*head, *map(_documented, known)])


def _documented(option: Option) -> Sequence[str]:
    metavar = f" {option.kind.metavar}" if option.kind.metavar else ""
    flag = f"`{option.flag}{metavar}`".replace("|", "\\|")
    default = option.show(option.default)
    about = option.about + (" Repeatable." if option.many else "")
    return flag, f"`{option.variable}`", f"`{default}`" if default else "", about


def _plain(option: Option, value: Any) -> Any:
    if option.many:
        return [option.kind.show(item) for item in value]
    if value is None or (isinstance(value, bool | int | float) and not option.kind.secret):
        return value
    return option.show(value)
