"""A run ends when it is told to, and the same seed generates the same."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from execmock.loading.contract import shipped_contract
from execmock.settings import VerifySettings
from execmock.verify.outcome import Outcome
from execmock.verify.requests import CREATE, EXECUTE, Requests
from execmock.verify.valid_bodies import valid_bodies
from tests.programs import children, gone, interruptible
from tests.verify.judging import judged
from tests.verify.target import HandClock, running, wall_clock
from tests.verify.target.behaviour import Behaviour
from tests.verify.target.parts.ground import KEY_A
from tests.verify.target.serve import serving as serving_behaviour
from tests.verify.target.values import Answer, Request


def test_a_run_without_time_sends_nothing_and_passes_nothing() -> None:
    with running(clock=wall_clock) as target:
        report = judged(target, max_time=0)  # over before it begins, however quick the machine is
    assert report.journal == ()
    others = {r.rule.id: r.outcome for r in report.results if r.outcome is not Outcome.INCONCLUSIVE}
    assert others == {"idempotency.after-a-day": Outcome.NOT_JUDGED}  # this target's time cannot be moved
    assert "--max-time" in report.results[0].reason
    assert report.exit_code == 3


def test_a_run_that_is_out_of_time_still_deletes_its_sandboxes(
    serving: Callable[..., AbstractContextManager[str]],
) -> None:
    from tests.verify.test_read_only import answered

    serve = [sys.executable, "-m", "execmock", "serve", "--port", "0", "--key", "b3sk_reader"]
    with serving(serve) as url:
        verify = [sys.executable, "-m", "execmock", "verify", url, "--max-time", "1ms", "--quick"]
        run = subprocess.run(verify, capture_output=True, text=True, timeout=200, check=False)  # noqa: S603
        sandboxes = answered(f"{url}/_execmock/sandboxes")["sandboxes"]
    assert (run.returncode, "Traceback" in run.stderr) == (3, False), run.stdout + run.stderr
    assert isinstance(sandboxes, list)
    assert len(sandboxes) == 1


class Listening(Behaviour):
    """Says when it was asked, and when it was asked by the generator."""

    def prepare(self) -> None:
        super().prepare()
        self.asked, self.generated = threading.Event(), threading.Event()

    def headers(self, request: Request, answer: Answer) -> dict[str, str]:
        if request.method == "POST":
            self.asked.set()
        if request.headers.get("Accept") == "*/*":
            self.generated.set()
        return super().headers(request, answer)


def test_a_killed_run_leaves_a_report_that_says_it_had_not_ended(tmp_path: Path) -> None:
    behaviour = Listening(seed=7, speed=1.0, clock=HandClock())
    file = tmp_path / "report.json"
    with serving_behaviour(behaviour) as url:
        words = [sys.executable, "-m", "execmock", "verify", url, "--token", KEY_A, f"--report=json={file}"]
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:  # noqa: S603
            assert behaviour.generated.wait(120)
            generators = children(run.pid)
            run.kill()
    report = json.loads(file.read_text(encoding="utf-8"))
    assert report["exitCode"] == 3
    assert report["shortfall"].endswith("the run had not ended yet")
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
    assert [gone(process) for process in generators] == [True, True]


@pytest.mark.parametrize(
    ("moment", "number"), [("asked", signal.SIGTERM), ("generated", signal.SIGINT)], ids=["TERM", "INT"]
)
def test_an_interrupted_run_reports_what_it_has_seen(
    tmp_path: Path, moment: str, number: signal.Signals
) -> None:
    behaviour = Listening(seed=7, speed=1.0, clock=wall_clock)
    file = tmp_path / "report.json"
    with serving_behaviour(behaviour) as url:
        words = [
            sys.executable,
            "-m",
            "execmock",
            "verify",
            url,
            "--token",
            KEY_A,
            "--report",
            f"json={file}",
        ]
        with interruptible():
            run = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603
        with run:
            assert getattr(behaviour, moment).wait(120)
            generators = children(run.pid)
            run.send_signal(number)
            judged_so_far, said = run.communicate(timeout=600)
    told = [line for line in said.splitlines() if not line.startswith("verify: ")]  # progress
    assert any("verify: creates up to" in line for line in said.splitlines())
    assert told == ["execmock: interrupted; what was seen is judged and reported"]
    assert "was not judged to the end, interrupted" in judged_so_far
    report = json.loads(file.read_text(encoding="utf-8"))
    assert run.returncode == report["exitCode"] == 128 + number
    assert (report["interrupted"], report["requests"] > 0) == (True, True)
    assert [gone(process) for process in generators] == [True, True]


@pytest.mark.parametrize("operation", [CREATE, EXECUTE])
def test_the_same_seed_makes_the_same_valid_bodies_and_as_many_as_asked_for(operation: str) -> None:
    requests = Requests(shipped_contract(), VerifySettings(url="http://host"), embed_url="")
    one, other = (valid_bodies(requests, operation, 20, seed=5) for _ in range(2))
    assert one == other
    assert len(one) == 20
    assert one != valid_bodies(requests, operation, 20, seed=6)
