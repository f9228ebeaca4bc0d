"""One bounded cache: no module bounds a dictionary by hand."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.sources import called, tree

SRC = Path(__file__).parents[2] / "src" / "execmock"
HELPER = "core/bounded_cache.py"
REMOVES = {"clear", "popitem", "pop", "popleft"}


def bounded_by_hand(root: Path) -> list[str]:
    """List each place that removes from a container because of its length, and each use of OrderedDict."""
    return [
        f"{path.relative_to(root).as_posix()}:{line}"
        for path in sorted(root.rglob("*.py"))
        if path.relative_to(root).as_posix() != HELPER
        for line in _places(tree(path))
    ]


def _places(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "OrderedDict" for alias in node.names):
            yield node.lineno
        if isinstance(node, ast.If | ast.While):
            measured = {
                ast.unparse(call.args[0])
                for call in ast.walk(node.test)
                if isinstance(call, ast.Call) and called(call.func) == "len" and call.args
            }
            if measured and any(
                _removes(inner, measured) for statement in node.body for inner in ast.walk(statement)
            ):
                yield node.lineno


def _removes(node: ast.AST, measured: set[str]) -> bool:
    if isinstance(node, ast.Delete):
        return any(isinstance(t, ast.Subscript) and ast.unparse(t.value) in measured for t in node.targets)
    function = node.func if isinstance(node, ast.Call) else None
    if not isinstance(function, ast.Attribute):
        return False
    return function.attr in REMOVES and ast.unparse(function.value) in measured


def test_no_module_bounds_a_dictionary_by_hand() -> None:
    assert bounded_by_hand(SRC) == []


def test_hand_written_bounds_are_seen(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("if len(self._known) > 9:\n    self._known.clear()\n")
    (tmp_path / "b.py").write_text("from collections import OrderedDict\n")
    (tmp_path / "c.py").write_text("while len(kept) >= most:\n    del kept[next(iter(kept))]\n")
    (tmp_path / "d.py").write_text("if len(kept) > most:\n    other.clear()\n")
    assert bounded_by_hand(tmp_path) == ["a.py:1", "b.py:1", "c.py:1"]
