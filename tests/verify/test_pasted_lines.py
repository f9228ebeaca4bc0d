"""The lines of a finding, pasted into bash, show the finding again at the service that was judged."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from execmock.verify.outcome import Finding
from execmock.verify.report import Report
from execmock.verify.report.facts import all_facts
from execmock.verify.wording import brief
from tests.verify.judging import judged
from tests.verify.target import HandClock, Target, running, serving
from tests.verify.target.faults.repeats import Race

_NEW = re.compile(r"exec_\w+|[\w-]{16,}|\d")
"""What is new each time: ids, tokens, instants."""


def pasted(target: Target, report: Report, lines: tuple[str, ...], folder: Path) -> str:
    """Run lines as a user who has the keys would, and return what they print."""
    keys = {name: key for name, key in report.secrets.items() if name.startswith(("TOKEN", "EMBED"))}
    environment = {"PATH": os.environ["PATH"], **keys}
    done = subprocess.run(
        ["/bin/bash", "-eu"],
        input="\n".join(lines) + "\n",
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, (lines, done.stderr)
    assert list(folder.iterdir()) == []
    return done.stdout


def shows(finding: Finding, printed: str) -> bool:
    """Whether what was printed has the same at the place of a finding, but for what is always new."""
    seen, pointer = finding.seen, finding.check.pointer
    if not pointer:
        return f" {seen.status} " in printed.splitlines()[0]
    wanted = _NEW.sub("*", brief(seen.at(pointer)))
    if "concurrency" in finding.rule.tags:
        return len(set(re.findall(r"exec_\w+", printed))) > 1
    answers = (json.loads(line) for line in printed.replace("}{", "}\n{").splitlines() if line[:1] == "{")
    return any(_NEW.sub("*", brief(_at(answer, pointer))) == wanted for answer in answers)


def _at(answer: object, pointer: str) -> object:
    for part in pointer.split("/")[1:]:
        answer = answer[int(part)] if isinstance(answer, list) else answer.get(part)  # type: ignore[attr-defined]
    return answer


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("status-upper-case", "status.enum"),
        ("wrong-token-404", "public.wrong-token"),
        ("echo-trims", "create.echo"),
        ("key-ignored", "idempotency.same"),
        ("any-token", "public.wrong-token"),
        ("any-issued-token", "public.token-binding"),
        ("token-any-case", "public.token-case"),
        ("token-cut-opens", "public.token-prefix"),
        ("public-shows-all", "public.private-fields"),
        ("broken-json-500", "robust.no-5xx"),
    ],
)
def test_the_lines_of_each_finding_run_and_show_it(tmp_path: Path, fault: str, rule: str) -> None:
    with running(fault) as target:
        assert_shown(target, rule, tmp_path)


def test_the_lines_of_a_race_run_and_show_it(tmp_path: Path) -> None:
    service = Racing(seed=7, speed=1.0, clock=HandClock())
    with serving(service) as url:
        assert_shown(Target(url, service), "idempotency.concurrent-8", tmp_path)


class Racing(Race):
    """Waits with what is pasted until the next create with its key has come, however slow the machine is."""

    def prepare(self) -> None:
        super().prepare()
        self.met: dict[str, asyncio.Event] = {}

    async def before_storing(self, body: dict[str, object]) -> None:
        key = str(body.get("idempotencyKey"))
        if "again-" not in key:
            await super().before_storing(body)
        elif key in self.met:
            self.met[key].set()
        else:
            self.met[key] = asyncio.Event()
            await self.met[key].wait()


def assert_shown(target: Target, rule: str, folder: Path) -> None:
    """Judge a rule; the lines of each finding have to show it."""
    report = judged(target, generated=False, only=(rule,))
    found = [
        (finding, fact.curl)
        for result, facts in all_facts(report)
        for finding, fact in zip(result.findings, facts, strict=True)
    ]
    shown = [(lines, shows(each, pasted(target, report, lines, folder))) for each, lines in found]
    assert shown
    assert [lines for lines, again in shown if not again] == []
