"""A coverage as one HTML page: two matrices, the other kinds as tables, and what was never met."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from execmock.coverage.model import Coverage, Kind, Tally, Unit
from execmock.coverage.summary import TITLES, describe, missing_sentence, rows, unseen_sentences
from execmock.errors import visible

__all__ = ["as_html"]

_STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { margin: 2rem auto; max-width: 75rem; padding: 0 1rem }
.scroll { overflow-x: auto }
table { border-collapse: collapse; margin: 0.5rem 0 1.5rem }
th, td { border: 1px solid #8886; padding: 0.25rem 0.6rem; text-align: left }
td.number { text-align: right; font-variant-numeric: tabular-nums }
td.met { background: #2a82; font-weight: 600 }
td.missing { background: #c332 }
"""

_LISTED: tuple[Kind, ...] = ("status", "example", "branch", "fault")


def as_html(coverage: Coverage) -> str:
    """Return the page; it needs no network and runs no script."""
    page = Element("html", lang="en")
    head = SubElement(page, "head")
    SubElement(head, "meta", charset="utf-8")
    SubElement(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    SubElement(head, "title").text = "Coverage of the workflow executions API"
    SubElement(head, "style").text = _STYLE
    main = SubElement(SubElement(page, "body"), "main")
    SubElement(main, "h1").text = f"Coverage: {rows(coverage)[-1].percent}"
    summed = [(row.title, str(row.met), str(row.declared), row.percent) for row in rows(coverage)]
    _table(main, "Summary", ("", "met", "of", "part"), summed)
    _matrix(main, coverage, "answer", ("operation", "status"))
    _matrix(main, coverage, "transition", ("from", "to"))
    for kind in _LISTED:
        _units(main, coverage, kind)
    _missing(main, coverage)
    return "<!doctype html>\n" + tostring(page, encoding="unicode", method="html") + "\n"


def _table(parent: Element, title: str, heads: Sequence[str], cells: Iterable[Sequence[str]]) -> None:
    SubElement(parent, "h2").text = title
    table = SubElement(SubElement(parent, "div", {"class": "scroll"}), "table")
    line = SubElement(SubElement(table, "thead"), "tr")
    for text in heads:
        SubElement(line, "th", scope="col").text = text
    body = SubElement(table, "tbody")
    for first, *rest in cells:
        line = SubElement(body, "tr")
        SubElement(line, "th", scope="row").text = visible(first)
        for text in rest:
            SubElement(line, "td", {"class": "number"}).text = visible(text)


def _matrix(parent: Element, coverage: Coverage, kind: Kind, axes: tuple[str, str]) -> None:
    """Show units by their last two names: a number where one was met, a dot where it was not."""
    cells = {(unit.names[-2], unit.names[-1]): (unit, tally) for unit, tally in coverage.of(kind)}
    SubElement(parent, "h2").text = TITLES[kind].capitalize()
    table = SubElement(SubElement(parent, "div", {"class": "scroll"}), "table")
    line = SubElement(SubElement(table, "thead"), "tr")
    columns = sorted({column for _, column in cells})
    for text in (f"{axes[0]} / {axes[1]}", *columns):
        SubElement(line, "th", scope="col").text = visible(text)
    body = SubElement(table, "tbody")
    for name in dict.fromkeys(row for row, _ in cells):
        line = SubElement(body, "tr")
        SubElement(line, "th", scope="row").text = visible(name or "no operation")
        for column in columns:
            _cell(line, coverage, cells.get((name, column)))


def _cell(line: Element, coverage: Coverage, found: tuple[Unit, Tally] | None) -> None:
    cell = SubElement(line, "td", {"class": "number"})
    if found is None:
        return
    unit, tally = found
    if tally.met:
        cell.set("class", "number met")
        cell.text = str(tally.met)
    else:
        cell.set("class", "number missing" if tally.declared else "number")
        cell.set("title", visible(missing_sentence(coverage, unit)))
        cell.text = f"({tally.unseen})" if tally.unseen else "\u00b7"


def _units(parent: Element, coverage: Coverage, kind: Kind) -> None:
    found = list(coverage.of(kind))
    if found:
        cells = [(describe(unit), str(tally.met)) for unit, tally in found]
        _table(parent, TITLES[kind].capitalize(), ("", "met"), cells)


def _missing(parent: Element, coverage: Coverage) -> None:
    SubElement(parent, "h2").text = "Never met"
    items = SubElement(parent, "ul")
    sentences = [missing_sentence(coverage, unit) for unit in coverage.missing()]
    for sentence in [*unseen_sentences(coverage), *sentences]:
        SubElement(items, "li").text = visible(sentence)
