"""Scenarios that a test writes itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from execmock.core.scenario import Scenario
from execmock.errors import ScenarioError
from execmock.loading.scenarios import Vocabularies, read_text

__all__ = ["ScenarioLike", "read_scenario"]

ScenarioLike = str | Mapping[str, Any] | Path
"""A scenario's name, a scenario as a mapping or as YAML text, or the path of a file that holds one."""


def read_scenario(given: ScenarioLike, words: Vocabularies) -> Scenario:
    """Return the scenario that a mapping, a YAML text or a file holds; one without a name is `inline`.

    ScenarioError shows every mistake with its line.
    """
    text, name = _text(given)
    found = read_text(text, name, words)
    if found.scenario is None:
        raise ScenarioError("\n".join(problem.shown for problem in found.problems))
    return found.scenario


def _text(given: ScenarioLike) -> tuple[str, str]:
    if isinstance(given, Path):
        try:
            return given.read_text(encoding="utf-8-sig"), str(given)
        except (OSError, UnicodeDecodeError) as error:
            raise ScenarioError(f"the scenario file {str(given)!r} cannot be read: {error}") from None
    if isinstance(given, str):
        return given, "scenario"
    # JSON is YAML: one way in, and mistakes are shown with their lines all the same.
    try:
        return json.dumps({"scenario": "inline", **given}, ensure_ascii=False, indent=1), "scenario"
    except (TypeError, ValueError) as error:
        raise ScenarioError(f"the scenario holds what JSON cannot: {error}") from None
