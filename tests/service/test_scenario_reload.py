"""Changed scenario files are taken up; running executions keep theirs; a broken file changes nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from execmock.clocks import ManualClock
from execmock.service.engine import Engine
from execmock.service.sandboxes import DEFAULT_SANDBOX
from execmock.service.scenario_reload import ScenarioReloader
from execmock.service.scenarios.selection import Selection
from execmock.settings import ServeSettings

TEXT = """\
scenario: quick
steps:
  - {status: workflow_queued, next: {after: 1s}}
  - {status: workflow_failed, set: {statusReason: first}}
"""


class Folder:
    """A folder of scenarios, an engine that has read it, and what reloads it."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.write("quick.yaml", TEXT)
        self.engine = Engine(ServeSettings(scenarios=(self.path,), seed=7), ManualClock())
        self.reloader = ScenarioReloader(self.engine, [self.path])

    def write(self, name: str, text: str | bytes) -> str:
        file = self.path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(file)

    async def take_up(self, *names: str) -> list[str]:
        return await self.reloader.take_up([str(self.path / name) for name in names])

    async def change(self, name: str, text: str | bytes) -> list[str]:
        self.write(name, text)
        return await self.take_up(name)

    async def create(self, scenario: str = "quick") -> Any:
        sandbox = await self.engine.sandboxes.get(DEFAULT_SANDBOX)
        assert sandbox is not None
        body = {"workflowId": "w", "sourceSystem": "s", "sourceEntityType": "e"}
        made = await self.engine.executions.create(sandbox, body, "key_x", Selection(scenario))
        return await self.engine.commands.standing(sandbox, made.id)

    @property
    def version(self) -> str | None:
        """The version that new executions follow."""
        current = self.engine.registry.current.get("quick")
        return current.version if current else None


@pytest.fixture
async def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path)
    await made.engine.prepare()
    return made


async def test_a_changed_file_takes_effect_for_new_executions(folder: Folder) -> None:
    assert await folder.change("quick.yaml", TEXT.replace("first", "second")) == ["scenario quick changed"]
    assert (await folder.create()).scenario.steps[1].sets == {"statusReason": "second"}


async def test_a_file_that_is_emptied_before_it_is_written_is_waited_for(folder: Folder) -> None:
    reading = asyncio.create_task(folder.change("quick.yaml", ""))
    await asyncio.sleep(0)
    folder.write("quick.yaml", TEXT.replace("first", "second"))
    assert await reading == ["scenario quick changed"]


async def test_a_file_that_is_emptied_and_removed_is_gone(folder: Folder) -> None:
    reading = asyncio.create_task(folder.change("quick.yaml", ""))
    await asyncio.sleep(0)
    (folder.path / "quick.yaml").unlink()
    assert await reading == ["scenario quick is gone"]


async def test_a_file_that_stays_empty_is_reported(folder: Folder) -> None:
    before = folder.version
    (line,) = await folder.change("quick.yaml", "")
    assert "quick.yaml:1:1: " in line
    assert folder.version == before


async def test_running_ones_keep_their_version_and_it_is_said(folder: Folder) -> None:
    before, old = await folder.create(), folder.version
    (line,) = await folder.change("quick.yaml", TEXT.replace("first", "second"))
    assert line == f"scenario quick changed; 1 execution keeps version {old}"
    await folder.create()
    await folder.create()
    new = folder.version
    (line,) = await folder.change("quick.yaml", TEXT.replace("first", "third"))
    assert line == f"scenario quick changed; 2 executions keep version {new}"
    sandbox = await folder.engine.sandboxes.get(DEFAULT_SANDBOX)
    assert sandbox is not None
    after = await folder.engine.commands.standing(sandbox, before.execution.id)
    assert after.scenario.version == old


async def test_a_file_that_was_only_touched_is_not_worth_a_word(folder: Folder) -> None:
    assert await folder.change("quick.yaml", TEXT) == []


async def test_a_broken_file_changes_nothing_and_is_reported_once_with_its_place(folder: Folder) -> None:
    old, broken = folder.version, TEXT.replace("workflow_failed", "workflow_faild")
    (line,) = await folder.change("quick.yaml", broken)
    place, _, rest = line.partition(": ")
    assert place == f"{folder.path / 'quick.yaml'}:4:6"
    assert "Did you mean 'workflow_failed'?" in rest
    assert line.endswith("\n  what was loaded before stays in use")
    assert folder.version == old
    assert await folder.take_up("quick.yaml") == []


