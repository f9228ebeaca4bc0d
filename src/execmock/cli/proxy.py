"""`execmock proxy`: pass requests on to a service, and judge what passes by the contract."""

from __future__ import annotations

from typing import Any

import click

from execmock.cli.options import resolved_settings, takes_options
from execmock.cli.output import show, warn
from execmock.errors import ExecmockError
from execmock.settings import ProxySettings, build

__all__ = ["command"]


@click.command()
@click.argument("upstream", required=False)
@takes_options(ProxySettings)
@click.option("--rules", is_flag=True, help="List the rules that judge what passes, and end.")
def command(upstream: str | None, rules: bool, **given: Any) -> int:
    """Pass every request on to the service at UPSTREAM, and judge what passes by the contract.

    It ends by SIGINT (Ctrl-C) or SIGTERM. Exit codes: 0 all that passed conforms, 1 it does not, 2 a mistake
    in an option, 3 nothing of the contract passed, got an answer, or could be judged.

    Each option can also be given as a variable (--only-contract as EXECMOCK_ONLY_CONTRACT) or under `proxy:`
    in execmock.yaml. A flag wins over a variable, a variable over the file.
    """
    typed = {}
    if upstream:
        given["url"], typed["url"] = upstream, "UPSTREAM"
    settings = build(ProxySettings, resolved_settings(given, ["proxy"], typed)["proxy"])
    return _list_rules(settings) if rules else _pass_on(settings)


def _list_rules(settings: ProxySettings) -> int:
    from execmock.loading.contract import contract_at
    from execmock.proxy.judging import rules_for
    from execmock.settings import VerifySettings
    from execmock.verify.report.rules_table import as_lines

    options = VerifySettings(level=settings.level, only=settings.only, skip=settings.skip)
    for line in as_lines(rules_for(contract_at(settings.contract), options)):
        show(line)
    return 0


def _pass_on(settings: ProxySettings) -> int:
    # Only now: neither help nor a mistake in an option should wait for the judge's libraries.
    from execmock.loading.contract import contract_at
    from execmock.proxy.program import run
    from execmock.verify.report.files import check_formats, write
    from execmock.verify.report.terminal import lines

    reports = [pair for pairs in settings.reports for pair in pairs]
    with settings.naming("reports"):
        check_formats(reports)
    report = run(contract_at(settings.contract), settings, show)
    for line in lines(report):
        show(line)
    try:
        write(report, reports)
    except (ExecmockError, OSError) as error:
        # What cannot be written changes nothing about what was found.
        warn(f"{settings.named('reports')}: {error}")
    return report.exit_code
