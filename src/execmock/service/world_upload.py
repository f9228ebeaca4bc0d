"""Worlds that arrive in a request: a shipped one by name, or one as YAML text or as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from execmock.core.schema.violation import Violation
from execmock.core.world import World, WorldWords
from execmock.errors import nearest
from execmock.loading.worlds import load_world, read_world, shipped_worlds
from execmock.service.refusals import Refusal
from execmock.service.scenarios.upload import ScenarioFinding, as_yaml

__all__ = ["read_world_upload", "world_names"]


def world_names() -> Sequence[str]:
    """Return the names of the shipped worlds."""
    return list(shipped_worlds())


def read_world_upload(body: Mapping[str, Any], words: WorldWords) -> World:
    """Return the world in `name`, `text` or `world`.

    Refusal 404 for an unknown name, 422 with the place of every mistake: `body/text:LINE:COLUMN`, or
    `body/world:LINE:COLUMN` in the JSON written out with an indent of one.
    """
    if "name" in body:
        name, shipped = body["name"], shipped_worlds()
        if name not in shipped:
            violation = Violation(
                "body/name", f"one of {', '.join(shipped)}", name, hint=nearest(name, shipped)
            )
            raise Refusal(404, "Unknown world", [violation])
        return load_world(shipped[name], words)
    text, where = (body["text"], "body/text") if "text" in body else (as_yaml(body["world"]), "body/world")
    world, findings = read_world(text, where, words)
    if world is None:
        found = [ScenarioFinding(str(finding.place), finding.message) for finding in findings]
        raise Refusal(422, "The world has mistakes", found)
    return world
