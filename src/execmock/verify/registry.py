"""Every rule and every probe, in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from importlib import import_module
from types import ModuleType
from typing import TypeVar

from execmock.core.contract import Contract
from execmock.core.contract.names import CREATE_BODY
from execmock.errors import ConfigError, nearest
from execmock.loading.contract import shipped_contract
from execmock.settings import VerifySettings
from execmock.verify import probes as probes_package
from execmock.verify import rules as rules_package
from execmock.verify.probe import Probe
from execmock.verify.rule import ALL_PROBES, Rule, Rules
from execmock.verify.severity import SEVERITIES

__all__ = ["all_probes", "all_rules", "select"]

_T = TypeVar("_T")


def all_rules(contract: Contract | None = None) -> tuple[Rule, ...]:
    """Return the rules that hold services to a contract, by default to the shipped one."""
    return _all_rules(contract or shipped_contract())


@lru_cache(maxsize=4)
def _all_rules(contract: Contract) -> tuple[Rule, ...]:
    from execmock.verify.rules.creating import required_rules

    required = required_rules(contract.schema(CREATE_BODY).get("required", ()))
    every = tuple(probe.name for probe in all_probes())
    return tuple(
        replace(rule, probes=every) if ALL_PROBES in rule.probes else rule
        for rules in (*_of(rules_package, Rules), required)
        for rule in rules
    )


@lru_cache(maxsize=1)
def all_probes() -> tuple[Probe, ...]:
    """Return every probe."""
    return tuple(_of(probes_package, Probe))


def _of(package: ModuleType, kind: type[_T]) -> Iterator[_T]:
    """Yield what the modules of a package declare at their top level, also in lists."""
    for name in package.MODULES:
        for value in vars(import_module(f"{package.__name__}.{name}")).values():
            yield from (
                item for item in (value if isinstance(value, list) else [value]) if isinstance(item, kind)
            )


def select(options: VerifySettings, contract: Contract) -> tuple[Rule, ...]:
    """Return the rules that the options ask for; ConfigError for an unknown name, also of a probe."""
    rules = all_rules(contract)
    for field, chosen in (("only", options.only), ("skip", options.skip)):
        with options.naming(field):
            _check_known(chosen, rules)
    with options.naming("probes"):
        _check_probes(options.probes)
    worst = SEVERITIES.index("documented" if options.level == "documented" else "advisory")
    return tuple(
        rule
        for rule in rules
        if SEVERITIES.index(rule.severity) <= worst
        and (not options.only or any(_matches(rule, name) for name in options.only))
        and not any(_matches(rule, name) for name in options.skip)
    )


def _check_known(chosen: Iterable[str], rules: Iterable[Rule]) -> None:
    names = {word for rule in rules for word in _words(rule)}
    for name in chosen:
        if name not in names:
            raise ConfigError(f"{name!r} is no rule, area, tag or operation.{nearest(name, sorted(names))}")


def _check_probes(chosen: Iterable[str]) -> None:
    names = sorted(each.name for each in all_probes())
    for name in chosen:
        if name not in names:
            valid = ", ".join(names)
            raise ConfigError(f"{name!r} is no probe; expected one of {valid}.{nearest(name, names)}")


def _matches(rule: Rule, name: str) -> bool:
    return name in _words(rule)


def _words(rule: Rule) -> tuple[str, ...]:
    return (rule.id, rule.area, rule.severity, *rule.tags, *rule.operations)
