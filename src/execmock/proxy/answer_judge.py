"""Judges an answer by itself, with its request: before it goes on, so that its client waits for this."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b

from execmock.core.bounded_cache import BoundedCache
from execmock.core.contract import Contract
from execmock.proxy.requests import RULE
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.observing import observe
from execmock.verify.outcome import Finding
from execmock.verify.rule import Check, Rule

__all__ = ["AnswerJudge"]

_ALONE = frozenset({"shape", "status", "envelope", "errors", "robustness", "request"})
"""The tags of the rules that judge an answer by itself."""
_MOST_RIGHT = 4_000
_PLAIN_ID = re.compile(r"[\w-]{8,80}", re.ASCII)
"""Ids of requests that no rule tells from each other."""


class AnswerJudge:
    """Finds what an answer breaks of those rules that need no other answer.

    What polls are answered differs in the id of the request alone, most of the time: what was right once is
    not judged again.
    """

    def __init__(
        self, contract: Contract, rules: Iterable[Rule], evidence: Callable[[Iterable[Exchange]], Evidence]
    ) -> None:
        alone = [rule for rule in rules if _ALONE.intersection(rule.tags)]
        self._of_requests = tuple(rule for rule in alone if rule.id == RULE)
        self._of_answers = {
            name: tuple(rule for rule in alone if name in rule.operations and rule.id != RULE)
            for name in contract.operations
        }
        self._evidence = evidence
        self._right: BoundedCache[bytes, bool] = BoundedCache(_MOST_RIGHT)

    def broken(self, seen: Exchange) -> list[Finding]:
        """Return a finding for each place where an answer, or its request, breaks a rule."""
        evidence = self._evidence((seen,))
        # Whether a refusal, or the answer to a body, is right depends on what was sent as well.
        key = _all_that_counts(seen) if seen.ok and seen.request.method == "GET" else b""
        found: list[Finding] = []
        if not key or not self._right.get(key):
            found += _broken(evidence, self._of_answers.get(seen.operation, ()))
            if key and not found and not seen.unread:
                self._right.keep(key, True)
        return [*found, *_broken(evidence, self._of_requests)]


def _broken(evidence: Evidence, rules: Iterable[Rule]) -> Iterator[Finding]:
    return (Finding(rule, each) for rule in rules for each in _checks(evidence, rule) if each.ok is False)


def _checks(evidence: Evidence, rule: Rule) -> Iterable[Check]:
    """Return the checks of a rule; what it raises for an answer that it cannot take is left to `observe`."""
    try:
        return list(rule.judge(evidence))
    except Exception:
        return observe(evidence, rule).checks


def _all_that_counts(seen: Exchange) -> bytes:
    """Return a digest of all that rules on answers look at; one for answers with other ids of the request."""
    headers = [(name, value) for name, value in seen.headers.items() if name != "date"]
    head = repr((seen.operation, seen.request.method, seen.request.url, seen.status, headers)).encode()
    body = seen.body
    name = seen.json.get("requestId") if isinstance(seen.json, dict) else None
    if isinstance(name, str) and _PLAIN_ID.fullmatch(name):
        # Neither has a byte 0 by itself.
        head, body = head.replace(name.encode(), b"\0"), body.replace(name.encode(), b"\0")
    digest = blake2b(head, digest_size=16)
    digest.update(b"\0\0" + body)
    return digest.digest()
