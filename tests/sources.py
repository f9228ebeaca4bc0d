"""Python sources, parsed once for all tests that look into them."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

__all__ = ["called", "parsed", "tree"]


def tree(path: Path) -> ast.Module:
    """Return the syntax tree of a file as it is now; it is shared, so do not change it."""
    return parsed(path.read_text(encoding="utf-8"))


@cache
def parsed(source: str) -> ast.Module:
    """Return the syntax tree of a source; it is shared, so do not change it."""
    return ast.parse(source)


def called(call: ast.expr) -> str:
    """Return the last name of what an expression calls or names, such as `c` of `a.b.c`, or ''."""
    if isinstance(call, ast.Attribute):
        return call.attr
    return call.id if isinstance(call, ast.Name) else ""
