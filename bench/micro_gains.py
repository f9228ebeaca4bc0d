"""What each part that exists for speed alone gains: `python bench/micro_gains.py [PART ...] [--rounds 15]`.

A gain is how much longer a plain request takes without the part, in per cent of the request with it. Requests
go through the server's own connection, without sockets. Batches with the part and without it follow each
other at once, who is first changes, and the median of the ratios of processor time counts: a busy machine
widens the spread and moves little else. A part that gains less than a tenth of every request it serves goes.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple

from growth import BODY, Sink

MANY = 2000
"""Executions that are read in turn: more than any cache of requests holds."""


class Nothing:
    """A cache that keeps nothing."""

    def get(self, key: object, default: Any = None) -> Any:
        return default

    def keep(self, key: object, value: object) -> None:
        """Forget it at once."""

    def clear(self) -> None:
        """There is nothing."""

    def __setitem__(self, key: object, value: object) -> None:
        """Forget it at once."""


@contextmanager
def put(holder: Any, **values: Any) -> Iterator[None]:
    """Replace attributes for a while."""
    old = {name: getattr(holder, name) for name in values}
    for name, value in values.items():
        setattr(holder, name, value)
    yield
    for name, value in old.items():
        setattr(holder, name, value)


class Bench:
    """A server without sockets, and the requests that are sent to it."""

    @classmethod
    async def made(cls, store: str = "memory:") -> Bench:
        from execmock.server.app import App
        from execmock.server.http.aiohttp_protocol import AiohttpServer
        from execmock.server.http.fast_protocol import FastServer
        from execmock.settings import ServeSettings

        self = cls()
        self.app = App(ServeSettings(frozen=True, store=store))
        self.app.log._stream = io.StringIO()
        await self.app.prepare()
        dispatcher = self.app.dispatcher()
        self.api, self.server = dispatcher.api._api, FastServer(dispatcher)
        self.fast, self.sink = self.server(), Sink()
        self.slow, self.slow_sink = AiohttpServer(dispatcher)(), Sink()
        self.fast.connection_made(self.sink)
        self.slow.connection_made(self.slow_sink)
        await asyncio.sleep(0)
        create = request("POST /v1/executions", json.dumps(BODY, separators=(",", ":")))
        self.turn = 0
        self.works = {"create": [create]}
        paths = []
        for _ in range(MANY):
            await self.send("create", 1)
            made = json.loads(self.sink.last.partition(b"\r\n\r\n")[2])["data"]["execution"]["id"]
            paths.append(f"/v1/executions/{made}")
        gets = [request(f"GET {path}") for path in paths]
        self.works = {
            "get": gets[-1:],
            "get of many": gets,
            "list": [request("GET /v1/executions?limit=20")],
            "create": [create],
            "execute": [request("POST /api/v1/workflows/workflow_15/execute", '{"id_type":"key"}')],
        }
        return self

    async def send(self, work: str, count: int, *, by_aiohttp: bool = False) -> None:
        """Send so many requests of a work, one after the other, and write the lines of the log."""
        sent, first = self.works[work], self.turn
        self.turn += count
        if not by_aiohttp:
            for number in range(first, first + count):
                self.sink.last = b""
                self.fast.data_received(sent[number % len(sent)])
                while not self.sink.last:
                    await asyncio.sleep(0)
        else:
            for number in range(first, first + count):
                self.slow_sink.last = b""
                self.slow.data_received(sent[number % len(sent)])
                while not self.slow_sink.last:
                    await asyncio.sleep(0)
            self.sink.last = self.slow_sink.last
        await self.app.engine.journal.flush()
        self.app.log.flush()
        self.app.log._stream = io.StringIO()


def request(line: str, body: str = "") -> bytes:
    """Return a request as the usual clients send it."""
    more = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
    usual = (
        "Host: 127.0.0.1:4010\r\nUser-Agent: bench/1.0\r\nAccept: */*\r\nAccept-Encoding: gzip, deflate\r\n"
    )
    return f"{line} HTTP/1.1\r\n{usual}Authorization: Bearer b3sk_demo\r\n{more}\r\n{body}".encode()


Without = Callable[[Bench], Any]


class Part(NamedTuple):
    """A part, what it serves, and how a server is left without it for a while, perhaps by way of aiohttp."""

    module: str
    works: Sequence[str]
    without: Without | None = None
    store: str = "memory:"
    by_aiohttp: bool = False


def _unbatched(bench: Bench) -> Any:
    log = bench.app.log
    add = log.add

    def at_once(*given: Any) -> None:
        add(*given)
        log.flush()

    return put(log, add=at_once)


def _memory_pages(bench: Bench) -> Any:
    collections = bench.app.engine.store._collections
    return put(collections["default", "execution"], pages=Nothing())


def _seconds(bench: Bench) -> Any:
    from execmock.core import durations

    return put(durations, _second_text=durations._second_text.__wrapped__)


@contextmanager
def together(*contexts: Any) -> Iterator[None]:
    """Enter several contexts."""
    with ExitStack() as stack:
        for context in contexts:
            stack.enter_context(context)
        yield


def _embed_seconds(bench: Bench) -> Any:
    from execmock.core import embed_view

    return put(embed_view, _second_texts=embed_view._second_texts.__wrapped__)


def _router_cache(bench: Bench) -> Any:
    router = bench.api._router
    return put(router, _kept=router._match)


def _secrets(bench: Bench) -> Any:
    from execmock.service.events import redaction

    return put(redaction, _kept_secrets=Nothing())


def _values(bench: Bench) -> Any:
    """Let dataclasses take the place of structs."""
    from execmock.server.api import handlers, pipeline
    from execmock.server.http import request_head

    @dataclass(frozen=True, slots=True)
    class Request:
        method: str
        path: str
        query: str
        headers: Mapping[str, str]
        body: bytes = b""

        def with_body(self, body: bytes) -> Request:
            return Request(self.method, self.path, self.query, self.headers, body)

    @dataclass(frozen=True, slots=True)
    class Answer:
        status: int
        body: bytes
        headers: Mapping[str, str]
        content_type: str = "application/json"

    @dataclass(frozen=True, slots=True)
    class Handled:
        body: bytes
        subject: str = ""
        sandbox: Any = None

    @dataclass(frozen=True, slots=True)
    class Result:
        answer: Any
        operation: str = ""
        sandbox: Any = None
        subject: str = ""
        violations: Sequence[Any] = ()
        fits: bool = False

    return together(
        put(request_head, Request=Request),
        put(handlers, Handled=Handled),
        put(pipeline, Answer=Answer, Result=Result),
    )


def _names(bench: Bench) -> Any:
    from execmock.service import misspellings

    return put(misspellings, _header_meant=misspellings._header_meant.__wrapped__)


def _each_by_itself(bench: Bench) -> Any:
    from execmock.service.events import entry_batch

    return put(entry_batch, _alike=lambda entry: (entry.number,))


def _each_line(bench: Bench) -> Any:
    from execmock.server.http import access_log

    class Single(access_log.Lines):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self._kept: Any = Nothing()

    return put(access_log, Lines=Single)


def _queries(bench: Bench) -> Any:
    validator = bench.api._served["listExecutions"].validator
    return put(validator, _kept_query=validator._read_query)


@contextmanager
def _a_fault(bench: Bench) -> Iterator[None]:
    """Let there be a fault that strikes none of the requests; each of them is tried on it."""
    from execmock.core.faults import fault_of_text
    from execmock.service.sandboxes import DEFAULT_SANDBOX

    engine = bench.app.engine
    fault = fault_of_text('{"fault": "elsewhere", "path": "/v1/elsewhere", "refused": 503}')
    done(engine.faults.add(DEFAULT_SANDBOX, [fault]))
    done(engine.sandboxes.look_for_faults())
    yield
    done(engine.faults.remove(DEFAULT_SANDBOX))
    done(engine.sandboxes.look_for_faults())


def done(step: Coroutine[Any, Any, Any]) -> None:
    """Run what never waits to its end."""
    try:
        step.send(None)
    except StopIteration:
        return
    raise RuntimeError("it waits")


GETS, ALL = ("get", "get of many"), ("get", "list", "create")
PARTS: Mapping[str, Part] = {
    "fast path": Part("server/http/fast_protocol.py", ALL),
    "no faults": Part("server/http/fast_protocol.py", ALL, _a_fault, by_aiohttp=True),
    "known heads": Part("server/http/request_head.py", ALL, lambda b: put(b.server.heads, _kept=Nothing())),
    "known header lines": Part(
        "server/http/request_head.py", ("get of many",), lambda b: put(b.server.heads, _blocks=Nothing())
    ),
    "starts of answers": Part(
        "server/http/fast_protocol.py", ALL, lambda b: put(b.server.written, _starts=Nothing())
    ),
    "rendered views": Part(
        "service/executions/view_cache.py",
        GETS,
        lambda b: put(b.app.engine.view_cache, _rendered=Nothing()),
    ),
    "rendered pages": Part(
        "service/executions/view_cache.py",
        ("list",),
        lambda b: put(b.app.engine.view_cache, _pages=Nothing()),
    ),
    "pages in memory": Part("stores/memory.py", ("list",), _memory_pages),
    "known callers": Part(
        "server/api/authentication.py", ALL, lambda b: put(b.api._authenticator, _known=Nothing())
    ),
    "known secrets": Part("service/events/redaction.py", ALL, _secrets),
    "known dropped requests": Part(
        "service/events/journal.py", ("get", "list"), lambda b: put(b.app.engine.journal, _facts=Nothing())
    ),
    "known names of headers": Part("service/misspellings.py", ALL, _names),
    "request values": Part("server/api/calls.py", ALL, _values),
    "known queries": Part("server/api/request_validation.py", ("list",), _queries),
    "known paths": Part("core/contract/routes.py", (*GETS, "list", "create"), _router_cache),
    "known seconds": Part("core/durations.py", ALL, _seconds),
    "known seconds in zones": Part("core/embed_view.py", ("execute",), _embed_seconds),
    "batches of log lines": Part("server/http/access_log.py", ALL, _unbatched),
    "parts of log lines": Part("server/http/log_lines.py", ("get", "list"), _each_line),
    "known rows": Part(
        "stores/sqlite/known.py",
        ("get", "list"),
        lambda b: put(b.app.engine.store._known, _values=Nothing(), _pages=Nothing()),
        "sqlite",
    ),
    "one question a request": Part(
        "stores/sqlite/known.py", ("get",), lambda b: put(b.server, begin_request=int), "sqlite"
    ),
    "requests that are alike": Part(
        "service/events/entry_batch.py", ("get", "list"), _each_by_itself, "sqlite"
    ),
}


@dataclass(frozen=True)
class Gain:
    """What a part gains a work: microseconds of a request with it, and per cent more without it."""

    part: str
    module: str
    work: str
    microseconds: float
    gain: float
    low: float
    high: float


async def gain(bench: Bench, name: str, part: Part, work: str, rounds: int, count: int) -> Gain:
    """Measure pairs of batches."""
    own, ratios = [], []
    # In whole turns, so that no batch finds what the one before it has left.
    count = MANY if work == "get of many" else count
    for number in range(rounds + 1):
        costs = {}
        for without in (True, False) if number % 2 else (False, True):
            costs[without] = await _cost(bench, part, work, count, without=without)
        if number:
            own.append(costs[False] / count * 1e6)
            ratios.append(100 * (costs[True] / costs[False] - 1))
    low, _, high = quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    return Gain(name, part.module, work, median(own), median(ratios), low, high)


async def _cost(bench: Bench, part: Part, work: str, count: int, *, without: bool) -> float:
    """Return the seconds of processor time that a batch takes."""
    with part.without(bench) if without and part.without else nullcontext():
        began = time.process_time()
        await bench.send(work, count, by_aiohttp=without and (part.without is None or part.by_aiohttp))
        return time.process_time() - began


async def gains(names: Sequence[str], rounds: int, count: int) -> list[Gain]:
    """Return what parts gain."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        benches: dict[str, Bench] = {}
        for name in names:
            part = PARTS[name]
            if part.store not in benches:
                url = part.store if ":" in part.store else f"{part.store}:{Path(folder) / 'bench.db'}"
                benches[part.store] = await Bench.made(url)
            for work in part.works:
                found.append(await gain(benches[part.store], name, part, work, rounds, count))
                print(shown(found[-1]), file=sys.stderr)
        for bench in benches.values():
            await bench.app.close()
    return found


def shown(found: Gain) -> str:
    """Return a gain as a line."""
    return (
        f"{found.part:<22} {found.work:<12} {found.microseconds:7.1f} µs  {found.gain:+6.1f} % "
        f"({found.low:+.1f} to {found.high:+.1f})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"one of: {', '.join(PARTS)}")
    parser.add_argument("--rounds", type=int, default=15, help="pairs of batches")
    parser.add_argument("--count", type=int, default=1000, help="requests of a batch")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    if unknown := [name for name in options.parts if name not in PARTS]:
        parser.error(f"{unknown[0]!r} is no part; expected one of {', '.join(PARTS)}")
    found = asyncio.run(gains(options.parts or list(PARTS), options.rounds, options.count))
    if options.json:
        print(json.dumps([vars(each) for each in found], indent=1))


if __name__ == "__main__":
    main()
