"""`make bench`: measures the mock beside the bare base and its peers, and writes docs/performance.*.

Ratios are of CPU time per request and taken in one run: rounds of a target and of the base follow each
other at once, and the median of the rounds' ratios counts. 1 is as good as the base, more is better.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import judging
import passing
import report
import startup
from load import Work, missing, problem, round_of, send
from targets import (
    ABSENT,
    KEY,
    ROOT,
    ProcessOptions,
    Target,
    UnavailableError,
    bare,
    installed,
    mock,
    peers,
    redis,
    running,
)

OURS = "execmock"
PAGE = ROOT / "docs" / "performance"
VARIANTS = {
    "sqlite store": ("--store", "sqlite:{folder}/bench.db"),
    "redis store": ("--store", "{redis}"),
    "2 workers, sqlite store": ("--workers", "2", "--store", "sqlite:{folder}/two.db"),
}


def main() -> None:
    # Programs that may not keep what they compile are slower to start than their users' are.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    options = _options()
    if why := missing():
        # The gate needs no wrk: there the bench is only kept working.
        _say(f"bench: {why}")
        sys.exit(0 if options.smoke else 2)
    began = time.perf_counter()
    found: dict[str, Any] = {"machine": _machine(), "command": _command(), "works": {}, "skipped": {}}
    for part in options.parts:
        try:
            PARTS[part](found, options)
        except (OSError, RuntimeError, ValueError, subprocess.SubprocessError) as error:
            # What is known by then is worth more than none of it.
            found["skipped"][part] = f"{type(error).__name__}: {error}"
            _say(f"{part}: failed, {error}")
        found["minutes"] = (time.perf_counter() - began) / 60
        _write(found, Path(options.out))
    _say(f"written: {options.out}.md, after {found['minutes']:.1f} minutes")
    # A part that fails is no reason to lose the rest, but the gate has to know of it.
    sys.exit(1 if options.smoke and found["skipped"] else 0)


def _write(found: Mapping[str, Any], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n")
    path.with_suffix(".svg").write_text(report.plot(found))
    page = path.with_suffix(".md")
    page.write_text(report.page(found, page.read_text() if page.exists() else ""))


def _works(found: dict[str, Any], options: argparse.Namespace) -> None:
    """Compare every target with the base; one that cannot be had is skipped with a word."""
    if not options.smoke and not options.targets:
        found["skipped"].update(ABSENT)
    with redis() as address, tempfile.TemporaryDirectory(prefix="execmock-bench-") as folder:
        _compare_all(found, options, _targets(options, redis=address, folder=folder))


def _compare_all(found: dict[str, Any], options: argparse.Namespace, targets: Sequence[Target]) -> None:
    for target in targets:
        try:
            if target.program and not installed(target):
                raise UnavailableError("not installed; bench/install-peers does it")
            with running(target) as server:
                _compare(server, options, found["works"].setdefault(target.name, {}))
        except (UnavailableError, OSError, RuntimeError, subprocess.SubprocessError) as why:
            found["skipped"][target.name] = str(why)
            _say(f"{target.name}: skipped, {why}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="a small run, to see that it works")
    parser.add_argument("--rounds", type=int, default=7, help="rounds of each work of execmock")
    parser.add_argument("--other-rounds", type=int, default=3, help="rounds of each work of other targets")
    parser.add_argument("--seconds", type=float, default=2, help="seconds of a round")
    parser.add_argument("--counts", type=int, nargs="*", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--console-seconds", type=int, default=600, help="how long the console is looked at")
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=list(PARTS), help="only these parts")
    parser.add_argument("--targets", nargs="*", help="only these targets, such as execmock")
    parser.add_argument("--works", nargs="*", help="only these works")
    parser.add_argument("--out", default=str(PAGE), help="where to write, without suffix")
    options = parser.parse_args()
    if options.smoke:
        options.rounds, options.seconds, options.counts = 1, 1, [200]
        options.works = options.works or ["get", "create"]
        options.targets = options.targets or [OURS]
        if options.out == str(PAGE):
            options.out = str(Path(tempfile.mkdtemp(prefix="execmock-bench-")) / "performance")
    return options


def _command() -> str:
    return " ".join(["python bench/run.py", *sys.argv[1:]])


def _targets(options: argparse.Namespace, **places: str) -> list[Target]:
    # The clock rests, so that every round does the same work.
    variants = [
        mock(name, "--frozen", *(part.format(**places) for part in more)) for name, more in VARIANTS.items()
    ]
    known = [mock(OURS, "--frozen"), *variants, *peers()]
    return [target for target in known if options.targets is None or target.name in options.targets]


def _compare(server: ProcessOptions, options: argparse.Namespace, found: dict[str, Any]) -> None:
    """Put work to ratio, microseconds and rate, with what the rounds gave, into `found`."""
    works = server.target.works(server.url)
    for name, work in works.items():
        if options.works and name not in options.works:
            continue
        if why := problem(server.url, work, server.target.headers):
            raise UnavailableError(f"{name} {why}")
        found[name] = _rounds(server, name, works, options)
        _say(f"{server.target.name}: {name} {found[name]['ratio']:.2f} x bare aiohttp")


def _rounds(
    server: ProcessOptions, name: str, works: Mapping[str, Work], options: argparse.Namespace
) -> dict[str, Any]:
    work = works[name]
    size = len(send(server.url, work, server.target.headers)[1])
    ours = server.target.name == OURS
    rounds, seconds = (options.rounds, options.seconds) if ours else (options.other_rounds, 1)
    pairs = []
    with running(bare(size, _bare_works(works))) as base:
        same = base.target.works(base.url)[name]
        for number in range(rounds):
            # Who is first changes, for the machine may grow busier or quieter meanwhile.
            order = [(server, work), (base, same)][:: 1 if number % 2 else -1]
            costs = {one.url: round_of(one.pid, one.url, task, KEY, seconds) for one, task in order}
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


def _startup(found: dict[str, Any], options: argparse.Namespace) -> None:
    base = bare(100, {})
    rounds = 1 if options.smoke else 2 * options.rounds + 1
    starts = found["startup"] = {OURS: startup.compared(mock(), base, rounds)}
    for peer in peers():
        if installed(peer) and (options.targets is None or peer.name in options.targets):
            try:
                starts[peer.name] = startup.compared(peer, base, 3)
            except RuntimeError as why:
                found["skipped"][f"{peer.name}, cold start"] = str(why)
    for name, figures in starts.items():
        _say(f"{name}: starts in {figures['ratio']:.2f} x bare aiohttp's time")


def _imports(found: dict[str, Any], options: argparse.Namespace) -> None:
    found["imports"] = startup.import_table(1 if options.smoke else 5)


def _growth(found: dict[str, Any], options: argparse.Namespace) -> None:
    """Grow mocks in processes of their own, for a process keeps what it has grown to."""
    grown = found["growth"] = []
    for count in options.counts:
        command = [sys.executable, str(ROOT / "bench" / "growth.py"), str(count)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        grown.append(json.loads(done.stdout))
        _say(f"{count} stored: {grown[-1]['bytes_each']:.0f} bytes each, get {grown[-1]['get']:.1f} us")


def _micro(found: dict[str, Any], options: argparse.Namespace) -> None:
    import pyperf

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "micro.json"
        few = ["--processes", "1", "--values", "1", "--warmups", "0", "--inherit-environ", "BENCH_FEW"]
        effort = few if options.smoke else ["--fast"]
        environment = {**os.environ, **({"BENCH_FEW": "1"} if options.smoke else {})}
        command = [sys.executable, str(ROOT / "bench" / "micro.py"), *effort, "--quiet", "-o", str(path)]
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(command, check=True, env=environment, timeout=600, **quiet)
        suite = pyperf.BenchmarkSuite.load(str(path))
        found["micro"] = {bench.get_name(): bench.median() * 1e9 for bench in suite.get_benchmarks()}


def _gains(found: dict[str, Any], options: argparse.Namespace) -> None:
    """Find what each part that exists for speed alone gains."""
    few = ["--rounds", "1", "--count", "20", "known queries"] if options.smoke else []
    command = [sys.executable, str(ROOT / "bench" / "micro_gains.py"), "--json", *few]
    machine = _machine()
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=900)
    found["gains"] = {"day": machine["day"], "load": machine["load"], "parts": json.loads(done.stdout)}


def _verify(found: dict[str, Any], options: argparse.Namespace) -> None:
    """Find how long `execmock verify` takes on the mock itself."""
    rounds, more = (1, ("--only", "list.default-limit")) if options.smoke else (3, ())
    load = os.getloadavg()[0]
    found["verify"] = {"load": load, **judging.measured(rounds, more)}
    for effort in judging.GOALS:
        near, far = (each["seconds"] for each in found["verify"][effort])
        _say(f"verify --effort {effort}: {near:.1f} s, at 20 ms an answer {far:.1f} s")


def _proxy(found: dict[str, Any], options: argparse.Namespace) -> None:
    """Find what `execmock proxy` adds to an answer."""
    load = os.getloadavg()[0]
    figures = found["proxy"] = {"load": load, **passing.measured(20 if options.smoke else 2_000)}
    _say(f"proxy: adds {figures['added']:.2f} ms at the median to {figures['direct']:.2f} ms")


def _console(found: dict[str, Any], options: argparse.Namespace) -> None:
    """Look at 5,000 executions in a browser, while 50 of them move each second."""
    chromium, browser = shutil.which("chromium"), ROOT / "tests" / "browser"
    if not (chromium and shutil.which("npm")):
        _say("console: chromium and npm are needed for it")
        return
    subprocess.run([browser / "install"], check=True, capture_output=True, timeout=240)
    effort = ["1", "1"] if options.smoke else ["5", str(options.console_seconds)]
    with running(mock(OURS)) as server:
        command = ["node", str(ROOT / "bench" / "console.mjs"), server.url, *effort]
        environment = {**os.environ, "CHROMIUM": chromium}
        done = subprocess.run(
            command,
            cwd=browser,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=300 + options.console_seconds,
        )
    figures = found["console"] = {**json.loads(done.stdout), "load": os.getloadavg()[0]}
    first, whole = median(figures["first"]), median(figures["whole"])
    _say(f"console: first rows after {first:.0f} ms, all after {whole:.0f} ms, {len(figures['long'])} long")


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


PARTS = {
    "works": _works,
    "startup": _startup,
    "imports": _imports,
    "growth": _growth,
    "micro": _micro,
    "gains": _gains,
    "verify": _verify,
    "proxy": _proxy,
    "console": _console,
}


if __name__ == "__main__":
    main()
