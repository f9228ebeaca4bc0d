"""Scenarios that Kubernetes mounts: links into a folder for each version, which is exchanged as a whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from execmock.clocks import ManualClock
from execmock.loading.folders import yaml_files
from execmock.service.engine import Engine
from execmock.service.file_watch import changed_files
from execmock.service.scenario_reload import ScenarioReloader
from execmock.settings import ServeSettings

TEXT = (
    "scenario: mounted\nsummary: {}\nsteps:\n"
    "  - {{status: workflow_queued, next: {{after: 1s}}}}\n  - {{status: workflow_failed}}\n"
)


def version(folder: Path, name: str, summary: str, file: str) -> None:
    """Put a version in the place of the present one, as the kubelet does, and remove the one before."""
    before = (folder / "..data").resolve()
    place = folder / name / file
    place.parent.mkdir(parents=True)
    place.write_text(TEXT.format(summary), encoding="utf-8")
    (folder / "..data_tmp").symlink_to(name)
    (folder / "..data_tmp").replace(folder / "..data")
    if before.name != "..data":
        shutil.rmtree(before)
    link = folder / file.split("/")[0]
    if not link.is_symlink():
        link.symlink_to(Path("..data") / link.name)


@pytest.mark.parametrize("file", ["mounted.yaml", "sub/mounted.yaml"])
@pytest.mark.parametrize("whole", [True, False])
async def test_another_version_is_taken_up(tmp_path: Path, file: str, whole: bool) -> None:
    folder = tmp_path.resolve() / "scenarios"
    folder.mkdir()
    version(folder, "..one", "One.", file)
    named = folder if whole or "/" in file else folder / file
    engine = Engine(ServeSettings(scenarios=(named,)), ManualClock())
    assert engine.registry.current["mounted"].summary == "One."
    reloader = ScenarioReloader(engine, [named])
    changes = changed_files([named])
    assert await reloader.take_up(await anext(changes)) == []
    version(folder, "..two", "Two.", file)
    said = []
    async for changed in changes:
        said += await reloader.take_up(changed)
        if said:
            break
    assert said == ["scenario mounted changed"]
    assert engine.registry.current["mounted"].summary == "Two."
    await changes.aclose()


def test_a_version_is_not_read_a_second_time(tmp_path: Path) -> None:
    version(tmp_path, "..one", "One.", "mounted.yaml")
    assert yaml_files(tmp_path) == [tmp_path / "mounted.yaml"]


def test_links_are_followed_inside_the_folder_alone(tmp_path: Path) -> None:
    folder = tmp_path / "scenarios"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "a.yaml").write_text("", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("", encoding="utf-8")
    (folder / "out").symlink_to(tmp_path)
    (folder / "sub" / "round").symlink_to(folder)
    assert yaml_files(folder)[0].name == "a.yaml"
    assert not [path for path in yaml_files(folder) if path.name == "b.yaml"]
