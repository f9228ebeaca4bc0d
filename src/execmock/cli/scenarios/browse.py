"""`execmock scenarios list` and `show`: what there is to follow."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from execmock.cli.output import show as show_text
from execmock.cli.output import write
from execmock.cli.scenarios.sources import config_option, configured, one_scenario, served
from execmock.core.visible_json import visible_json
from execmock.errors import visible, visible_line

if TYPE_CHECKING:
    from execmock.core.scenario import Scenario

__all__ = ["list_", "show"]

_SAID_BY_KEY = ("id", "hashid", "name")


@click.command("list")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="Output form.",
)
@config_option
def list_(form: str, config: str | None) -> None:
    """List the scenarios that `execmock serve` knows here, with what picks each."""
    rows = [_row(file.scenario, file.path) for file in served(configured(config)).values() if file.scenario]
    rows.sort(key=lambda row: (row["api"] != "executions", row["name"]))
    show_text(visible_json(rows) if form == "json" else _table(rows))


def _row(scenario: Scenario, file: str) -> dict[str, Any]:
    return {
        "name": scenario.name,
        "api": scenario.api,
        "bind": dict(scenario.bind),
        "signals": list(scenario.signals),
        "summary": scenario.summary,
        "file": file,
    }


def _table(rows: list[dict[str, Any]]) -> str:
    lines: list[tuple[str, ...]] = [("NAME", "PICKED BY", "SIGNALS", "SUMMARY")]
    for row in rows:
        picked = _picked_by(row["bind"])
        cells = (row["name"], picked or "-", ", ".join(row["signals"]) or "-", row["summary"])
        lines.append(tuple(map(visible_line, cells)))
    widths = [max(len(line[column]) for line in lines) for column in range(3)]
    return "\n".join(
        f"{a:{widths[0]}}  {b:{widths[1]}}  {c:{widths[2]}}  {d}".rstrip() for a, b, c, d in lines
    )


def _picked_by(bind: dict[str, Any]) -> str:
    from execmock.core.scenario.bind import bound_texts

    # Of a workflow's names, its key says enough.
    told = bound_texts({name: bind[name] for name in bind if "key" not in bind or name not in _SAID_BY_KEY})
    return "; ".join(text if name in ("workflowId", "key") else f"{name} {text}" for name, text in told)


@click.command()
@click.argument("name", metavar="NAME|FILE")
@config_option
def show(name: str, config: str | None) -> None:
    """Print a scenario's file. Its place goes to stderr, so that the output can be kept as a new file."""
    _, file = one_scenario(name, configured(config))
    write(sys.stderr, visible(file.path) + "\n")
    # What is kept is the file itself; a terminal sees it without what would steer it.
    text = visible(file.text) if sys.stdout.isatty() else file.text
    write(sys.stdout, text if text.endswith("\n") else f"{text}\n")
