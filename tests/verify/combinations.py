"""Services made of legitimate choices in random combination: what `verify` may not accuse.

`make judge` judges many of them at the default effort. It writes down each, and goes on from there,
as long as neither `verify` nor the services have changed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random  # noqa: TID251 - a seed of its own for each service
from typing import Any

from execmock.verify.outcome import Outcome
from execmock.verify.report import Report

from .judging import judged
from .target import Behaviour, HandClock, Target, all_variants, serving

ROOT = Path(__file__).parents[2]
JUDGED_BY = ("openapi.yaml", "src/execmock/**/*.py", "tests/verify/*.py", "tests/verify/target/**/*.py")
"""Files on which it depends whether a service is accused."""
HIDING = {"plan_for", "span", "events", "held"}
"""What decides how executions live and which are listed: a variant of these hides what others change."""
SHARE = 0.35
"""How often each of the other variants takes part."""


@dataclass(frozen=True, slots=True)
class Combination:
    """The variants of one service: the first wins where two change the same."""

    seed: int
    variants: tuple[str, ...]

    @property
    def behaviour(self) -> type[Behaviour]:
        """The service's behaviour."""
        bases = (*(all_variants()[name].behaviour for name in self.variants), Behaviour)
        return type("Combined", tuple(dict.fromkeys(bases)), {})

    @property
    def notices(self) -> set[str]:
        """The advisory rules that may mention it."""
        return {rule for name in self.variants for rule in all_variants()[name].notices}


def changed(*names: str) -> frozenset[str]:
    """Return which methods and values of the target the variants define anew."""
    lines = (all_variants()[name].behaviour.__mro__ for name in names)
    own = (part for line in lines for part in line[: line.index(Behaviour)])
    return frozenset(name for part in own for name in vars(part) if not name.startswith("__"))


def hiding() -> tuple[str, ...]:
    """Return the variants that hide what others change, in their order."""
    return tuple(name for name in all_variants() if changed(name) & HIDING)


def combination(seed: int) -> Combination:
    """Return a service: one variant that decides how executions live, in turn, and some of the others."""
    random, lives = Random(seed), hiding()  # noqa: S311 - nothing secret follows
    others = [name for name in all_variants() if name not in lives and random.random() < SHARE]
    random.shuffle(others)
    life = lives[(seed - 1) % len(lives)]
    second = [name for name in lives if changed(name).isdisjoint(changed(life))]
    also = [random.choice(second)] if second and random.random() < SHARE else []
    return Combination(seed, (life, *also, *others))


def accused(service: Combination, **options: Any) -> tuple[Report, set[str]]:
    """Judge a service, and return the rules that failed, but for the notices that it may get."""
    behaviour = service.behaviour(seed=service.seed, speed=1.0, clock=HandClock())
    with serving(behaviour) as url:
        report = judged(Target(url, behaviour), seed=service.seed, **options)
    failed = {result.rule.id for result in report.results if result.outcome is Outcome.FAILED}
    return report, failed - service.notices


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge the services of many seeds; 1 if any is accused."""
    parser = argparse.ArgumentParser(prog="make judge", description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="how many services (default 200)")
    parser.add_argument("--first", type=int, default=1, help="the seed of the first (default 1)")
    parser.add_argument("--effort", default="default", choices=("quick", "default", "thorough"))
    parser.add_argument("--record", type=Path, default=Path("judge.jsonl"), help="what was judged so far")
    options = parser.parse_args(arguments)
    done = _done(options.record, options.effort)
    for seed in range(options.first, options.first + options.count):
        if seed not in done:
            done[seed] = _judge_one(seed, options.effort, options.record)
    seeds = range(options.first, options.first + options.count)
    wrong = [seed for seed in seeds if done[seed]["failed"]]
    print(f"{len(wrong)} of {options.count} services accused{': seeds ' if wrong else ''}{wrong or ''}")
    return 1 if wrong else 0


def state() -> str:
    """Return a digest of all that a judgement depends on."""
    digest = sha256()
    for file in sorted(file for pattern in JUDGED_BY for file in ROOT.glob(pattern)):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _done(record: Path, effort: str) -> dict[int, dict[str, Any]]:
    lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
    entries, now = (json.loads(line) for line in lines), state()
    return {entry["seed"]: entry for entry in entries if (entry["effort"], entry["state"]) == (effort, now)}


def _judge_one(seed: int, effort: str, record: Path) -> dict[str, Any]:
    service = combination(seed)
    report, failed = accused(service, effort=effort)
    entry = {
        "seed": seed,
        "effort": effort,
        "state": state(),
        "failed": sorted(failed),
        "inconclusive": report.count(Outcome.INCONCLUSIVE),
        "seconds": round(report.seconds, 1),
        "variants": service.variants,
    }
    with record.open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")
    print(f"{seed}: {'accused: ' + ', '.join(entry['failed']) if failed else 'conforms'}", flush=True)
    return entry


if __name__ == "__main__":
    sys.exit(main())
