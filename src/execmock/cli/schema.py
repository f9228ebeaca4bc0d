"""`execmock schema`: the JSON Schemas of scenarios, worlds and faults, for editors, and the contract."""

from __future__ import annotations

import json
import sys

import click

from execmock.cli.output import show, write

__all__ = ["command"]


@click.command()
@click.argument("kind", type=click.Choice(["scenario", "world", "faults", "contract"]))
def command(kind: str) -> None:
    """Print the JSON Schema of scenario, world or fault files, or the contract, to begin one's own with."""
    if kind == "contract":
        from execmock.loading.contract import shipped_contract

        write(sys.stdout, shipped_contract().content.decode())
        return
    if kind == "scenario":
        from execmock.core.scenario import scenario_schema

        schema = scenario_schema()
    elif kind == "faults":
        from execmock.core.faults import fault_file_schema

        schema = fault_file_schema()
    else:
        from execmock.core.world import world_schema

        schema = world_schema()
    show(json.dumps(schema, indent=2, ensure_ascii=False))
