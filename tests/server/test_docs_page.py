"""The docs page works offline and under a strict content security policy: own files alone, nothing inline."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import execmock.server

PAGES = Path(execmock.server.__path__[0]) / "pages"
SERVED_BY_THE_API = {"../openapi.yaml", "../openapi.json"}


class Page(HTMLParser):
    """What a page refers to, and what stands inline in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.references: set[str] = set()
        self.inline: list[str] = []
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.references |= {value for name, value in attrs if name in ("src", "href") and value}
        self.inline += [f"{tag} {name}" for name, _ in attrs if name.startswith("on") or name == "style"]

    def handle_data(self, data: str) -> None:
        if self._inside in ("script", "style") and data.strip():
            self.inline.append(f"{self._inside}: {data}")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""


def missing(page: Page) -> set[str]:
    """Return what a page refers to and the package lacks; a script may be there as gzip."""
    own = page.references - SERVED_BY_THE_API
    return {name for name in own if not any((PAGES / f"{name}{end}").is_file() for end in ("", ".gz"))}


def test_the_page_has_all_its_files_and_nothing_inline() -> None:
    page = Page((PAGES / "docs.html").read_text(encoding="utf-8"))
    assert {"docs.js", "swagger/swagger-ui-bundle.js", "../openapi.yaml"} <= page.references
    assert missing(page) == set()
    assert page.inline == []


@pytest.mark.parametrize(
    ("text", "absent", "inline"),
    [
        ('<script src="https://cdn.example/x.js"></script>', {"https://cdn.example/x.js"}, []),
        ('<link href="gone.css">', {"gone.css"}, []),
        ("<script>go()</script>", set(), ["script: go()"]),
        ('<p onclick="go()" style="color: red">x</p>', set(), ["p onclick", "p style"]),
    ],
)
def test_a_page_that_would_not_work_is_noticed(text: str, absent: set[str], inline: list[str]) -> None:
    page = Page(text)
    assert (missing(page), page.inline) == (absent, inline)


def test_our_modules_import_only_files_that_are_there() -> None:
    for module in PAGES.glob("*.js"):
        imported = set(re.findall(r'from "(.+?)"', module.read_text(encoding="utf-8")))
        assert not {name for name in imported if not (PAGES / name).is_file()}, module.name


def test_the_copy_of_swagger_ui_carries_its_version_and_licence() -> None:
    copy = PAGES / "swagger"
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", (copy / "VERSION").read_text())
    assert "Apache License" in (copy / "LICENSE").read_text()
    assert "SmartBear" in (copy / "NOTICE").read_text()
