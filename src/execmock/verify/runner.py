"""One run: check the target, run the probes, judge the rules, make the report."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field

from execmock.core.contract import Contract
from execmock.errors import ConfigError, ExecmockError
from execmock.forwarding.connections import Connections
from execmock.settings import VerifySettings
from execmock.verify.between import between
from execmock.verify.client import Client, OutOfTime
from execmock.verify.confirming import confirm
from execmock.verify.coverage import coverage
from execmock.verify.create_plan import affordable, planned
from execmock.verify.creates import Creates, NoMoreCreates
from execmock.verify.engine_failure import UNANSWERED, EngineFailure
from execmock.verify.evidence import Evidence
from execmock.verify.exchange import Exchange
from execmock.verify.generator_process import Generators
from execmock.verify.interruption import Interruption
from execmock.verify.judge import Interruptions, judge
from execmock.verify.learned import Learned
from execmock.verify.other_clients import OTHERS_CREATE, others_create
from execmock.verify.outcome import RuleResult
from execmock.verify.preflight import Preflight
from execmock.verify.probe import Probe
from execmock.verify.registry import all_probes, all_rules, select
from execmock.verify.report.model import Report
from execmock.verify.requests import EXECUTE, Requests, mark
from execmock.verify.schema_judge import SchemaJudge
from execmock.verify.session import Blocked, Session, Stopped
from execmock.verify.target_clock import MockTime, PassTime, TargetClock, find_target_clock
from execmock.verify.target_watch import TargetWatch, Unreachable
from execmock.verify.turns import Quiet, in_turn
from execmock.verify.waivers import load_waivers, waive

__all__ = ["Callbacks", "Progress", "run"]

Progress = Callable[[str, Sequence[str], int, int], None]
"""Called with the name of a finished probe, those that are under way, how many are finished of how many."""

_GENTLE_RATE = 40.0
_BETWEEN_REPORTS = 10.0
_BETWEEN_LOOKS = 0.01
_SLOW = 10  # milliseconds of an answer
_GENERATED, _EMBED = "generated", "embed"  # probes
_INTERRUPTED = "the run was interrupted"
_OUT_OF_TIME = "the time limit of the run was reached (--max-time)"


@dataclass(frozen=True, slots=True)
class Callbacks:
    """What the caller of a run is told, and how it can end the run.

    `say` is told what the run will do. `keep` gets a report of what has been seen, at the beginning and then
    every ten seconds or more, from another thread. An `interruption` has the run end on a signal, and report
    what it has seen by then.
    """

    progress: Progress = lambda *_: None
    say: Callable[[str], None] = lambda _: None
    keep: Callable[[Report], None] | None = None
    interruption: Interruption = field(default_factory=Interruption)


class Runner:
    """One run, and its state: which probes are finished, and what stopped others."""

    def __init__(
        self,
        options: VerifySettings,
        contract: Contract,
        started: int,
        pass_time: PassTime | None = None,
        callbacks: Callbacks | None = None,
        generators: Generators | None = None,
    ) -> None:
        self.options = options
        self.contract = contract
        self.started = started
        self.pass_time = pass_time
        told = callbacks or Callbacks()
        self.progress, self.say, self.keep = told.progress, told.say, told.keep
        self.interruption = told.interruption
        if not options.url:
            raise ConfigError("no address was given; expected execmock verify BASE_URL")
        _check_keys(options)
        self.connections = Connections.of(options)
        self.rules = select(options, contract)
        names = (rule.id for rule in all_rules(contract))
        self.waivers = load_waivers(options.waive, names, started) if options.waive else ()
        self.rate = options.rate or 0.0
        self.prefix = mark(options.seed, started)
        self.blocked: dict[str, Exchange] = {}
        self.stopped: dict[str, str] = {}
        self.engine_failures: list[EngineFailure] = []
        self.schema_judge = SchemaJudge.of_run(contract, options)
        self.results: tuple[RuleResult, ...] = ()
        self.chosen: tuple[Probe, ...] = ()
        self.left_out: tuple[Probe, ...] = ()
        self.learned = Learned()
        self.generators = generators or Generators()
        self.done = 0
        self.under_way: list[str] = []

    async def run(self) -> Report:
        """Run the probes, judge, and return the report."""
        with self.interruption.heard(), self.generators:
            if any(_GENERATED in rule.probes for rule in self.rules):
                self.generators.start(self.options)
            return await self._run()

    async def _run(self) -> Report:
        begun = time.monotonic()
        limit = self.options.max_time
        deadline = None if limit is None else begun + limit / 1000
        async with Client(
            rate=self.rate,
            timeout=self.options.timeout,
            deadline=deadline,
            connections=self.connections,
        ) as client:
            client.creates = Creates(self.options.max_creates)
            clock = await find_target_clock(client, self.options, self.prefix, self.pass_time)
            try:
                with self.interruption.cancels():
                    async with asyncio.timeout(None if limit is None else limit / 1000):
                        await self._send_all(client, clock, begun)
            except (OutOfTime, TimeoutError):
                self._stop_all(_OUT_OF_TIME)
            except asyncio.CancelledError:
                if not self.interruption.signal:
                    raise
                self._stop_all(_INTERRUPTED)
            except Unreachable as reason:
                return self._report(client, (), begun, clock, unreachable=str(reason))
            finally:
                await clock.close()
        if client.journal and not any(seen.status for seen in client.journal):
            return self._report(client, (), begun, clock, unreachable="no request got an answer")
        return self._judged(client, clock, begun)

    async def _send_all(self, client: Client, clock: TargetClock, begun: float) -> None:
        requests = self._requests(clock)
        self._choose(clock)
        creates = self._plan_creates()
        preflight = Preflight(client, requests, clock, self.options)
        self.learned = await preflight.check(keys=not isinstance(clock, MockTime), creates=creates)
        if self.learned.latency >= _SLOW:
            self.generators.divide()
        watch = TargetWatch(self.options.url, preflight.ask, preflight.names, preflight.usual)
        client.watch = watch
        async with self._reports_so_far(client, clock, begun):
            await self._probe(client, requests, clock)
        await watch.finish()
        await self._judge(client, clock)

    def _plan_creates(self) -> bool:
        """Say how many executions the run will create; return whether the preflight may create any."""
        options, most = self.options, self.options.max_creates
        if options.read_only or not any("writes" in each.needs for each in self.chosen):
            return False
        names = ("preflight", *(each.name for each in self.chosen))
        number = sum(planned(name, options.effort, len(options.workflow_ids)) for name in names)
        bound = f", of at most {most}" if most is not None else "; --max-creates bounds it"
        self.say(f"creates up to {number if most is None else min(number, most)} executions{bound}")
        return most is None or most >= planned("preflight", options.effort)

    @asynccontextmanager
    async def _reports_so_far(self, client: Client, clock: TargetClock, begun: float) -> AsyncIterator[None]:
        """Keep reports of what has been seen while the block runs, for when the program is killed."""
        if self.keep is None:
            yield
            return
        keep = self.keep

        def judge_so_far() -> None:
            keep(self._judged(client, clock, begun, unfinished="the run had not ended yet"))

        async def again_and_again() -> None:
            while True:
                started = time.monotonic()
                with suppress(ExecmockError, OSError):  # the last report says what is wrong with the file
                    await asyncio.to_thread(judge_so_far)
                await asyncio.sleep(max(_BETWEEN_REPORTS, 10 * (time.monotonic() - started)))

        task = asyncio.create_task(again_and_again())
        try:
            yield
        finally:
            task.cancel()

    def _stop_all(self, reason: str) -> None:
        for each in all_probes():
            self.stopped.setdefault(each.name, reason)

    def _judged(self, client: Client, clock: TargetClock, begun: float, unfinished: str = "") -> Report:
        evidence = self._evidence(client, clock)
        results = self.results or judge(evidence, self.rules, Interruptions(self.blocked, self.stopped))
        kept = waive(results, self.waivers)
        return self._report(client, kept, begun, clock, evidence=evidence, unfinished=unfinished)

    def _requests(self, clock: TargetClock) -> Requests:
        options = self.options
        if "a" not in clock.keys:
            raise ConfigError("no key was given; pass --token KEY or set EXECMOCK_TOKEN")
        mock = isinstance(clock, MockTime)
        return Requests(self.contract, options, embed_url=options.embed_url or (options.url if mock else ""))

    def _has(self, clock: TargetClock) -> frozenset[str]:
        has = {name for name in ("b", "read") if name in clock.keys}
        if (self.options.embed_url and "embed" in clock.keys) or isinstance(clock, MockTime):
            has.add("embed")
        if not clock.takes_any_key:
            has.add("guarded")
        has.add("moved" if clock.instant else "clock")
        if not self.options.read_only:
            has.add("writes")
            if "robust" not in self.options.skip:
                has.add("odd")
            if self.options.generated:
                has.add("generated")
        return frozenset(has)

    def _choose(self, clock: TargetClock) -> None:
        """Choose the probes that the options or the rules ask for, of those that --max-creates allows."""
        options = self.options
        wanted = set(options.probes) or {name for rule in self.rules for name in rule.probes}
        has = self._has(clock)
        chosen = [each for each in all_probes() if each.name in wanted and has.issuperset(each.needs)]
        most = None if options.read_only else options.max_creates
        workflows = len(options.workflow_ids)
        self.chosen, self.left_out = affordable(chosen, options.effort, workflows, most)
        for each in self.left_out:
            number = planned(each.name, options.effort, workflows)
            self.stopped[each.name] = f"--max-creates {most} leaves too few for up to {number} ({each.name})"

    async def _probe(self, client: Client, requests: Requests, clock: TargetClock) -> None:
        self.total = len(self.chosen)
        self.quiet = Quiet()

        async def one(each: Probe) -> None:
            await self._one(each, client, requests, clock)

        await in_turn(self.chosen, one, self.quiet, lambda: self._judge_ahead(client))

    async def _judge_ahead(self, client: Client) -> None:
        """Judge answers as they come, one at a time, so that less is left to do in the end."""
        done = 0
        while True:
            for seen in client.journal[done:]:
                self.schema_judge.ahead(seen)
                done += 1
                await asyncio.sleep(0)
            await asyncio.sleep(_BETWEEN_LOOKS)

    async def _one(self, each: Probe, client: Client, requests: Requests, clock: TargetClock) -> None:
        session = Session(
            each.name,
            client,
            requests,
            clock,
            prefix=self.prefix,
            effort=self.options.effort,
            follow=self.options.follow,
            gentle=0 < self.rate < _GENTLE_RATE,
            writes=not self.options.read_only,
            rate=self.rate,
            timeout=self.options.timeout,
            seed=self.options.seed,
            engine_failures=self.engine_failures,
            generators=self.generators,
            turn=self.quiet.shared if each.turn == "meanwhile" else nullcontext,
        )
        self.under_way.append(each.name)
        try:
            await each.run(session)
        except Blocked as wall:
            self.blocked[each.name] = wall.seen
        except Stopped as reason:
            self.stopped[each.name] = str(reason)
        except OutOfTime:
            self.stopped[each.name] = _OUT_OF_TIME
        except NoMoreCreates:
            self.stopped[each.name] = f"--max-creates {self.options.max_creates} was reached"
        except (TypeError, ValueError, KeyError, AttributeError, IndexError) as error:
            # An answer of an unexpected form stops one probe, never the run.
            self.stopped[each.name] = f"an answer could not be used: {error!r}"
        self.done += 1
        self.under_way.remove(each.name)
        self.progress(each.name, self.under_way, self.done, self.total)

    async def _judge(self, client: Client, clock: TargetClock) -> None:
        """Judge while the service can still be asked again for what is found."""
        evidence = self._evidence(client, clock)
        self.say(f"judges {len(evidence.journal)} answers by {len(self.rules)} rules")
        self.results = judge(evidence, self.rules, Interruptions(self.blocked, self.stopped))
        self.results = await confirm(client, evidence, self.results, self.say)

    def _evidence(self, client: Client, clock: TargetClock) -> Evidence:
        return Evidence(
            self.contract,
            client.journal,
            has=self._has(clock),
            engine_failures=self.engine_failures,
            secrets=clock.keys,
            schema_judge=self.schema_judge,
        )

    def _report(
        self,
        client: Client,
        results: tuple[RuleResult, ...],
        begun: float,
        clock: TargetClock,
        *,
        evidence: Evidence | None = None,
        unreachable: str = "",
        unfinished: str = "",
    ) -> Report:
        keys = {_NAMES.get(name, name.upper()): key for name, key in clock.keys.items()}
        return Report(
            options=self.options,
            results=results,
            contract=self.contract,
            coverage=coverage(self.contract, client.journal, results),
            journal=tuple(client.journal),
            histories=evidence.histories if evidence else (),
            secrets={**self.connections.secrets, **self.options.secrets, **keys},
            started=self.started,
            seconds=time.monotonic() - begun,
            own_sandbox=isinstance(clock, MockTime),
            unreachable=unreachable,
            unfinished=unfinished,
            created=client.creates.made,
            silent=self._silent(client.journal, clock) if results else "",
            interrupted=self.interruption.signal,
            notes=(*between(client.journal, self.options), *self._notes(evidence), *self.learned.notes),
        )

    def _silent(self, journal: Iterable[Exchange], clock: TargetClock) -> str:
        """Name a layer of the run that got no answer: an API, or what is generated for one."""
        probes = {each.name for each in self.chosen}
        answered = [seen for seen in journal if seen.judged]
        generated = [seen for seen in answered if seen.probe == _GENERATED and "/" not in seen.label]
        stopped = self.stopped.get(_GENERATED, UNANSWERED)
        why = "" if stopped == UNANSWERED else f": {stopped}"
        if _GENERATED in probes and all(seen.operation == EXECUTE for seen in generated):
            return f"generated input got no answer{why}"
        if "embed" not in self._has(clock):
            return ""
        if _GENERATED in probes and not any(seen.operation == EXECUTE for seen in generated):
            return f"generated input of the embed API got no answer{why}"
        if _EMBED in probes and not any(seen.operation == EXECUTE for seen in answered):
            return "no request to the embed API got an answer"
        return ""

    def _notes(self, evidence: Evidence | None) -> Iterator[str]:
        yield from (OTHERS_CREATE,) if evidence and others_create(evidence) else ()
        if self.options.insecure:
            yield "certificates were not checked (--insecure)"
        if self.left_out:
            names = ", ".join(each.name for each in self.left_out)
            yield f"not tried for --max-creates {self.options.max_creates}: the probes {names}"
        if proxy := self.connections.proxy_for(self.options.url):
            yield f"all requests went through the proxy {proxy}"


_NAMES = {"a": "TOKEN", "b": "TOKEN_B", "read": "TOKEN_READ", "embed": "EMBED_TOKEN", "time": "TOKEN_TIME"}


def _check_keys(options: VerifySettings) -> None:
    """Refuse one key in two places; ConfigError names them."""
    wanted_of = {"token_b": "a key of another organization", "token_read": "one that may only read"}
    for name, wanted in wanted_of.items():
        if getattr(options, name) and getattr(options, name) == options.token:
            raise ConfigError(
                f"{options.named(name)} is the key of {options.named('token')}; expected {wanted}"
            )


async def run(
    options: VerifySettings,
    contract: Contract,
    *,
    started: int,
    pass_time: PassTime | None = None,
    callbacks: Callbacks | None = None,
    generators: Generators | None = None,
) -> Report:
    """Judge one target. `started` is the present in milliseconds since 1970; unique names derive from it.

    `generators` that are started already save time.
    """
    return await Runner(options, contract, started, pass_time, callbacks, generators).run()
