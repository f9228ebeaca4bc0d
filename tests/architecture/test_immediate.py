"""Whether a store is of one process alone is asked in one place; all else works on what that chose."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

from tests.sources import tree

SRC = Path(__file__).parents[2] / "src" / "execmock"

ASKED = {
    "service/engine.py": 1,  # which recorders, and whether scenarios are shared: a null object, if not
}


def asked(root: Path) -> Counter[str]:
    """Count the places in each file that read `.immediate`, also by getattr."""
    found: Counter[str] = Counter()
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(tree(path)):
            read = isinstance(node, ast.Attribute) and node.attr == "immediate"
            named = isinstance(node, ast.Constant) and node.value == "immediate"
            found[path.relative_to(root).as_posix()] += read or named
    return +found


def test_immediate_is_asked_where_recorders_are_chosen() -> None:
    assert asked(SRC) == ASKED


def test_every_way_to_ask_is_seen(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        'x = store.immediate or self._store.immediate\ny = getattr(x, "immediate")\n'
    )
    (tmp_path / "b.py").write_text("class Store:\n    immediate = True\n")
    assert asked(tmp_path) == {"a.py": 3}
