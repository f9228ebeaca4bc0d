"""Scenarios and worlds that a test writes itself, or names."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from execmock.core.scenario import Scenario
from execmock.core.world import World, WorldWords
from execmock.errors import ExecmockError, ScenarioError, WorldError
from execmock.files import read_file
from execmock.loading.scenarios import Vocabularies, read_text
from execmock.loading.used_steps import UsableScenarios
from execmock.loading.worlds import load_world, read_world, world_path
from execmock.testing.tracebacks import hides

__all__ = ["ScenarioLike", "WorldLike", "is_name", "scenario_from", "world_from"]

__tracebackhide__ = hides

ScenarioLike = str | Mapping[str, Any] | Path
"""A scenario's name, a scenario as a mapping or as YAML text, or the path of a file that holds one."""

WorldLike = str | Mapping[str, Any] | Path
"""A shipped world's name, a world as a mapping or as YAML text, or the path of a file that holds one."""


def is_name(given: ScenarioLike | WorldLike) -> bool:
    """Whether it is a name rather than the thing itself."""
    return isinstance(given, str) and not set(given) & set("\n:{")


def scenario_from(given: ScenarioLike, words: Vocabularies, others: Iterable[Scenario] = ()) -> Scenario:
    """Return the scenario that a mapping, a YAML text or a file holds; one without a name is `inline`.

    It may use steps of the `others`, and a file those of the files of its folder.
    ScenarioError shows every mistake with its line.
    """
    usable = UsableScenarios.of(others, (given,) if isinstance(given, Path) else ())
    found = read_text(*_text(given, "scenario", ScenarioError), words, usable)
    if found.scenario is None:
        raise ScenarioError("\n".join(finding.shown for finding in found.findings))
    return found.scenario


def world_from(given: WorldLike, words: WorldWords) -> World:
    """Return the world that is named, or that a mapping, a YAML text or a file holds.

    WorldError shows every mistake with its line.
    """
    if isinstance(given, Path) or is_name(given):
        return load_world(world_path(given if isinstance(given, Path) else str(given)), words)
    world, findings = read_world(*_text(given, "world", WorldError), words)
    if world is None:
        raise WorldError("\n".join(finding.shown for finding in findings))
    return world


def _text(given: ScenarioLike | WorldLike, what: str, error: type[ExecmockError]) -> tuple[str, str]:
    """Return the text of what was given, and what to call it where it has mistakes."""
    if isinstance(given, str):
        return given, what
    try:
        if isinstance(given, Path):
            return read_file(given).decode("utf-8-sig"), str(given)
        # JSON is YAML: one way in, and mistakes are shown with their lines all the same.
        return json.dumps({what: "inline", **given}, ensure_ascii=False, indent=1), what
    except (OSError, TypeError, ValueError) as reason:
        raise error(f"the {what} cannot be read: {reason}") from None
