"""Judges what passes: each answer before it goes on, and the histories of executions a moment later."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from urllib.parse import parse_qs

from execmock.core.contract import Contract
from execmock.core.contract.names import CREATE
from execmock.core.schema.violation import Violation
from execmock.proxy.answer_judge import AnswerJudge
from execmock.proxy.exchanges import Inspection
from execmock.proxy.list_rules import LIST_RULES
from execmock.proxy.passive import HAS, passive_rules
from execmock.proxy.requests import RequestJudge
from execmock.proxy.results import Results, merged, seen_or_not, with_finding
from execmock.proxy.rules import RULES
from execmock.service.refusals import Refusal
from execmock.settings import ProxySettings, VerifySettings
from execmock.verify.clock import present
from execmock.verify.coverage import coverage
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.judge import judge, kind_of
from execmock.verify.outcome import Finding, Outcome, RuleResult
from execmock.verify.reader import read_json
from execmock.verify.registry import all_rules, select
from execmock.verify.report.model import Report
from execmock.verify.rule import Check, Rule
from execmock.verify.schema_judge import SchemaJudge
from execmock.verify.severity import SEVERITIES
from execmock.verify.waivers import Waiver, load_waivers, waive
from execmock.verify.wording import shown

__all__ = ["COUNT", "MOST", "Counts", "Found", "Judging", "rules_for"]

COUNT = "X-Execmock-Violations"
"""The header that says how many violations an exchange shows."""
MOST = 4_000
"""Exchanges that are kept to be judged together."""
_MOST_BYTES = 64 << 20  # of their bodies
_MOST_KEYS = 2_000
_SECRET = re.compile("auth|cookie|credential|key|passw|secret|session|signature|token")
_MOST_KINDS = 1_000
_ONE_IN = 200  # of the values that fit is shown to the second engine too, which takes long
_EXACT = 1 << 53  # what every reader of JSON takes as it is
_PAUSE = 1.0
_SHARE = 9

Found = Callable[[Finding], None]


@dataclass(slots=True)
class Counts:
    """What passed, besides what is found: exchanges of operations, those without an answer, other requests.

    `unkept` are exchanges for which there was no room: they were judged alone. `apart` are those that were
    judged, but not together with those after them.
    """

    exchanges: int = 0
    lost: int = 0
    others: int = 0
    unkept: int = 0
    apart: int = 0


class Judging:
    """The judge of one run. `found` is called once for each kind of violation, when it is first seen."""

    def __init__(self, contract: Contract, settings: ProxySettings, found: Found) -> None:
        self._contract = contract
        self._settings = settings
        self._found = found
        self.options = VerifySettings(
            url=settings.url,
            embed_url=settings.embed_url,
            level=settings.level,
            only=settings.only,
            skip=settings.skip,
            ca=settings.ca,
            cert=settings.cert,
            key=settings.key,
            insecure=settings.insecure,
        )
        self.rules = rules_for(contract, self.options)
        """The rules that are judged."""
        self._waivers = _waivers(settings, contract)
        self._waived = {waiver.rule for waiver in self._waivers if not waiver.expired}
        self._counted = SEVERITIES[: SEVERITIES.index(settings.level) + 1]
        counted = (rule for rule in self.rules if rule.severity in self._counted)
        self._answers = AnswerJudge(contract, counted, self._evidence)
        self._schemas = SchemaJudge(contract, every=_ONE_IN)
        self._journal: list[Exchange] = []
        self._size = self._judged = 0
        self._past: Results = {}
        self._results: Results = {}
        self._told: dict[tuple[str, object], Finding] = {}
        self._keys: dict[str, str] = {}
        self._documented = frozenset(name.lower() for name in contract.header_parameters)
        self._started, self._begun = present(), monotonic()
        self.counts = Counts()

    def operation(self, method: str, path: str) -> str:
        """Return the id of the operation that a request is for, or an empty text.

        Refusal for a path that the contract does not know, where nothing else may pass.
        """
        match = self._contract.router.match(method, path)
        if match.operation is not None and match.operation.method == method:
            return match.operation.id
        if self._settings.only_contract and match.operation is None and not match.allow:
            raise Refusal(404, f"The contract has no operation for {method} {path[:200]}")
        return ""

    def inspect(self, seen: Exchange) -> Inspection:
        """Judge an answer that is held back, with its request; it is `marked`."""
        found = self._answers.broken(seen)
        for each in found:
            self._tell(each)
        broken = [each for each in found if each.rule.id not in self._waived]
        headers = {COUNT: str(len(broken))}
        failed = bool(broken) and self._settings.fail
        return Inspection(headers, _refusal(broken, headers) if failed else None)

    def observe(self, seen: Exchange) -> None:
        """Keep an exchange of an operation, which is `marked`, for the rules on several of them."""
        if not seen.operation:
            self.counts.others += 1
            return
        self.counts.exchanges += 1
        self.counts.lost += bool(seen.lost)
        size = len(seen.body) + len(seen.request.body)
        if len(self._journal) >= MOST or self._size + size > _MOST_BYTES:
            self.counts.unkept += 1
            return
        self._size += size
        self._journal.append(seen)

    def marked(self, seen: Exchange) -> Exchange:
        """Return an exchange as rules know those of a run: whose it is, and if it may be repeated."""
        if not seen.operation:
            return seen
        given = {name.lower(): value for name, value in seen.request.headers.items()}
        key = _key_of(given.get("authorization", ""))
        known = self._names(key)
        query = seen.request.url.partition("?")[2]
        for token in parse_qs(query).get("token", ()) if query else ():
            self._names(token)
        # What answers a create with an idempotency key may have been created long before.
        again = seen.operation == CREATE and b'"idempotencyKey"' in seen.request.body
        headers = {
            name: value if self._may_be_told(name.lower(), known=known or not key) else "***"
            for name, value in seen.request.headers.items()
            if name.lower() != "host"  # the address is the service's
        }
        return replace(
            seen,
            identity=self._keys.get(key, "another") if key else "none",
            label="repeat/" if again else "",
            request=replace(seen.request, headers=headers),
        )

    def _names(self, secret: str) -> bool:
        """Whether a secret has a name that stands for it in reports."""
        if secret and secret not in self._keys and len(self._keys) < _MOST_KEYS:
            self._keys[secret] = f"KEY_{len(self._keys) + 1}"
        return secret in self._keys

    def _may_be_told(self, header: str, *, known: bool) -> bool:
        if header == "authorization":
            return known
        return header in self._documented or not _SECRET.search(header)

    async def run(self) -> None:
        """Judge again and again what came meanwhile, until this is cancelled."""
        while True:
            await asyncio.sleep(_PAUSE)
            if len(self._journal) != self._judged:
                begun = monotonic()
                await self.judge()
                await asyncio.sleep(_SHARE * (monotonic() - begun))  # what passes needs the processor too

    async def judge(self) -> None:
        """Judge all that is kept, tell what is new, and make room when there is little."""
        journal = tuple(self._journal)
        found = await asyncio.to_thread(judge, self._evidence(journal), self.rules)
        self._results = {each.rule.id: each for each in found}
        self._judged = len(journal)
        for result in found:
            if result.rule.severity in self._counted:
                for each in result.findings:
                    if not each.under:
                        self._tell(each)
        if 2 * len(journal) >= MOST or 2 * self._size >= _MOST_BYTES:
            self._part(len(journal))

    def _part(self, judged: int) -> None:
        """Keep what was found of the oldest exchanges, and not themselves."""
        self._past, self._results = self._merged(), {}
        del self._journal[:judged]
        self._size = sum(len(each.body) + len(each.request.body) for each in self._journal)
        self._judged = 0
        self._schemas = SchemaJudge(self._contract, every=_ONE_IN)
        self.counts.apart += judged

    def _evidence(self, journal: Iterable[Exchange]) -> Evidence:
        return Evidence(self._contract, journal, has=HAS, schema_judge=self._schemas)

    def _tell(self, finding: Finding) -> None:
        kind = (finding.rule.id, kind_of(finding.check))
        if kind not in self._told and len(self._told) < _MOST_KINDS:
            self._told[kind] = finding
            if finding.rule.id not in self._waived:
                self._found(finding)

    def report_of(self, finding: Finding) -> Report:
        """Return a report of one finding alone."""
        return Report(
            options=self.options,
            results=(RuleResult(finding.rule, Outcome.FAILED, 1, (finding,)),),
            contract=self._contract,
            journal=(finding.seen, *finding.check.chain),
            secrets={name: key for key, name in self._keys.items()},
        )

    def _merged(self) -> Results:
        results = merged(self._past, self._results)
        for finding in self._told.values():
            results[finding.rule.id] = with_finding(results.get(finding.rule.id), finding)
        return results

    async def report(self) -> Report:
        """Judge what is left, and return the report of the run."""
        await self.judge()
        results = self._merged()
        judged = (
            seen_or_not(results.get(rule.id, RuleResult(rule, Outcome.NOT_JUDGED))) for rule in self.rules
        )
        every = waive(judged, self._waivers)
        return Report(
            options=self.options,
            results=every,
            contract=self._contract,
            coverage=coverage(self._contract, self._journal, every),
            journal=tuple(self._journal),
            histories=self._evidence(self._journal).histories,
            secrets={name: key for key, name in self._keys.items()},
            started=self._started,
            seconds=monotonic() - self._begun,
            unreachable=self._unreachable(),
            notes=tuple(self._notes()),
        )

    def _unreachable(self) -> str:
        counts = self.counts
        if counts.exchanges and counts.lost == counts.exchanges:
            return f"{self._settings.url} gave no answer"
        return "" if counts.exchanges else "no request for an operation of the contract passed"

    def _notes(self) -> Iterator[str]:
        counts = self.counts
        if self._settings.insecure:
            yield "certificates were not checked (--insecure)"
        if counts.lost:
            yield f"{counts.lost} of {counts.exchanges} requests got no answer, or no whole one"
        if counts.others:
            yield f"{counts.others} requests were for no operation of the contract, and were not judged"
        if counts.apart:
            yield f"{counts.apart} exchanges were judged, but not together with those after them"
        if counts.unkept:
            yield f"{counts.unkept} exchanges were judged alone, as there was no room to keep them"


def _waivers(settings: ProxySettings, contract: Contract) -> tuple[Waiver, ...]:
    """Return which violations are accepted; ConfigError for a file that does not fit, or an unknown rule.

    It may name the rules that `verify` alone has, so that both can be given the same file.
    """
    if settings.waive is None:
        return ()
    names = (rule.id for rule in (*_own_rules(contract), *all_rules(contract)))
    return load_waivers(settings.waive, names, present())


def _own_rules(contract: Contract) -> tuple[Rule, ...]:
    return (RequestJudge(contract).rule, *RULES, *LIST_RULES)


def rules_for(contract: Contract, options: VerifySettings) -> tuple[Rule, ...]:
    """Return the rules that the options ask for: those that need no probe, and those of the proxy."""
    own = _own_rules(contract)
    new = {name for rule in own for name in (rule.id, rule.area)}
    only, skip = (tuple(name for name in names if name not in new) for names in (options.only, options.skip))
    chosen: tuple[Rule, ...] = ()
    if only or not options.only:
        chosen = passive_rules(contract, select(replace(options, only=only, skip=skip), contract))
    return (*chosen, *(rule for rule in own if _is_wanted(rule, options)))


def _is_wanted(rule: Rule, options: VerifySettings) -> bool:
    names = {rule.id, rule.area, rule.severity, *rule.tags, *rule.operations}
    return bool(not options.only or names.intersection(options.only)) and not names.intersection(options.skip)


def _key_of(authorization: str) -> str:
    scheme, _, key = authorization.partition(" ")
    return key.strip() or ("" if scheme.lower() in ("basic", "bearer") else scheme)


def _refusal(broken: Sequence[Finding], headers: Mapping[str, str]) -> Refusal:
    """Return what stands in the place of an answer that breaks the contract."""
    checks = [each.check for each in broken]
    violations = [_violation(each) for each in checks]
    places = f"{len(checks)} place{'s' if len(checks) > 1 else ''}"
    return Refusal(502, f"The exchange breaks the contract in {places}", violations, headers)


def _violation(broken: Check) -> Violation:
    """Return what a check found as the API's error form has it: a short value as itself, else as text."""
    said = shown(broken.actual)
    value = read_json(said.encode("utf-8", "surrogatepass")).value
    plain = value is None or isinstance(value, str | bool) or (isinstance(value, int) and abs(value) < _EXACT)
    return Violation(f"answer{broken.pointer}", shown(broken.expected), value if plain else said)