async def test_another_mistake_is_reported_anew_and_a_repaired_file_is_taken_up(folder: Folder) -> None:
    await folder.change("quick.yaml", TEXT.replace("workflow_failed", "workflow_faild"))
    assert len(await folder.change("quick.yaml", TEXT.replace("steps", "stps"))) == 1
    assert await folder.change("quick.yaml", TEXT.replace("1s", "2s")) == ["scenario quick changed"]
    assert len(await folder.change("quick.yaml", TEXT.replace("steps", "stps"))) == 1
    assert await folder.change("quick.yaml", TEXT.replace("1s", "2s")) == []


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[", b"\x00"])
async def test_what_is_no_scenario_at_all_is_reported_too(folder: Folder, content: bytes) -> None:
    old = folder.version
    (line,) = await folder.change("quick.yaml", content)
    assert line.startswith(str(folder.path / "quick.yaml"))
    assert folder.version == old


async def test_a_new_file_is_taken_up(folder: Folder) -> None:
    lines = await folder.change("other.yml", TEXT.replace("quick", "other"))
    assert lines == ["scenario other is new"]
    assert (await folder.create("other")).scenario.name == "other"


async def test_a_removed_file_takes_its_scenario_along_but_not_from_running_executions(
    folder: Folder,
) -> None:
    made = await folder.create()
    (folder.path / "quick.yaml").unlink()
    (line,) = await folder.take_up("quick.yaml")
    assert line == f"scenario quick is gone; 1 execution keeps version {made.scenario.version}"
    assert folder.version is None
    sandbox = await folder.engine.sandboxes.get(DEFAULT_SANDBOX)
    assert sandbox is not None
    assert (await folder.engine.commands.standing(sandbox, made.execution.id)).scenario == made.scenario


async def test_a_renamed_file_is_the_same_scenario(folder: Folder) -> None:
    (folder.path / "quick.yaml").rename(folder.path / "a.yaml")
    await folder.take_up("quick.yaml", "a.yaml")
    assert folder.version is not None
    assert (await folder.create()).scenario.name == "quick"


async def test_a_scenario_renamed_inside_its_file_goes_under_the_new_name(folder: Folder) -> None:
    lines = await folder.change("quick.yaml", TEXT.replace("quick", "other"))
    assert lines == ["scenario quick is gone", "scenario other is new"]


async def test_a_file_that_takes_another_files_name_is_refused(folder: Folder) -> None:
    old = folder.version
    (line,) = await folder.change("copy.yaml", TEXT.replace("first", "second"))
    assert "two scenarios are named 'quick'" in line
    assert folder.version == old


async def test_ones_own_scenario_goes_before_a_shipped_one_until_it_is_removed(folder: Folder) -> None:
    shipped = folder.engine.registry.current["flaky"].version
    assert await folder.change("mine.yaml", TEXT.replace("quick", "flaky")) == ["scenario flaky changed"]
    assert folder.engine.registry.current["flaky"].version != shipped
    (folder.path / "mine.yaml").unlink()
    assert await folder.take_up("mine.yaml") == ["scenario flaky changed"]
    assert folder.engine.registry.current["flaky"].version == shipped


async def test_files_of_other_kinds_and_folders_are_no_scenarios(folder: Folder) -> None:
    (folder.path / "sub.yaml").mkdir()
    assert await folder.change("notes.txt", "not a scenario") == []
    assert await folder.take_up("sub.yaml", "never-there.yaml") == []


USING = """\
scenario: user
steps:
  - {use: quick.workflow_queued, next: {after: 2s}}
  - {status: workflow_failed}
"""


async def test_who_uses_a_changed_scenario_changes_with_it(folder: Folder) -> None:
    assert await folder.change("user.yaml", USING) == ["scenario user is new"]
    first = await folder.create("user")
    changed = await folder.change(
        "quick.yaml", TEXT.replace("workflow_queued,", "workflow_queued, name: first,")
    )
    assert changed == [
        "scenario quick changed",
        "scenario user changed; 1 execution keeps version " + first.scenario.version,
    ]
    assert (await folder.create("user")).scenario.steps[0].name == "first"


async def test_what_is_used_may_go_and_come_again(folder: Folder) -> None:
    await folder.change("user.yaml", USING)
    (folder.path / "quick.yaml").unlink()
    gone, told = await folder.take_up("quick.yaml")
    assert gone == "scenario quick is gone"
    assert "user.yaml:3:6: there is no scenario 'quick'." in told
    assert told.endswith("what was loaded before stays in use")
    again = TEXT.replace("workflow_queued,", "workflow_queued, name: again,")
    assert await folder.change("quick.yaml", again) == ["scenario quick is new", "scenario user changed"]
