"""`execmock serve`: run the mock server."""

from __future__ import annotations

import gc
from typing import Any

import click

from execmock.cli.options import resolved_settings, takes_options
from execmock.settings import ServeSettings, build

__all__ = ["command"]


@click.command()
@takes_options(ServeSettings)
def command(**given: Any) -> None:
    """Run the mock server.

    Each option can also be given as a variable (--log-format as EXECMOCK_LOG_FORMAT) or under `serve:` in
    execmock.yaml. A flag wins over a variable, a variable over the file.
    """
    settings = build(ServeSettings, resolved_settings(given, ["serve"])["serve"])
    # Nothing that starting makes is garbage; the server lets the collector work once it listens.
    gc.disable()
    # Only now: neither help nor a mistake in an option should wait for the server's libraries.
    from execmock.server.serve import serve

    serve(settings)
