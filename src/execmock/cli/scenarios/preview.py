"""`execmock scenarios preview`: a scenario's timeline in virtual time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from execmock.cli.output import show
from execmock.cli.scenarios.sources import config_option, configured, one_scenario
from execmock.core.durations import DurationError, parse_duration, parse_instant
from execmock.core.sandbox import DRAW_BY
from execmock.core.visible_json import visible_json
from execmock.errors import ConfigError, nearest

if TYPE_CHECKING:
    from execmock.core.preview import Sent
    from execmock.core.scenario import Scenario

__all__ = ["preview"]


@click.command()
@click.argument("name", metavar="NAME|FILE")
@click.option("--until", metavar="DURATION", help="Stop this long after the creation; at the end by default.")
@click.option(
    "--signal",
    "signals",
    metavar="NAME@DURATION[=JSON]",
    multiple=True,
    help='Send a signal, with a payload if there is one: approve@5s={"by":"Ada"}. Repeatable.',
)
@click.option("--polls-every", metavar="DURATION", help="Read the execution by id this often.")
@click.option(
    "--seed", type=int, default=0, show_default=True, help="What chances and ranges are drawn from."
)
@click.option("--start", metavar="INSTANT", help="When it is created.  [default: 2026-01-01T09:00:00Z]")
@click.option(
    "--request",
    metavar="JSON",
    help="Properties of the create request, as an object.",
)
@click.option(
    "--draw-by",
    metavar="NAME",
    multiple=True,
    default=DRAW_BY,
    show_default=True,
    help="Property that the draw key is made of, as for serve. Repeatable.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "mermaid"]),
    default="table",
    show_default=True,
    help="A timeline, or for mermaid the scenario as a state diagram.",
)
@config_option
def preview(name: str, config: str | None, form: str, **given: Any) -> None:
    """Play a scenario in virtual time, without a server.

    The timeline is that of the first execution that `execmock serve` makes of the request's draw key
    under the same --seed. Ids are those of its first execution of all under the same --clock-start.
    """
    from execmock.core.preview import Script, as_json, as_mermaid, as_table
    from execmock.service.draw_by import checked_draw_by
    from execmock.service.preview import PREVIEW_START, Preview
    from execmock.service.preview import preview as played

    here = configured(config)
    scenario, _ = one_scenario(name, here)
    if form == "mermaid":
        show(as_mermaid(scenario))
        return
    script = Script(
        until=_duration(given["until"], "--until"),
        signals=tuple(_signal(text, scenario) for text in given["signals"]),
        polls_every=_duration(given["polls_every"], "--polls-every", least=1),
    )
    start = PREVIEW_START if given["start"] is None else _instant(given["start"])
    draw_by = checked_draw_by(here.contract, given["draw_by"])
    asked = Preview(script, given["seed"], start, _request(given["request"]), draw_by)
    shown = played(scenario, here.contract, asked)
    show(visible_json(as_json(shown)) if form == "json" else as_table(shown))


def _duration(text: str | None, name: str, least: int = 0) -> int | None:
    if text is None:
        return None
    try:
        found = parse_duration(text)
    except DurationError as error:
        raise ConfigError(f"{name}: {error.message}") from None
    if found < least:
        raise ConfigError(f"{name} is {text!r}; expected more than no time at all")
    return found


def _instant(text: str) -> int:
    try:
        return parse_instant(text)
    except DurationError as error:
        raise ConfigError(f"--start: {error.message}") from None


def _signal(text: str, scenario: Scenario) -> Sent:
    from execmock.core.preview import Sent
    from execmock.core.progress import Signal

    head, equals, payload = text.partition("=")
    name, at, after = head.partition("@")
    if not at:
        raise ConfigError(f"--signal is {text!r}; expected NAME@DURATION[=JSON], such as approve@5s")
    if name not in scenario.signals:
        known = ", ".join(scenario.signals) or "none"
        hint = nearest(name, scenario.signals)
        raise ConfigError(f"{scenario.name} waits for no signal {name!r}; expected one of {known}.{hint}")
    value = _json(payload, "--signal") if equals else None
    return Sent(_duration(after, "--signal") or 0, Signal(name, value))


def _request(text: str | None) -> Mapping[str, Any]:
    value = {} if text is None else _json(text, "--request")
    if not isinstance(value, dict):
        raise ConfigError("--request expects a JSON object")
    return value


def _json(text: str, name: str) -> Any:
    from execmock.core.json_text import JsonError, decode

    try:
        return decode(text.encode("utf-8", "surrogatepass"))
    except JsonError as error:
        raise ConfigError(f"{name}: {text!r} is not JSON: {error.message}") from None
