"""Options in a configuration file: a section per command, a key per option."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from execmock.errors import ConfigError, Place, nearest_or_all
from execmock.settings.fit import fit, misfit, shown
from execmock.settings.option import Option, options
from execmock.settings.parsers import as_text

if TYPE_CHECKING:
    from execmock.loading.yaml_marks import Marked

__all__ = ["check_file", "file_mistakes", "file_values"]


def check_file(file: Marked, sections: Mapping[str, type[Any]]) -> None:
    """Raise ConfigError at the first section, key or value that is not known or does not fit."""
    for mistake in file_mistakes(file, sections):
        raise mistake


def file_mistakes(file: Marked, sections: Mapping[str, type[Any]]) -> Iterator[ConfigError]:
    """Yield what is wrong with sections, keys and values, each with its place."""
    yield from _unknown_names(file, (), sections)
    for section, settings in sections.items():
        found = file.data.get(section) if isinstance(file.data, dict) else None
        if found is None:
            continue
        known = options(settings)
        yield from _unknown_names(file, (section,), [option.name for option in known])
        for option in known if isinstance(found, dict) else ():
            try:
                file_values(file, section, [option])
            except ConfigError as error:
                yield error


def file_values(file: Marked, section: str, known: Collection[Option]) -> dict[str, tuple[Any, Place]]:
    """Return the values that a section gives, by option name, with their places; null gives nothing.

    Paths come out relative to the file's folder.
    """
    values = (file.data or {}).get(section) or {}
    found = {}
    for option in known:
        if values.get(option.name) is not None:
            found[option.name] = _value(file, option, values[option.name], (section, option.name))
    return found


def _value(file: Marked, option: Option, raw: object, path: tuple[str, str]) -> tuple[Any, Place]:
    parsed = [
        _fit(option, item, ".".join(path), file.place((*path, *deeper)))
        for item, deeper in _items(option, raw)
    ]
    return tuple(parsed) if option.many else parsed[0], file.place(path)


def _items(option: Option, raw: object) -> Iterator[tuple[object, tuple[str | int, ...]]]:
    """Yield each value that stands for an option, with the path to it from the option's own."""
    if option.many and isinstance(raw, list):
        yield from ((item, (index,)) for index, item in enumerate(raw))
    elif option.many and option.kind.pairs and isinstance(raw, dict):
        for name, value in raw.items():
            yield f"{name}={as_text(value)}" if isinstance(value, str | int | float) else value, (name,)
    else:
        yield raw, ()


def _fit(option: Option, raw: object, name: str, place: Place) -> Any:
    if not isinstance(raw, option.kind.types):
        if isinstance(raw, int | float) and not isinstance(raw, bool):
            fit(option, raw, name, place)  # which may know what a number lacks
        raise misfit(option, raw, name, place)
    value = fit(option, raw, name, place)
    return Path(place.file).parent / value if isinstance(value, Path) else value


def _unknown_names(file: Marked, path: tuple[str, ...], valid: Collection[str]) -> Iterator[ConfigError]:
    found = file.data[path[0]] if path else file.data
    where = path[0] if path else "the file"
    if found is None:
        return
    if not isinstance(found, dict):
        yield ConfigError(f"{where} is {shown(found)}; expected a mapping", place=file.place(path))
        return
    for name in found:
        if name not in valid:
            what = f"option of {where}" if path else "section"
            sentence = f"{name!r} is no {what}.{nearest_or_all(str(name), valid)}"
            yield ConfigError(sentence, place=file.key((*path, name)))
