"""`make bench`: measures the mock beside the bare base and its peers, and writes docs/performance.*.

Ratios are of CPU time per request and taken in one run: rounds of a target and of the base follow each
other at once, and the median of the rounds' ratios counts. 1 is as good as the base, more is better.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

import report
import startup
from load import Work, missing, problem, round_of, send
from targets import (
    ABSENT,
    KEY,
    ROOT,
    Running,
    Target,
    UnavailableError,
    bare,
    execmock,
    installed,
    mock,
    peers,
    running,
)

VARIANTS = {
    "sqlite store": ("--store", "sqlite:{folder}/bench.db"),
    "redis store": ("--store", "redis://127.0.0.1:6379/9"),
    "2 workers, sqlite store": ("--workers", "2", "--store", "sqlite:{folder}/two.db"),
}


def main() -> None:
    options = _options()
    if why := missing():
        # The gate needs no wrk: there the bench is only kept working.
        _say(f"bench: {why}")
        sys.exit(0 if options.smoke else 2)
    found: dict[str, Any] = {"machine": _machine(), "works": {}, "skipped": dict(ABSENT)}
    # The clock rests, so that every round does the same work.
    targets = [mock("execmock", "--frozen"), *_variants(options.smoke), *([] if options.smoke else peers())]
    for target in targets:
        try:
            if target.name in ("Prism", "Mockoon", "json-server") and not installed(target.name):
                raise UnavailableError("not installed; bench/install-peers does it")
            with running(target) as server:
                found["works"][target.name] = _compare(server, options)
        except UnavailableError as why:
            found["skipped"][target.name] = str(why)
            _say(f"{target.name}: skipped, {why}")
    found["startup"] = _startup(options)
    found["imports"] = startup.import_table(1 if options.smoke else 5)
    found["growth"] = [_growth(count) for count in options.counts]
    found["micro"] = _micro(options.smoke)
    found["verify"] = _verify(["--only", "list"] if options.smoke else [])
    path = Path(options.out)
    path.with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n")
    path.with_suffix(".svg").write_text(report.plot(found))
    page = path.with_suffix(".md")
    page.write_text(report.page(found, page.read_text() if page.exists() else ""))
    _say(f"written: {page}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="a small run, to see that it works")
    parser.add_argument("--rounds", type=int, default=7, help="rounds of each work")
    parser.add_argument("--seconds", type=float, default=2, help="seconds of a round")
    parser.add_argument("--counts", type=int, nargs="*", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--works", nargs="*", help="only these works")
    parser.add_argument(
        "--out", default=str(ROOT / "docs" / "performance"), help="where to write, without suffix"
    )
    options = parser.parse_args()
    if options.smoke:
        options.rounds, options.seconds, options.counts = 1, 1, [200]
        options.works = options.works or ["get", "create"]
        if options.out == parser.get_default("out"):
            options.out = str(Path(tempfile.mkdtemp(prefix="execmock-bench-")) / "performance")
    return options


def _variants(smoke: bool) -> list[Target]:
    if smoke:
        return []
    folder = tempfile.mkdtemp(prefix="execmock-bench-")
    return [
        mock(name, "--frozen", *(part.format(folder=folder) for part in more))
        for name, more in VARIANTS.items()
    ]


def _compare(server: Running, options: argparse.Namespace) -> dict[str, Any]:
    """Return work to ratio, microseconds and rate, with what the rounds gave."""
    works = server.target.works(server.url)
    found = {}
    for name, work in works.items():
        if options.works and name not in options.works:
            continue
        if why := problem(server.url, work, server.target.headers):
            raise UnavailableError(f"{name} {why}")
        found[name] = _rounds(server, name, work, works, options)
        _say(f"{server.target.name}: {name} {found[name]['ratio']:.2f} x bare aiohttp")
    return found


def _rounds(
    server: Running, name: str, work: Work, works: Mapping[str, Work], options: argparse.Namespace
) -> dict[str, Any]:
    size = len(send(server.url, work, server.target.headers)[1])
    pairs = []
    with running(bare(size, _bare_works(works))) as base:
        same = base.target.works(base.url)[name]
        for number in range(options.rounds):
            # Who is first changes, for the machine may grow busier or quieter meanwhile.
            order = [(server, work), (base, same)][:: 1 if number % 2 else -1]
            costs = {one.url: round_of(one.pid, one.url, task, KEY, options.seconds) for one, task in order}
            pairs.append((costs[server.url], costs[base.url]))
    return {
        "bytes": size,
        "ratio": median(other.cpu / own.cpu for own, other in pairs),
        "ratios": sorted(round(other.cpu / own.cpu, 3) for own, other in pairs),
        "microseconds": median(own.cpu for own, _ in pairs),
        "base_microseconds": median(other.cpu for _, other in pairs),
        "rate": median(own.rate for own, _ in pairs),
    }


def _bare_works(works: Mapping[str, Work]) -> dict[str, Work]:
    # The base knows the API's paths alone; rows of other servers are read under these.
    found = {}
    for name, work in works.items():
        path = work.path if work.path.startswith(("/v1", "/api")) else "/v1" + work.path
        found[name] = Work(path, 200, work.method, work.body)
    return found


def _startup(options: argparse.Namespace) -> dict[str, Any]:
    base = bare(100, {})
    rounds = 1 if options.smoke else 2 * options.rounds + 1
    found = {"execmock": startup.compared(mock(), base, rounds)}
    for peer in [] if options.smoke else peers():
        if installed(peer.name):
            found[peer.name] = startup.compared(peer, base, 3)
    for name, figures in found.items():
        _say(f"{name}: starts in {figures['ratio']:.2f} x bare aiohttp's time")
    return found


def _growth(count: int) -> dict[str, float]:
    command = [sys.executable, str(ROOT / "bench" / "growth.py"), str(count)]
    found: dict[str, float] = json.loads(
        subprocess.run(command, capture_output=True, text=True, check=True).stdout
    )
    _say(f"{count} stored: {found['bytes_each']:.0f} bytes each, get {found['get']:.1f} us")
    return found


def _micro(smoke: bool) -> dict[str, float]:
    try:
        import pyperf
    except ImportError:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "micro.json"
        effort = ["--processes", "2", "--values", "1", "--warmups", "1"] if smoke else ["--fast"]
        command = [sys.executable, str(ROOT / "bench" / "micro.py"), *effort, "--quiet", "-o", str(path)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        suite = pyperf.BenchmarkSuite.load(str(path))
        return {bench.get_name(): bench.median() * 1e9 for bench in suite.get_benchmarks()}


def _verify(more: list[str]) -> dict[str, Any]:
    """Return how long `execmock verify --quick` takes on the mock itself."""
    with running(mock("execmock", "--auth", "strict", "--key", "b3sk_demo")) as server:
        command = [execmock(), "verify", server.url, "--token", "b3sk_demo", "--quick", *more]
        began = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, cwd=tempfile.gettempdir())
        took = time.perf_counter() - began
    _say(f"verify --quick: {took:.1f} s, exit code {done.returncode}")
    return {"seconds": took, "exit": done.returncode, "last": (done.stdout.strip().splitlines() or [""])[-1]}


def _machine() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "day": time.strftime("%Y-%m-%d"),
    }


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
