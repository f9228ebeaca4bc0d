"""What a YAML file is shows by its top-level keys, also where it cannot be read as YAML."""

from __future__ import annotations

import pytest

from execmock.loading.file_kinds import FileKind, kind_of


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("# a comment\nscenario: x\nsteps: [\n", "scenario"),
        ('summary: x\n"scenario" : y\n', "scenario"),
        ("{scenario: x, steps: []}\n", "scenario"),
        ('{"summary": "world: x", "scenario": "x"}', "scenario"),
        ("scenari: x\nsteps: []\n", "scenario"),
        ("world: x\n", "world"),
        ("wrld: x\nsandboxes: {}\n", "world"),
        ("openapi: 3.1.0\n", "contract"),
        ("serve: {}\n", "configuration"),
        ("verify:\n", "configuration"),
        ("services:\n  world: {image: x}\n  serve:\n    build: .\n", None),
        ('{"info": {"scenario": 1, "openapi": 2}}', None),
        ("steps: [{script: x}]\n", None),
        ("scenarios: [a]\n", None),
        ("the scenario: is text\n", None),
        ("", None),
        ("{" * 100_000, None),
    ],
)
def test_a_kind_is_known_by_its_keys(text: str, kind: FileKind | None) -> None:
    assert kind_of(text) == kind
