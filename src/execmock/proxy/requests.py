"""Which requests break the contract: the checks of the mock, and a rule that tells what they find."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from multidict import CIMultiDict

from execmock.core.contract import Contract
from execmock.core.schema.violation import Violation
from execmock.server.api.calls import Request
from execmock.server.api.request_validation import RequestValidator
from execmock.server.api.strictness import Strictness
from execmock.service.refusals import Refusal
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.rule import Check, Rule, check
from execmock.verify.severity import DOCUMENTED
from execmock.verify.wording import Text, told

__all__ = ["RULE", "RequestJudge"]

RULE = "request.fits"


class RequestJudge:
    """Holds requests to a contract."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self.rule = Rule(
            id=RULE,
            severity=DOCUMENTED,
            operations=tuple(contract.operations),
            sentence="A request that the service takes fits the contract.",
            judge=self._judge,
            probes=(),
            tags=("request",),
        )
        self._validator = lru_cache(maxsize=None)(self._made)

    def _made(self, operation: str) -> RequestValidator:
        return RequestValidator(self._contract, self._contract.operation(operation), Strictness())

    def _judge(self, evidence: Evidence) -> Iterator[Check]:
        """Judge what was taken: a test may send what is wrong to see that it is refused."""
        for seen in evidence.journal:
            if seen.judged and seen.operation in evidence.contract.operations and seen.ok:
                if seen.unread and not seen.request.body:
                    continue
                found = self._found(seen)
                yield from (check(False, seen, _wanted(each), _said(each)) for each in found)
                if not found:
                    yield check(True, seen, "")

    def _found(self, seen: Exchange) -> tuple[Violation, ...]:
        rest = seen.request.url.partition("://")[2].partition("/")[2]
        path, _, query = f"/{rest}".partition("?")
        match = self._contract.router.match(seen.request.method, self._own(path, seen.operation))
        headers = CIMultiDict(seen.request.headers)
        request = Request(seen.request.method, path, query, headers, seen.request.body)
        try:
            self._validator(seen.operation).check(request, match.parameters or {})
        except Refusal as refusal:
            return refusal.violations or (Violation("request", "one that fits", refusal.message),)
        return ()

    def _own(self, path: str, operation: str) -> str:
        """Return the part of a path that the contract knows, without what an upstream's address adds."""
        length = self._contract.operation(operation).path.count("/")
        return "/" + "/".join(path.split("/")[-length:])


def _wanted(violation: Violation) -> str:
    return f"in the request, {violation.where}: {violation.expected}{violation.hint and '.' + violation.hint}"


def _said(violation: Violation) -> Text:
    return "nothing" if violation.missing else told("{}", violation.received)
