"""Every rule and every probe, in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import import_module
from types import ModuleType
from typing import TypeVar

from execmock.errors import ConfigError, nearest
from execmock.verify.options import Options
from execmock.verify.probe import Probe
from execmock.verify.rule import Rule
from execmock.verify.severity import SEVERITIES

__all__ = ["all_probes", "all_rules", "select"]

_T = TypeVar("_T")

_RULES = (
    "answers",
    "shapes",
    "creating",
    "idempotency",
    "paging",
    "list_walk",
    "auth",
    "public",
    "lifecycle",
    "timeline",
    "embed",
    "http",
    "fuzzing",
    "advisory",
)
_PROBES = (
    "basics",
    "creating",
    "idempotency",
    "auth",
    "strange",
    "paging",
    "histories",
    "embed",
    "fuzzing",
)


@lru_cache(maxsize=1)
def all_rules() -> tuple[Rule, ...]:
    """Return the catalogue."""
    from execmock.loading.contract import shipped_contract
    from execmock.verify.requests import CREATE
    from execmock.verify.rules.creating import required_rules

    body = shipped_contract().operation(CREATE).body
    schemas = [shipped_contract().resolve(schema) for schema in body.content.values()] if body else []
    required = required_rules(tuple(name for schema in schemas for name in schema.get("required", ())))
    return (*_of(_modules("rules", _RULES), Rule), *required)


@lru_cache(maxsize=1)
def all_probes() -> tuple[Probe, ...]:
    """Return every probe."""
    return tuple(_of(_modules("probes", _PROBES), Probe))


def _modules(package: str, names: Iterable[str]) -> list[ModuleType]:
    return [import_module(f"execmock.verify.{package}.{name}") for name in names]


def _of(modules: Iterable[ModuleType], kind: type[_T]) -> Iterator[_T]:
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, kind):
                yield value
            elif isinstance(value, list):
                yield from (item for item in value if isinstance(item, kind))


def select(options: Options) -> tuple[Rule, ...]:
    """Return the rules that the options ask for; ConfigError for a name that is none."""
    rules = all_rules()
    for name in (*options.only, *options.skip):
        if not any(_matches(rule, name) for rule in rules):
            names = sorted({word for rule in rules for word in _words(rule)})
            raise ConfigError(f"{name!r} is no rule, area, tag or operation.{nearest(name, names)}")
    worst = SEVERITIES.index("documented" if options.level == "documented" else "advisory")
    return tuple(
        rule
        for rule in rules
        if SEVERITIES.index(rule.severity) <= worst
        and (not options.only or any(_matches(rule, name) for name in options.only))
        and not any(_matches(rule, name) for name in options.skip)
    )


def _matches(rule: Rule, name: str) -> bool:
    return name in _words(rule)


def _words(rule: Rule) -> tuple[str, ...]:
    return (rule.id, rule.area, rule.severity, *rule.tags, *rule.operations)
