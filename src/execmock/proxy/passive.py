"""The rules of `verify` that judge whatever passes: those that ask for no request of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from execmock.core.contract import Contract
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.observing import observe
from execmock.verify.registry import all_rules
from execmock.verify.rule import Rule

__all__ = ["HAS", "passive_rules"]

HAS = frozenset({"writes", "embed"})
"""What passing traffic may have, of what rules need; keys and clocks of known meaning are not among it."""

_OF_A_RUN = frozenset(
    {
        *("advisory.late-views", "cache.between-callers", "create.minimal", "create.organization"),
        *("error.shape", "public.canary"),
    }
)
"""Rules that judge only what a run of `verify` has marked as its own."""


class _NoProbes(Evidence):
    """Evidence without an exchange, that notes whether a rule asks for those of a probe."""

    asked = False

    @property
    def by_probe(self) -> Mapping[str, tuple[Exchange, ...]]:
        """Note that a rule asks."""
        self.asked = True
        return {}

    def for_rule(self) -> Evidence:
        """Return the evidence itself, so that it notes."""
        return self


def _is_passive(rule: Rule, contract: Contract) -> bool:
    evidence = _NoProbes(contract, ())
    observe(evidence, rule)
    return HAS.issuperset(rule.needs) and not evidence.asked and rule.id not in _OF_A_RUN


@lru_cache(maxsize=4)
def _passive(contract: Contract) -> frozenset[str]:
    return frozenset(rule.id for rule in all_rules(contract) if _is_passive(rule, contract))


def passive_rules(contract: Contract, rules: Iterable[Rule] | None = None) -> tuple[Rule, ...]:
    """Return those of the rules (all of a contract by default) that need no probe, in their order."""
    every = all_rules(contract) if rules is None else rules
    return tuple(rule for rule in every if rule.id in _passive(contract))
