"""The contract is data: its paths and the names of its schemas stand in no Python."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.sources import called, parsed
from tests.yaml_files import read_yaml

ROOT = Path(__file__).parents[2]
DOCUMENT = read_yaml(ROOT / "openapi.yaml")
SCHEMAS = set(DOCUMENT["components"]["schemas"])
PREFIXES = {path.split("/")[1] for path in DOCUMENT["paths"]}
PATH = re.compile(rf"[/(:|]({'|'.join(PREFIXES)})(?=[/)|]|$)")


def texts(source: str) -> Iterator[tuple[int, str]]:
    """Yield every text of a source but docstrings and the names in `__all__`, with its line."""
    tree = parsed(source)
    exported = {
        id(name)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and called(node.targets[0]) == "__all__"
        for name in ast.walk(node)
    }
    spoken = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in exported | spoken:
            value = node.value
            if isinstance(value, bytes):
                value = value.decode("latin-1")
            if isinstance(value, str):
                yield node.lineno, value


def hardcoded(source: str) -> list[str]:
    """List the texts of a source that the contract has to say."""
    found = [(line, text) for line, text in texts(source) if text in SCHEMAS or PATH.search(text)]
    return [f"{line}: {text!r}" for line, text in sorted(found)]


def test_no_python_knows_a_path_or_the_name_of_a_schema() -> None:
    found = {
        str(path.relative_to(ROOT)): wrong
        for path in sorted((ROOT / "src/execmock").rglob("*.py"))
        if (wrong := hardcoded(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_what_would_be_found_is_found() -> None:
    lines = [
        '"""Says /v1/x."""',
        '__all__ = ["Execution"]',
        'a = f"{b}/v1/x"',
        'c("ApiError")',
        'd = rb"(?:v1|api)"',
    ]
    assert [wrong.partition(":")[0] for wrong in hardcoded("\n".join(lines))] == ["3", "4", "5"]
