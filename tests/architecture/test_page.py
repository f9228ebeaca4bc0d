"""ARCHITECTURE.md is short, and its picture shows the layers that the sources are held to."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

from tests.architecture.test_imports import LAYERS

PAGE = (Path(__file__).parents[2] / "ARCHITECTURE.md").read_text(encoding="utf-8")
LINES = 60
SMALL = {
    "version",
    "files",
    "output",
    "pytest_plugin",
    "__init__",
    "__main__",
}  # a module each, not shown


def arrows(picture: str) -> set[tuple[str, str]]:
    """Return who is drawn as importing whom, of lines such as `a["text"] & b --> c --> d`."""
    found = set()
    for line in re.sub(r'\["[^"]*"\]', "", picture).splitlines():
        groups = [[name.strip() for name in part.split("&")] for part in line.split("-->")]
        for above, below in pairwise(groups):
            found |= {(importer, imported) for importer in above for imported in below}
    return found


def reachable(start: str, drawn: set[tuple[str, str]]) -> set[str]:
    below = {imported for importer, imported in drawn if importer == start}
    return below.union(*(reachable(name, drawn) for name in below))


def drawn() -> set[tuple[str, str]]:
    picture = re.search(r"```mermaid\nflowchart TD\n(.*?)```", PAGE, re.DOTALL)
    assert picture is not None
    return arrows(picture[1])


def test_the_page_is_short() -> None:
    assert len(PAGE.splitlines()) <= LINES


def test_arrows_are_read() -> None:
    assert arrows('  a["A: one & two"] & b --> c --> d\n  d["D"]') == {("a", "c"), ("b", "c"), ("c", "d")}
    assert reachable("a", arrows("a --> c --> d")) == {"c", "d"}


def test_the_picture_shows_every_layer() -> None:
    assert {name for arrow in drawn() for name in arrow} == {*LAYERS, "cli"} - SMALL


def test_every_arrow_is_an_import_that_is_allowed() -> None:
    wrong = {(above, below) for above, below in drawn() if above != "cli" and below not in LAYERS[above]}
    assert wrong == set()


def test_every_import_that_is_allowed_follows_the_arrows() -> None:
    allowed = {(above, below) for above in LAYERS for below in LAYERS[above]}
    shown = {(above, below) for above, below in allowed if not {above, below} & SMALL}
    assert {(above, below) for above, below in shown if below not in reachable(above, drawn())} == set()
