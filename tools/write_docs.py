#!/usr/bin/env python3
"""Write what is generated: parts of pages, between `<!-- generated: NAME -->` and `<!-- end -->`, and files.

With --check nothing is written: the exit code is 1 when something is out of date. Other arguments name the
pages; without any, all of docs/, the README and the generated files are meant.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from inspect import signature
from pathlib import Path
from textwrap import fill
from typing import Any

from execmock.core.contract import Contract
from execmock.core.faults import fault_file_schema
from execmock.core.scenario import scenario_schema
from execmock.core.world import world_schema
from execmock.loading.contract import shipped_contract
from execmock.pytest_plugin.options import STRICT
from execmock.server.control.app import control_contract
from execmock.settings import ABSENT, SECTIONS, Option, ServeSettings, VerifySettings, options
from execmock.settings.table import as_markdown
from execmock.testing import ExecMock
from execmock.verify.registry import all_rules
from execmock.verify.report.rules_table import as_markdown as rules_as_markdown

ROOT = Path(__file__).resolve().parents[1]
PART = re.compile(r"(<!-- generated: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)
PARTS: dict[str, Callable[[], str]] = {
    f"options {name}": lambda settings=settings: as_markdown(options(settings))
    for name, settings in SECTIONS.items()
} | {
    "options tests": lambda: arguments_as_markdown(),
    "rules": lambda: rules_as_markdown(all_rules(), shipped_contract()),
    "rules of the proxy": lambda: own_rules_as_markdown(),
    "control operations": lambda: operations_as_markdown(control_contract()),
    "examples": lambda: examples_as_markdown(shipped_contract()),
    "mistakes": lambda: mistakes_as_markdown(),
    "fault rules": lambda: fault_rules_as_markdown(),
}


def schema_as_json(schema: dict[str, Any]) -> str:
    """Return a JSON Schema as `execmock schema` prints it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def faults_page() -> str:
    """Return the page on the faults of the target that the tests judge."""
    sys.path.insert(0, str(ROOT))
    from tests.verify.faults_page import page

    return page()


FILES: dict[str, Callable[[], str]] = {
    "fixtures/scenario.schema.json": lambda: schema_as_json(scenario_schema()),
    "fixtures/world.schema.json": lambda: schema_as_json(world_schema()),
    "fixtures/faults.schema.json": lambda: schema_as_json(fault_file_schema()),
    "docs/verify-faults.md": faults_page,
}
"""Files that are generated as a whole."""


def arguments_as_markdown() -> str:
    """Return a table of what `ExecMock`, its sandboxes, the marker and ini options take."""
    taken = [option for option in options(ServeSettings) if option.field not in ABSENT["ExecMock"]]
    taken.sort(key=lambda option: not option.each_sandbox)
    rows = [argument_row(option) for option in taken]
    each = sum(option.each_sandbox for option in taken)
    rows[each:each] = [
        (name, f"execmock_{name}", "sandbox", "false", about) for name, about in STRICT.items()
    ]
    head = "| argument | ini option | of each | default | what it does |\n| --- | --- | --- | --- | --- |\n"
    return head + "\n".join(
        f"| `{name}=` | {ini and f'`{ini}`'} | {whose} | {default and f'`{default}`'} | {about} |"
        for name, ini, whose, default, about in rows
    )


def argument_row(option: Option) -> tuple[str, str, str, str, str]:
    """Return name, ini option, whose it is, default and description of an argument."""
    given = signature(ExecMock).parameters[option.argument].default
    # None stands for the option's own default; one value of many may stand alone.
    default = given if isinstance(given, str) else option.show(option.default if given is None else given)
    ini = "" if option.field in ABSENT["ini"] else f"execmock_{option.argument}"
    return option.argument, ini, "sandbox" if option.each_sandbox else "server", default, option.about


def operations_as_markdown(contract: Contract) -> str:
    """Return a table of a contract's operations."""
    rows = [
        f"| `{operation.method} {operation.path}` | {operation.summary} |"
        for operation in contract.operations.values()
    ]
    return "\n".join(["| operation | what it does |", "| --- | --- |", *rows])


def examples_as_markdown(contract: Contract) -> str:
    """Return a table of the examples of a contract's answers."""
    rows = [
        f"| `{operation.id}` | {status} | {', '.join(f'`{name}`' for name in response.examples)} |"
        for operation in contract.operations.values()
        for status, response in operation.responses.items()
        if response.examples
    ]
    return "\n".join(["| operation | status | examples |", "| --- | --- | --- |", *rows])


def mistakes_as_markdown() -> str:
    """Return a table of the mistakes that the tests make in services of other stacks."""
    sys.path.insert(0, str(ROOT))
    from tests.verify.stacks.running import NAMES, mistakes

    rows = [
        f"| {stack} | `{name}` | {made.says} | {', '.join(f'`{rule}`' for rule in made.found_by)} |"
        for stack in NAMES
        for name, made in mistakes(stack).items()
    ]
    return "\n".join(["| service | mistake | what it does | found by |", "| --- | --- | --- | --- |", *rows])


def own_rules_as_markdown() -> str:
    """Return a table of the proxy's own rules, and a list of those of `verify` that it judges by."""
    from execmock.proxy.judging import rules_for

    rules = rules_for(shipped_contract(), VerifySettings())
    known = {rule.id for rule in all_rules()}
    own = [f"| `{each.id}` | {each.severity} | {each.sentence} |" for each in rules if each.id not in known]
    passive = ", ".join(f"`{each.id}`" for each in rules if each.id in known)
    table = ["| rule | level | what it says |", "| --- | --- | --- |", *own]
    return "\n".join(
        [*table, "", fill(f"Those of `verify` are {passive}.", width=120, break_on_hyphens=False)]
    )


def fault_rules_as_markdown() -> str:
    """Return a table of a mock's faults and the rules of `verify` that find them."""
    sys.path.insert(0, str(ROOT))
    from tests.verify.mock_faults import as_markdown

    return as_markdown()


def written(text: str) -> str:
    """Return a document with its generated parts brought up to date."""
    return PART.sub(lambda part: f"{part[1]}\n{generated(part[2])}\n\n{part[3]}", text)


def generated(name: str) -> str:
    """Return a part by name; `file PATH` is a file of the repository, as code."""
    kind, _, path = name.partition(" ")
    if kind != "file":
        return PARTS[name]()
    file = ROOT / path
    return f"```{file.suffix[1:]}\n{file.read_text(encoding='utf-8').rstrip()}\n```"


def main(arguments: list[str]) -> int:
    """Bring pages and files up to date, or check that they are."""
    check = "--check" in arguments
    named = [Path(argument) for argument in arguments if argument != "--check"]
    whole = {} if named else {ROOT / name: content for name, content in FILES.items()}
    pages = named or [*ROOT.glob("README.md"), *sorted(ROOT.glob("docs/**/*.md"))]
    code = 0
    for path in [*whole, *(page for page in pages if page not in whole)]:
        before = path.read_text(encoding="utf-8")
        after = whole[path]() if path in whole else written(before)
        if before == after:
            continue
        if check:
            print(f"{path} is out of date: run `make docs`", file=sys.stderr)
            code = 1
        else:
            path.write_text(after, encoding="utf-8")
            print(f"wrote {path}")
    return code


sys.exit(main(sys.argv[1:]))
