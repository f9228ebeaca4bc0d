"""`make judge`: has `verify` judge what it may not accuse, many times over.

These are services made of legitimate choices in random combination, and the honest services of other stacks,
at each effort, with several seeds, on an idle machine and on a busy one. Each run is written down. Started
again, it goes on from there, as long as neither `verify` nor the services have changed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from execmock.settings import Effort
from execmock.verify import verify
from execmock.verify.outcome import Outcome
from execmock.verify.report import Report

from .combinations import accused, combination
from .stacks.running import NAMES, options, running

ROOT = Path(__file__).parents[2]
JUDGED_BY = (
    "openapi.yaml",
    "tests/verify/combinations.py",
    "tests/verify/judging.py",
    "tests/verify/many_runs.py",
    "tests/verify/target/**/*.py",
    "tests/verify/stacks/*.json",
    *(f"tests/verify/stacks/{name}/*.*" for name in NAMES),
)
"""Files on which it depends whether a service is accused, besides the modules that judging imports."""
IMPORTED = """\
import sys
import execmock.verify.runner, execmock.verify.generator_program
from execmock.verify.fuzzing import load_engine
from execmock.verify.registry import all_probes, all_rules
load_engine(), all_rules(), all_probes()
import execmock.verify.valid_bodies
ours = [each for name, each in sys.modules.items() if name.partition(".")[0] == "execmock"]
print(*(each.__file__ for each in ours), sep="\\n")
"""
EFFORTS: tuple[Effort, ...] = ("quick", "default", "thorough")
MACHINES = ("idle", "busy")
SPINNING = "import os\nparent = os.getppid()\nwhile os.getppid() == parent:\n    sum(range(10**6))\n"


@dataclass(frozen=True)
class Run:
    """One judgement: of a combination, or of a stack's service on an idle or a busy machine."""

    effort: Effort
    seed: int
    stack: str = ""
    machine: str = "idle"

    def __str__(self) -> str:
        words = (self.stack or "combination", f"seed {self.seed}", self.effort)
        return ", ".join(words if self.machine == "idle" else (*words, self.machine))

    def judged(self) -> tuple[Report, set[str]]:
        """Return the report, and the rules that accuse."""
        with ExitStack() as stack:
            if self.machine == "busy":
                stack.enter_context(busy())
            if not self.stack:
                return accused(combination(self.seed), effort=self.effort)
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="judge-")))
            url = stack.enter_context(running(self.stack, folder))
            report = verify(url, **options(self.stack, url), effort=self.effort, seed=self.seed)
            return report, {result.rule.id for result in report.violations}


@contextmanager
def busy() -> Iterator[None]:
    """Keep every core busy with a process that does nothing else; each ends with this one."""
    command = [sys.executable, "-c", SPINNING]
    spinning = [subprocess.Popen(command) for _ in range(os.cpu_count() or 1)]  # noqa: S603 - our own
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge all that was not judged; 1 if any service is accused."""
    parser = argparse.ArgumentParser(prog="make judge", description=__doc__)
    parser.add_argument("--kinds", nargs="*", default=["combinations", "stacks"], help="only these kinds")
    parser.add_argument("--count", type=int, default=200, help="how many combinations (default 200)")
    parser.add_argument("--first", type=int, default=1, help="the seed of the first (default 1)")
    parser.add_argument("--effort", default="default", choices=EFFORTS, help="of combinations")
    parser.add_argument("--stacks", nargs="*", default=NAMES, choices=NAMES, help="only these stacks")
    parser.add_argument("--efforts", nargs="*", default=EFFORTS, choices=EFFORTS, help="of stacks")
    parser.add_argument("--seeds", type=int, default=5, help="seeds for each stack (default 5)")
    parser.add_argument("--machines", nargs="*", default=MACHINES, choices=MACHINES)
    parser.add_argument("--record", type=Path, default=Path("judge.jsonl"), help="what was judged so far")
    given = parser.parse_args(arguments)
    planned = {kind: tuple(runs) for kind, runs in _planned(given).items() if kind in given.kinds}
    done = _done(given.record)
    for run in (run for runs in planned.values() for run in runs):
        if run not in done:
            done[run] = _judge_one(run, given.record)
    for kind, runs in planned.items():
        print(_summary(kind, [done[run] for run in runs if done[run]]))
    wrong = [run for runs in planned.values() for run in runs if done[run].get("failed")]
    for run in wrong:
        print(f"accused: {run}: {', '.join(done[run]['failed'])}")
    return 1 if wrong else 0


def _planned(given: argparse.Namespace) -> dict[str, Iterable[Run]]:
    return {
        "combinations": (Run(given.effort, given.first + number) for number in range(given.count)),
        "stacks": (
            Run(effort, seed, stack, machine)
            for effort in given.efforts
            for seed in range(1, given.seeds + 1)
            for stack in given.stacks
            for machine in given.machines
        ),
    }


def _summary(kind: str, entries: Sequence[dict[str, Any]]) -> str:
    wrong = sum(bool(entry["failed"]) for entry in entries)
    unsure = [entry["inconclusive"] for entry in entries if entry["inconclusive"]]
    return (
        f"{kind}: {len(entries)} runs, {wrong} false alarms, {sum(unsure)} inconclusive rules in"
        f" {len(unsure)} runs, {sum(entry.get('exit') == 3 for entry in entries)} judged too little"
    )


@cache
def state() -> str:
    """Return a digest of all that a judgement depends on, as it was when the program began."""
    digest = sha256()
    listed = subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=True)  # noqa: S603 - our own
    files = {*map(Path, listed.stdout.splitlines())}
    files.update(file for pattern in JUDGED_BY for file in ROOT.glob(pattern) if file.is_file())
    for file in sorted(files):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _done(record: Path) -> dict[Run, dict[str, Any]]:
    lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
    entries = (json.loads(line) for line in lines)
    return {
        Run(entry["effort"], entry["seed"], entry.get("stack", ""), entry.get("machine", "idle")): entry
        for entry in entries
        if entry["state"] == state()
    }


def _judge_one(run: Run, record: Path) -> dict[str, Any]:
    """Judge and write down; an empty entry where a program is missing."""
    now = state()
    try:
        report, failed = run.judged()
    except pytest.skip.Exception as missing:
        print(f"{run}: not run, {missing}", flush=True)
        return {}
    entry = {
        **asdict(run),
        "state": now,
        "failed": sorted(failed),
        "inconclusive": report.count(Outcome.INCONCLUSIVE),
        "exit": report.exit_code,
        "seconds": round(report.seconds, 1),
        "variants": () if run.stack else combination(run.seed).variants,
    }
    with record.open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")
    said = f"accused: {', '.join(entry['failed'])}" if failed else "conforms"
    print(f"{run}: {said}, {entry['inconclusive']} inconclusive, {entry['seconds']} s", flush=True)
    return entry


if __name__ == "__main__":
    sys.exit(main())
