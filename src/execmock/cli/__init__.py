"""The `execmock` command; one module a command, imported when the command is used."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from execmock.cli.groups import LazyGroup
from execmock.errors import ExecmockError, bounded, nearest, visible
from execmock.output import open_streams, settle_streams, warn
from execmock.version import __version__

__all__ = ["main"]

USAGE, INTERNAL, INTERRUPTED = 2, 70, 130


@click.group(cls=LazyGroup, context_settings={"max_content_width": 110})
@click.version_option(__version__, message="%(prog)s %(version)s")
def execmock() -> None:
    """Run a mock of a workflow executions API on your machine, and check implementations of it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; what goes wrong is one sentence on stderr."""
    open_streams()
    try:
        return _run(arguments)
    finally:
        settle_streams()


def _run(arguments: Sequence[str] | None) -> int:
    try:
        outcome = execmock.main(arguments, prog_name="execmock", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return USAGE
    except click.ClickException as error:
        return _complain(_wording(error), USAGE)
    except ExecmockError as error:
        return _complain(str(error), USAGE)
    except click.Abort:
        return INTERRUPTED
    except Exception as error:
        if os.environ.get("EXECMOCK_DEBUG"):
            raise
        what = f"{type(error).__name__}: {error}"
        return _complain(f"internal error, {what} (EXECMOCK_DEBUG=1 shows where)", INTERNAL)
    return outcome if isinstance(outcome, int) else 0


def _complain(sentence: str, code: int) -> int:
    shown = "\n".join(bounded(line) for line in visible(sentence).split("\n"))
    warn(shown)
    return code


def _wording(error: click.ClickException) -> str:
    if isinstance(error, click.NoSuchOption) and error.ctx:
        valid = [name for param in error.ctx.command.get_params(error.ctx) for name in _spellings(param)]
        path = error.ctx.command_path
        near = nearest(error.option_name, valid) or f" `{path} --help` lists them"
        return f"{path} has no option {error.option_name}.{near}"
    return error.format_message().rstrip(".")


def _spellings(param: click.Parameter) -> list[str]:
    return [*param.opts, *param.secondary_opts] if isinstance(param, click.Option) else []
