"""Names that were replaced by standard ones stay gone, in modules and on pages, and words are plain."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

REPLACED_MODULES = [
    "ports",
    "core.catalogue",
    "core.forms",
    "core.validation",
    "core.violations",
    "core.plain_objects",
    "core.draws",
    "core.view_template",
    "core.scenario.counts",
    "core.scenario.wording",
    "core.scenario.rivals",
    "core.scenario.starts",
    "server.mock",
    "server.run",
    "server.calls",
    "server.checks",
    "server.doorman",
    "server.handlers",
    "server.prefer",
    "server.request_ids",
    "server.cors",
    "server.fast",
    "server.front",
    "server.heads",
    "server.ports",
    "server.protocol",
    "server.request_log",
    "server.control.guard",
    "service.reloading",
    "service.watcher",
    "service.changes",
    "service.journal",
    "service.outbox",
    "service.redaction",
    "service.shared",
    "service.embed",
    "service.portraits",
    "service.steering",
    "service.tracking",
    "service.keeper",
    "service.library",
    "service.selection",
    "service.submitted",
    "loading.problems",
    "loading.shapes",
    "verify.case",
    "verify.generated",
    "verify.lab",
    "verify.now",
    "verify.pace",
    "verify.pages",
    "verify.same",
    "verify.shapes",
    "verify.surface",
    "verify.timemachine",
    "verify.catalogue",
    "verify.report.catalogue",
    "verify.rules.walking",
    "verify.rules.guarding",
    "verify.rules.repeating",
    "verify.rules.generated",
    "verify.probes.guarding",
    "verify.probes.repeating",
    "verify.probes.generated",
    "verify.probes.strange",
]
REPLACED_CLASSES = [
    "Doorman",
    "Admission",
    "Drawing",
    "Portraits",
    "Standing",
    "Steering",
    "Tracking",
    "Keeper",
    "Library",
    "Mistake",
    "Problem",
    "Verdict",
    "Wishes",
    "Shelved",
    "Catalogue",
    "Lab",
    "Surface",
    "TimeMachine",
    "Pace",
    "Outbox",
    "Reloader",
    "ApiFront",
    "ControlFront",
    "MockOptions",
]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


@pytest.mark.parametrize("name", REPLACED_MODULES)
def test_a_replaced_module_cannot_be_imported(name: str) -> None:
    try:
        found = find_spec(f"execmock.{name}")
    except ModuleNotFoundError:
        found = None
    assert found is None


def test_no_page_names_a_replaced_module_or_class() -> None:
    modules = "|".join(re.escape(name) for name in REPLACED_MODULES if "." in name)
    replaced = re.compile(rf"`(?:execmock\.)?(?:{modules}|ports|{'|'.join(REPLACED_CLASSES)})`")
    named = [f"{page.name}: {found}" for page in PAGES for found in replaced.findall(page.read_text("utf-8"))]
    assert named == []


def test_no_class_has_a_replaced_name() -> None:
    kept = re.compile(rf"^ *class _?({'|'.join(REPLACED_CLASSES)})\b", re.MULTILINE)
    sources = (ROOT / "src" / "execmock").rglob("*.py")
    assert [
        f"{path.name}: {found}" for path in sources for found in kept.findall(path.read_text("utf-8"))
    ] == []


NOT_PLAIN = ("whoever", "nobody", "somebody", "everybody", "lets? go", "letting go", "beside", "what is none")
NOT_PLAIN += ("drawings?", "sights?", "portraits?", "strangers?")
SOURCES = [
    path
    for pattern in ("*.py", "*.yaml", "*.html", "*.jinja")
    for path in (ROOT / "src" / "execmock").rglob(pattern)
    if not {"swagger", "_data"} & set(path.parts)
]


def unplain(text: str) -> list[str]:
    """Return the words of a text that say in passing what a noun of the field says exactly."""
    return re.findall(rf"\b(?:{'|'.join(NOT_PLAIN)})\b", text, re.IGNORECASE)


def test_messages_comments_and_docstrings_are_plain() -> None:
    found = {path.relative_to(ROOT).as_posix(): unplain(path.read_text("utf-8")) for path in SOURCES}
    assert {path: words for path, words in found.items() if words} == {}


@pytest.mark.parametrize("text", ["Nobody reads.", "# what lies beside it", "Let go of it.", "12 sights"])
def test_a_word_that_is_not_plain_is_seen(text: str) -> None:
    assert len(unplain(text)) == 1
