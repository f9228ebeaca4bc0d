"""A part that exists for speed alone says what it gains, and the bench knows how to leave it out."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "execmock"
BENCH = ROOT / "bench" / "micro_gains.py"
CACHES = re.compile(r"lru_cache\((?!maxsize=1\))|\bBoundedCache\(")
OTHERWISE = {
    "core/bounded_cache.py": "the cache itself",
    "core/progress.py": "executions of one instant share their first state, which takes memory once",
    "core/scenario/values.py": "serves the check of scenarios",
    "core/schema/patterns.py": "serves violations and checks of contracts: to compile a pattern takes long",
    "server/api/contract_answers.py": "a value is made once, for what a contract asks for may take long",
    "core/secrets.py": "what is known is never shown",
    "core/zones.py": "serves templates: to read a time zone takes long",
    "service/faults/faults.py": "serves requests that meet faults",
    "service/coverage_recorder.py": "what was seen last decides what is counted",
    "service/events/changes.py": "what was dropped is told to listeners",
    "service/events/log_writer.py": "what is known of a log bounds what it keeps",
    "service/events/stored_counts.py": "spares a shared store a question, not the processor",
    "service/executions/listed.py": "serves the console, which reads thousands at once",
    "service/execution_watcher.py": "what is known decides what is published",
    "stores/codec.py": "a value that others leave as it is stays the same one, by which its views are known",
    "stores/redis/store.py": "serves requests that wait for Redis, and is no part of a plain one",
    "proxy": "rules and validators are made once for each contract, which takes long",
    "verify": "the judge serves no requests",
}
"""Modules with a cache that is not there to make a get, a list or a create faster, and why it is."""


def modules() -> list[str]:
    """Return the modules that the bench leaves a part of out."""
    return sorted(set(re.findall(r'Part\(\s*"([\w/]+\.py)"', BENCH.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("module", modules())
def test_it_says_what_it_gains(module: str) -> None:
    said = ast.get_docstring(ast.parse((SRC / module).read_text(encoding="utf-8"))) or ""
    assert re.search(r"gains? \(`bench/micro_gains\.py`\): .*\d+ % more", " ".join(said.split())), module


def test_every_cache_is_measured_or_has_another_reason() -> None:
    cached = {
        path.relative_to(SRC).as_posix()
        for path in SRC.rglob("*.py")
        if CACHES.search(path.read_text(encoding="utf-8"))
    }
    assert len(cached) > len(OTHERWISE)
    reasons = {module for module in cached if module in OTHERWISE or module.split("/")[0] in OTHERWISE}
    # A cache that gains a plain request a tenth gets a `Part` in the bench and words in its module.
    assert cached - reasons - set(modules()) == set()
    assert {name for name in OTHERWISE if not any(module.startswith(name) for module in cached)} == set()
