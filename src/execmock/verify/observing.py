"""Runs one rule over the evidence: every observation is judged, or counted as not judged with its reason."""

from __future__ import annotations

from dataclasses import dataclass, replace

from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.rule import Check, Rule, not_judged

__all__ = ["Observed", "observe"]

_UNUSABLE = (TypeError, ValueError, KeyError, AttributeError, IndexError, RecursionError, ArithmeticError)
"""What a rule raises for an answer of an unexpected form; the rules on shapes report it."""
_MOST_LEFT_OUT = 5


@dataclass(frozen=True, slots=True)
class Observed:
    """The checks of a rule. If it could not go through all answers, `stopped` says why."""

    checks: tuple[Check, ...]
    stopped: str = ""


def observe(evidence: Evidence, rule: Rule) -> Observed:
    """Return the checks of a rule; an answer that it cannot take is left out and counted as not judged."""
    left_out: list[Check] = []
    while True:
        found, error = _run(evidence, rule)
        culprit = _culprit(evidence, rule) if error and len(left_out) < _MOST_LEFT_OUT else None
        if error is None or culprit is None:
            stopped = f"the answers could not be read: {_told(error)}" if error else ""
            return replace(found, checks=(*found.checks, *left_out), stopped=stopped)
        left_out.append(not_judged(f"the answer could not be judged: {_told(error)}", culprit))
        evidence = evidence.without([culprit])


def _told(error: Exception) -> str:
    """Return the kind of an error alone: its text may be of any length, and hold what has to stay secret."""
    return type(error).__name__


def _run(evidence: Evidence, rule: Rule) -> tuple[Observed, Exception | None]:
    view = evidence.for_rule()
    checks: list[Check] = []
    stopped: Exception | None = None
    try:
        checks.extend(rule.judge(view))
    except _UNUSABLE as error:
        stopped = error
    judged = {each.seen.number for each in checks if each.seen is not None}
    unused = (seen for number, seen in view.passed_over.items() if number not in judged)
    return Observed((*checks, *(not_judged(_why(seen), seen) for seen in unused))), stopped


def _why(seen: Exchange) -> str:
    return seen.unread or seen.lost or f"the answer was {seen.status}, which asks to come back later"


def _culprit(evidence: Evidence, rule: Rule) -> Exchange | None:
    """Return the answer that makes a rule fail, found by bisection: the last of the fewest that do."""
    journal = evidence.journal
    low, high = 0, len(journal)
    while low < high:
        middle = (low + high) // 2
        if _run(evidence.without(journal[middle:]), rule)[1] is None:
            low = middle + 1
        else:
            high = middle
    return journal[low - 1] if low else None
