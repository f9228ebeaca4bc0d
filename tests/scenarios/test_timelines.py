"""Each shipped scenario plays as its reviewed timeline says, to the last line.

A file in `timelines/` begins with the command that it is the output of. `REWRITE_TIMELINES=1` writes the
outputs anew; read the difference before it is kept.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

from execmock.cli import main

TIMELINES = sorted((Path(__file__).parent / "timelines").glob("*.txt"))
SCENARIOS = sorted((Path(__file__).parents[2] / "fixtures" / "scenarios").glob("*.yaml"))


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("path", TIMELINES, ids=lambda path: path.stem)
def test_the_scenario_plays_as_reviewed(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command, _, expected = path.read_text(encoding="utf-8").partition("\n\n")
    prompt, program, *arguments = shlex.split(command)
    assert (prompt, program, arguments[2]) == ("$", "execmock", path.stem.partition(".")[0])
    assert main(arguments) == 0
    played = capsys.readouterr().out
    if os.environ.get("REWRITE_TIMELINES"):
        path.write_text(f"{command}\n\n{played}", encoding="utf-8")
        return
    assert played == expected


def test_every_scenario_has_a_reviewed_timeline_and_every_timeline_a_scenario() -> None:
    names = {path.stem for path in SCENARIOS}
    assert {path.stem.partition(".")[0] for path in TIMELINES} == names
    assert len(names) >= 20
