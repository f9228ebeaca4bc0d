"""`execmock record`: scenario files from what passed between clients and a service."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from execmock.cli.options import resolved_settings, takes_options
from execmock.cli.output import show
from execmock.errors import ConfigError
from execmock.settings import RecordSettings, build

if TYPE_CHECKING:
    from execmock.core.contract import Contract
    from execmock.recorder import Recording
    from execmock.verify.exchange import Exchange

__all__ = ["command"]

_MOST_NOTES = 40


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@takes_options(RecordSettings)
@click.option("-o", "folder", metavar="PATH", help="The same as --output PATH.")
def command(sources: tuple[str, ...], folder: str | None, **given: Any) -> int:
    """Write what executions went through as scenario files, and what existed before as a world.

    A SOURCE is the address of a service, UPSTREAM: requests are passed on to it until Ctrl-C, and what
    passed is recorded. Or it is a HAR file, as the network view of a browser and
    `execmock verify --report har=FILE` write it, or what a mock's /_execmock/journal (of a server with
    --journal-answers) or /_execmock/executions answers.

    Names, keys, tokens, mail addresses and the like are replaced, each value by the same one everywhere.
    What no answer could tell is said here, and in comments in the files.

    Each option can also be given as a variable (--redact as EXECMOCK_REDACT) or under `record:` in
    execmock.yaml. A flag wins over a variable, a variable over the file.
    """
    typed = {}
    if folder:
        given["output"], typed["output"] = folder, "-o"
    settings = build(RecordSettings, resolved_settings(given, ["record"], typed)["record"])
    if settings.output is None:
        raise ConfigError("no folder to write to was given; expected --output PATH")
    from execmock.loading.contract import contract_at
    from execmock.recorder import record

    known = contract_at(settings.contract)
    if any(source.startswith(("http://", "https://")) for source in sources):
        exchanges, notes = _watch(sources, known, settings, settings.output)
    else:
        exchanges, notes = _read(sources, known)
    recording = record(exchanges, known, redact=settings.redact)
    recording.notes[:0] = notes
    if not recording.files:
        _refuse(recording, sources, len(exchanges))
    _write(recording, settings.output, force=settings.force)
    return 0


def _read(sources: Sequence[str], contract: Contract) -> tuple[list[Exchange], list[str]]:
    """Return the exchanges of all files in order of time, and what could not be used of them."""
    from execmock.recorder.exchanges import Operations
    from execmock.recorder.sources import MOST_EXCHANGES, read_source

    operations = Operations(contract)
    exchanges: list[Exchange] = []
    notes: list[str] = []
    for source in sources:
        read = read_source(Path(source), operations)
        exchanges += read.exchanges
        notes += read.notes
    exchanges.sort(key=lambda exchange: exchange.sent)
    if len(exchanges) > MOST_EXCHANGES:
        notes.append(f"of {len(exchanges)} requests, the first {MOST_EXCHANGES} are looked at")
    return exchanges[:MOST_EXCHANGES], notes


def _watch(
    sources: Sequence[str], contract: Contract, settings: RecordSettings, output: Path
) -> tuple[list[Exchange], list[str]]:
    """Return what passes through a proxy until it is told to end."""
    import asyncio

    from execmock.forwarding.connections import Connections
    from execmock.recorder.exchanges import Operations
    from execmock.recorder.live import Upstream, record_live

    if len(sources) > 1:
        raise ConfigError(f"{len(sources)} sources were given; expected one address, or files alone")
    there = sorted(output.rglob("*.yaml")) if output.is_dir() else []
    if there and not settings.force:
        # Which names there will be is known at the end alone, when it is too late to ask.
        raise ConfigError(f"{there[0]} is there already; expected a folder without files, or --force")
    url = _address(sources[0])
    connections = Connections.of(settings, url)
    upstream = Upstream(url, settings.embed_url, settings.host, settings.port, connections)
    source = asyncio.run(record_live(upstream, Operations(contract), show))
    return source.exchanges, source.notes


def _address(text: str) -> str:
    from execmock.settings.parsers import parse_url, without_user_info

    try:
        return parse_url(text)
    except ValueError as wrong:
        raise ConfigError(
            f"SOURCE is {without_user_info(text)!r}; expected an address such as https://api.example.com{wrong}"
        ) from None


def _refuse(recording: Recording, sources: Sequence[str], requests: int) -> NoReturn:
    from execmock.core.contract.names import CREATE

    said = "".join(f"; {note}" for note in recording.notes[:3])
    raise ConfigError(
        f"{', '.join(sources)}: {requests} request{'' if requests == 1 else 's'}, and no answer there shows "
        f"an execution; expected answers of the contract's operations, such as {CREATE}{said}"
    )


def _write(recording: Recording, folder: Path, *, force: bool) -> None:
    from execmock.recorder.scenario_files import FOLDER

    there = [folder / name for name in recording.files if (folder / name).exists()]
    if there and not force:
        more = f", and {len(there) - 1} more" if len(there) > 1 else ""
        raise ConfigError(
            f"{there[0]} is there already{more}; nothing was written. Another folder, or --force, is expected"
        )
    try:
        (folder / FOLDER).mkdir(parents=True, exist_ok=True)
        for name, text in recording.files.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{folder} cannot be written to: {error.strerror}") from None
    files = ", ".join(sorted(recording.files))
    show(f"wrote {len(recording.files)} file{'s' if len(recording.files) > 1 else ''} to {folder}: {files}")
    show(f"{recording.executions} execution{'s' if recording.executions > 1 else ''} recorded")
    show(f"replaced: {', '.join(recording.redacted) or 'nothing'}")
    for note in recording.notes[:_MOST_NOTES]:
        show(f"note: {note}")
    if len(recording.notes) > _MOST_NOTES:
        show(f"note: {len(recording.notes) - _MOST_NOTES} more of them; those on steps stand in the files")
    world = f" --world {folder / 'world.yaml'}" if "world.yaml" in recording.files else ""
    show(f"`execmock serve --scenarios {folder / FOLDER}{world}` plays what was recorded")
