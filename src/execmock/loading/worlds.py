"""World files to worlds. Every finding carries its place and the line it is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from execmock.core.findings import Finding
from execmock.core.world import World, WorldSource, WorldWords, compile_world, world_schema
from execmock.errors import Place, WorldError, nearest
from execmock.loading.contract import data_path
from execmock.loading.file_model import FileModel
from execmock.loading.located_findings import LocatedFinding, locate, located_at
from execmock.loading.text_file import read_text_file
from execmock.loading.yaml_marks import load_marked

__all__ = ["load_world", "located", "read_world", "shipped_worlds", "world_path"]


def shipped_worlds() -> dict[str, Path]:
    """Return the names and files of the worlds that come with execmock."""
    return {path.stem: path for path in sorted((data_path("fixtures") / "worlds").glob("*.yaml"))}


def world_path(named: Path | str) -> Path:
    """Return the file that a path or a shipped world's name means; WorldError names the nearest name."""
    if isinstance(named, Path):
        return named
    shipped = shipped_worlds()
    if named not in shipped:
        known = ", ".join(shipped)
        raise WorldError(
            f"there is no world {named!r}; expected a file or one of {known}.{nearest(named, shipped)}"
        )
    return shipped[named]


def load_world(path: Path, words: WorldWords) -> World:
    """Read a world file; WorldError shows everything that is wrong with it."""
    text, _ = read_text_file(path, WorldError)
    world, findings = read_world(text, str(path), words)
    if world is None:
        raise WorldError("\n".join(finding.shown for finding in findings))
    return world


def read_world(text: str, file: str, words: WorldWords) -> tuple[World | None, Sequence[LocatedFinding]]:
    """Read one world; never raises for what the text holds."""
    try:
        marked = load_marked(text, file, WorldError)
    except WorldError as error:
        return None, (located_at(error.place or Place(file), error.message, text.splitlines()),)
    source, findings = _shape().read(marked.data)
    world = None
    if source is not None:
        world, findings = compile_world(source, words)
        world = world and replace(world, text=text, file=file)
    return world, locate(findings, marked, text)


def located(findings: Iterable[Finding], world: World) -> Sequence[LocatedFinding]:
    """Return findings about a world with their places in its file."""
    return locate(findings, load_marked(world.text, world.file, WorldError), world.text)


@lru_cache(maxsize=1)
def _shape() -> FileModel[WorldSource]:
    return FileModel(WorldSource, world_schema, "a world, with the keys `world` and `sandboxes`")
