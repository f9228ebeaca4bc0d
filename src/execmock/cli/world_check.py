"""What is wrong with world files: what their text says, and what only shows when they are made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from execmock.cli.scenarios.sources import Configured
from execmock.core.findings import Finding
from execmock.core.scenario.bind import check_workflow
from execmock.errors import Place, WorldError, quoted

if TYPE_CHECKING:
    from execmock.core.world import World
    from execmock.loading.located_findings import LocatedFinding
    from execmock.loading.scenarios import ScenarioFile
    from execmock.service.worlds import Worlds

__all__ = ["world_findings"]

_NAME = re.compile(r"^scenario:[ \t]*[\"']?([A-Za-z0-9_-]+)", re.MULTILINE)


def world_findings(
    files: Sequence[Path], here: Configured, scenarios: Sequence[ScenarioFile]
) -> list[LocatedFinding]:
    """Return every mistake in world files, whose executions follow the shipped scenarios and `scenarios`.

    What a scenario that has a mistake itself leaves unknown is not told again.
    """
    from execmock.clocks import ManualClock
    from execmock.service.engine import Engine

    engine = Engine(here.alone, ManualClock())
    for file in scenarios:
        if file.scenario:
            engine.registry.put(file.scenario)
    broken = {name for file in scenarios if file.findings for name in _NAME.findall(file.text)}
    found = [finding for file in files for finding in _findings(file, engine.worlds, here)]
    return [
        finding
        for finding in found
        if not any(finding.message.startswith(f"unknown scenario {quoted(name)}") for name in broken)
    ]


def _findings(file: Path, worlds: Worlds, here: Configured) -> Sequence[LocatedFinding]:
    from execmock.loading.located_findings import LocatedFinding
    from execmock.loading.text_file import read_text_file
    from execmock.loading.worlds import located, read_world

    try:
        text, _ = read_text_file(file, WorldError)
    except WorldError as error:
        return [LocatedFinding(error.place or Place(str(file)), error.message)]
    world, findings = read_world(text, str(file), worlds.words)
    if world is None:
        return findings
    found = [*_unknown_workflows(world), *_idle_faults(world, worlds)]
    return [*located(found, world), *worlds.impossible(world, here.alone)]


def _idle_faults(world: World, worlds: Worlds) -> Iterator[Finding]:
    """Yield each fault that can never strike."""
    from execmock.core.faults import never_striking

    for plan in world.sandboxes:
        path = (*plan.path, "faults")
        yield from never_striking(plan.faults, worlds.words.faults, path, plan.name)


def _unknown_workflows(world: World) -> Iterator[Finding]:
    """Yield each name of an embed workflow that no request can have."""
    for plan in world.sandboxes:
        for index, workflow in enumerate(plan.embed_workflows):
            named = dict(zip(("id", "hashid", "key", "name"), workflow, strict=True))
            for finding in check_workflow(named):
                path = (*plan.path, "embedWorkflows", index, finding.path[-1])
                yield Finding(path, finding.message)
