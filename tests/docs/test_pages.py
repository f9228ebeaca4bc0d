"""Every page can be found from the index, every link leads somewhere, and every word has one meaning."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / ".github").glob("*.md")])


def links(page: Path) -> set[Path]:
    """Return the files that a page links to."""
    found = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
    return {(page.parent / link).resolve() for link in found}


def test_the_index_leads_to_every_page_and_the_readme_to_the_index() -> None:
    index = DOCS / "README.md"
    assert {page for page in DOCS.rglob("*.md") if page != index} - links(index) == set()
    assert {index, DOCS / "glossary.md", ROOT / "SECURITY.md"} - links(ROOT / "README.md") == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_file(page: Path) -> None:
    assert [link for link in sorted(links(page)) if not link.exists()] == []


def test_every_word_of_the_glossary_is_explained_once() -> None:
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", (DOCS / "glossary.md").read_text("utf-8"), re.MULTILINE)
    words = [word for word, _ in rows if word not in ("word", "---")]
    assert len(words) > 30
    assert sorted({word for word in words if words.count(word) > 1}) == []
