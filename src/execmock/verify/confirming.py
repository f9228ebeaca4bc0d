"""Asks again before accusing: what one request shows is asked for again, and shrunk to the part that matters.

At most MOST requests are sent for a finding, and none where nothing was found.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from execmock.verify.client import Client
from execmock.verify.creates import NoMoreCreates
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Request
from execmock.verify.observing import observe
from execmock.verify.outcome import Control, Finding, Outcome, RuleResult
from execmock.verify.reader import parse_json
from execmock.verify.rule import Check
from execmock.verify.unusual import unusual_parts

__all__ = ["MOST", "confirm"]

MOST = 20
"""Requests for one finding."""
_REPEATS = 3
_MOST_FINDINGS = 10
_PROBE = "confirming"
_NEEDED = frozenset({"authorization", "content-type"})
_ODD = frozenset({"generated", "robust"})


async def confirm(
    client: Client,
    evidence: Evidence,
    results: Iterable[RuleResult],
    say: Callable[[str], None] = lambda _: None,
) -> tuple[RuleResult, ...]:
    """Return the results with findings that say how often they were shown, by the smallest request that does.

    Notices are taken as they are, and so is what takes several requests, or has the same cause as another.
    `say` is told which rule is asked about.
    """
    confirmed: list[RuleResult] = []
    left = _MOST_FINDINGS
    for result in results:
        findings = list(result.findings)
        for number, each in enumerate(findings):
            alone = not each.check.chain and not each.under and each.seen.status
            if alone and left and result.outcome is Outcome.FAILED and not result.notice:
                left -= 1
                say(f"asks again what {result.rule.id} found")
                try:
                    findings[number] = await _Case(client, evidence, each).confirmed()
                except NoMoreCreates:
                    left = 0
        confirmed.append(replace(result, findings=tuple(findings)))
    return tuple(confirmed)


class _Case:
    """One finding, and the requests that are sent for it."""

    def __init__(self, client: Client, evidence: Evidence, finding: Finding) -> None:
        self._client = client
        self._rule = finding.rule
        self._finding = finding
        self._first = finding.seen
        self._told = [each for each in evidence.engine_failures if each.seen is finding.seen]
        self._others = evidence.without([finding.seen])
        self._left = MOST - _REPEATS
        self._judged = False

    async def confirmed(self) -> Finding:
        """Ask again, shrink what is odd, and return the finding that remains."""
        asked = shown = 1
        for _ in range(_REPEATS):
            check = await self._shown_by(self._first.request)
            asked += self._judged  # an answer that comes too late for a rule says nothing about how often
            shown += check is not None
        finding = replace(self._finding, asked=asked, shown=shown)
        odd = self._first.probe in _ODD or unusual_parts(self._first.request)
        return await self._shrunk(finding) if odd and 1 < shown == asked else finding

    async def _shown_by(self, request: Request) -> Check | None:
        """Send a request in the place of the first one; return the check that shows the same, if one does."""
        first = self._first
        seen = await self._client.send(
            request,
            probe=_PROBE,
            label=self._rule.id,
            operation=first.operation,
            identity=first.identity,
            valid=first.valid,
        )
        self._last = seen
        in_place = replace(seen, probe=first.probe, label=first.label)
        failures = (replace(each, seen=in_place) for each in self._told)
        checks = observe(self._others.with_more([in_place], failures), self._rule).checks
        told = [each for each in checks if each.seen is in_place and each.ok is not None]
        self._judged = bool(told)
        return next((each for each in told if not each.ok), None)

    async def _shrunk(self, finding: Finding) -> Finding:
        """Leave out one part at a time, for good where the finding stays."""
        for part in tuple(_parts(finding.seen.request)):
            request = _without(finding.seen.request, part)
            if self._left > 0 and request is not None:
                self._left -= 1
                check = await self._shown_by(request)
                if check is not None:
                    finding = replace(finding, check=check)
                elif self._tells_of_a_part(finding):
                    finding = replace(finding, control=Control(" ".join(part), self._last))
        return finding

    def _tells_of_a_part(self, finding: Finding) -> bool:
        """Whether the last answer shows that a part matters: not if any request needs it.

        What is refused without it shows nothing where it was accepted, nor where it is without another part.
        """
        accepted = finding.seen.ok or (finding.control is not None and finding.control.seen.ok)
        return bool(self._last.status) and (self._last.ok or not accepted)


_Part = tuple[str, str]


def _parts(request: Request) -> Iterator[_Part]:
    """Yield what can be left out: headers but for the needed ones, parameters, members of the body."""
    yield from (("header", name) for name in request.headers if name.lower() not in _NEEDED)
    yield from (("parameter", name) for name, _ in parse_qsl(urlsplit(request.url).query, True))
    body = parse_json(request.body) if request.body else None
    if isinstance(body, dict):
        yield from (("property", name) for name in body)


def _without(request: Request, part: _Part) -> Request | None:
    """Return the request without a part; None if that would be the same or cannot be sent."""
    kind, name = part
    if kind == "header":
        return replace(request, headers={key: text for key, text in request.headers.items() if key != name})
    if kind == "parameter":
        address = urlsplit(request.url)
        kept = [(key, text) for key, text in parse_qsl(address.query, True) if key != name]
        return replace(request, url=urlunsplit(address._replace(query=urlencode(kept))))
    body = parse_json(request.body)
    if not isinstance(body, dict) or name not in body:
        return None
    try:
        text = json.dumps({key: value for key, value in body.items() if key != name})
    except (TypeError, RecursionError, ValueError):
        return None  # a number or a depth that only the text of the request can hold
    return replace(request, body=text.encode())
