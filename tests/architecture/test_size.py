"""No file over 400 lines, no function over 60, no constructor with more than six parameters.

One that outgrows this holds two ideas, or takes one by one what belongs together in a value.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.sources import parsed, tree

SRC = Path(__file__).parents[2] / "src"
FILE_LINES = 400
FUNCTION_LINES = 60
PARAMETERS = 6
WITHOUT_BUNDLE = {
    "execmock/server/api/pipeline.py: Api",
    "execmock/server/http/dispatch.py: ApiDispatcher",
    "execmock/testing/mock.py: ExecMock",  # written out for those who call it
    "execmock/verify/session.py: Session",
}


def oversized(root: Path) -> Iterator[str]:
    """Yield each file and function under `root` that is too long, with its length."""
    for path in sorted(root.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if (lines := len(text.splitlines())) > FILE_LINES:
            yield f"{path.relative_to(root)}: {lines} lines"
        for node in ast.walk(parsed(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    yield f"{path.relative_to(root)}:{node.lineno}: {node.name} has {lines} lines"


def test_the_sources_are_small() -> None:
    assert list(oversized(SRC)) == []


def laden(root: Path) -> Iterator[str]:
    """Yield each class under `root` whose constructor takes more than six parameters."""
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(tree(path)):
            for method in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(method, ast.FunctionDef) and method.name == "__init__":
                    taken = method.args.posonlyargs + method.args.args + method.args.kwonlyargs
                    if len(taken) - 1 > PARAMETERS:
                        yield f"{path.relative_to(root).as_posix()}: {node.name}"


def test_constructors_take_a_bundle_in_place_of_many_parameters() -> None:
    assert set(laden(SRC)) - WITHOUT_BUNDLE == set()


def test_a_constructor_with_too_many_parameters_is_reported(tmp_path: Path) -> None:
    source = "class Six:\n    def __init__(self, a, b, c, d, *, e, f): ...\n"
    (tmp_path / "a.py").write_text(source, encoding="utf-8")
    (tmp_path / "b.py").write_text(source.replace("f)", "f, g)"), encoding="utf-8")
    assert list(laden(tmp_path)) == ["b.py: Six"]


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
