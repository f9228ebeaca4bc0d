"""Code that serves both APIs asks their descriptions; none of it branches on which of the two it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.sources import called, parsed

SRC = Path(__file__).parents[2] / "src" / "execmock"

COMMON = [
    *SRC.glob("core/preview/*.py"),
    *SRC.glob("server/control/*.py"),
    SRC / "core/scenario/compile.py",
    SRC / "core/scenario/vocabulary.py",
    SRC / "service/execution_watcher.py",
    SRC / "service/executions/commands.py",
    SRC / "service/executions/creation.py",
    SRC / "service/executions/repository.py",
    SRC / "service/preview.py",
    SRC / "service/scenario_reload.py",
    SRC / "service/snapshots.py",
    SRC / "stores/codec.py",
]
APIS = {"execution", "executions", "embed", "EMBED_API", "EXECUTIONS_API"}
CLASSES = {"Execution", "EmbedExecution"}


def branches(source: str) -> Iterator[str]:
    """Yield each comparison with one API, and each question whether something is an execution of one."""
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.Compare):
            compared = {part for operand in [node.left, *node.comparators] for part in _named(operand)}
            if compared & APIS and "api" in ast.unparse(node).lower():
                yield ast.unparse(node)
        if isinstance(node, ast.Call) and called(node.func) == "isinstance":
            asked = {part.id for part in ast.walk(node.args[1]) if isinstance(part, ast.Name)}
            if asked & CLASSES:
                yield ast.unparse(node)


def _named(operand: ast.expr) -> Iterator[str]:
    for node in ast.walk(operand):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Name):
            yield node.id


@pytest.mark.parametrize("path", COMMON, ids=lambda path: path.relative_to(SRC).as_posix())
def test_common_code_does_not_branch_on_the_api(path: Path) -> None:
    assert list(branches(path.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        'kind = 1 if given["api"] == "embed" else 2',
        "if scenario.api != EXECUTIONS_API.name: pass",
        'x = scenario.api in ("embed",)',
        "isinstance(value, Execution)",
        "isinstance(value, Execution | EmbedExecution)",
    ],
)
def test_a_branch_is_seen(source: str) -> None:
    assert len(list(branches(source))) == 1
