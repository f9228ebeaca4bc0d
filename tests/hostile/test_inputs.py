"""Every hostile input: no answer says that something broke, the next is served, nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.hostile.inputs import CLASSES
from tests.hostile.program import Normal, Program, running, send_all

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
MOST_MEMORY = 900 << 20
"""Bytes: the largest body of the control API, unpacked and read, is most of it."""


@pytest.fixture(scope="module")
def programs() -> Iterator[dict[str, Program]]:
    with running() as programs:
        yield programs
    for name, program in programs.items():
        assert "Traceback" not in program.said, name
        assert "error: " not in program.said, name


@pytest.fixture(scope="module")
def normal(programs: dict[str, Program]) -> Iterator[Normal]:
    normal = Normal(programs["server"].port)
    yield normal
    normal.close()


@pytest.mark.parametrize("name", CLASSES)
def test_no_input_breaks_anything(name: str, programs: dict[str, Program], normal: Normal) -> None:
    assert send_all(programs, normal, CLASSES[name]()) == {}
    assert normal.finds_all()
    assert programs["server"].memory < MOST_MEMORY


def test_the_page_counts_the_inputs_of_every_class() -> None:
    table = dict(
        re.findall(
            r"^\| (\w+) \| .* \| ([\d,]+) \| [\d,]+ ms \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
        )
    )
    counts = {name: f"{len(list(inputs())):,}" for name, inputs in CLASSES.items()}
    assert {name: table.get(name) for name in CLASSES} == counts
