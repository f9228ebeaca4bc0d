"""The text of docs/verify-faults.md: which faults prove which rule. `make docs` writes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from execmock.verify.registry import all_rules
from execmock.verify.rule import Rule
from tests.verify.target import Fault, all_faults, all_variants

INTRODUCTION = """\
# What proves the rules of `execmock verify`

Written by `make docs`; a test holds it to the code.

`tests/verify/target` is a small service that shares no code with execmock. It keeps the contract at every
level. A *fault* breaks it in one way, a *variant* keeps it in another way that the contract allows. The tests
run `verify` against each: the rules named beside a fault must report it, and no variant may fail a rule, but
for the notices named beside it.

Try one by hand: `python -m tests.verify.target --fault NAME --port 8080`, then `execmock verify` with the
keys that it prints.
"""


def page() -> str:
    """Return the page's text."""
    return "\n".join((INTRODUCTION, *_rules(), *_faults(), *_variants())) + "\n"


def _rules() -> Iterator[str]:
    faults, rules = all_faults().values(), all_rules()
    yield f"## {len(rules)} rules and the faults that prove them\n"
    yield "| rule | level | proven by |"
    yield "|---|---|---|"
    for rule in sorted(rules, key=lambda one: one.id):
        yield f"| `{rule.id}` | {rule.severity} | {_names(rule, faults)} |"


def _names(rule: Rule, faults: Iterable[Fault]) -> str:
    return ", ".join(f"`{fault.name}`" for fault in faults if rule.id in fault.rules)


def _faults() -> Iterator[str]:
    faults = all_faults().values()
    yield f"\n## {len(faults)} faults"
    for area, some in groupby(faults, key=lambda fault: fault.behaviour.__module__.rpartition(".")[2]):
        yield f"\n### {area}\n"
        yield "| fault | what it does | reported by |"
        yield "|---|---|---|"
        for fault in some:
            yield f"| `{fault.name}` | {fault.sentence} | {_codes(fault.rules)} |"


def _variants() -> Iterator[str]:
    variants = all_variants().values()
    yield f"\n## {len(variants)} variants that must not fail\n"
    yield "| variant | what it does | may be mentioned by |"
    yield "|---|---|---|"
    for variant in variants:
        yield f"| `{variant.name}` | {variant.sentence} | {_codes(variant.notices)} |"


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
