"""No file over 400 lines and no function over 60: one that outgrows this holds two ideas."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src"
FILE_LINES = 400
FUNCTION_LINES = 60


def oversized(root: Path) -> Iterator[str]:
    """Yield each file and function under `root` that is too long, with its length."""
    for path in sorted(root.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if (lines := len(text.splitlines())) > FILE_LINES:
            yield f"{path.relative_to(root)}: {lines} lines"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    yield f"{path.relative_to(root)}:{node.lineno}: {node.name} has {lines} lines"


def test_the_sources_are_small() -> None:
    assert list(oversized(SRC)) == []


def function(name: str, lines: int) -> str:
    return f"{name}:\n" + "    x = 1\n" * (lines - 1)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1\n" * 400, []),
        ("x = 1\n" * 401, ["a.py: 401 lines"]),
        (function("def f()", 60), []),
        (function("def f()", 61), ["a.py:1: f has 61 lines"]),
        ("y = 0\n" + function("async def g()", 75), ["a.py:2: g has 75 lines"]),
    ],
)
def test_what_is_too_long_is_reported(tmp_path: Path, source: str, expected: list[str]) -> None:
    (tmp_path / "a.py").write_text(source, encoding="utf-8")
    assert list(oversized(tmp_path)) == expected
