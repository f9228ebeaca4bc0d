"""What a run says while it goes on: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.verify.target import Target, running

ONLY = ("--only", "list.default-limit", "--no-generated", "--quick")


def words(target: Target) -> list[str]:
    return [sys.executable, "-m", "execmock", "verify", target.url, "--token", target.token, *ONLY]


def test_without_a_terminal_each_probe_is_a_line_and_the_report_is_apart() -> None:
    with running() as target:
        run = subprocess.run(words(target), capture_output=True, text=True, timeout=600, check=False)  # noqa: S603
    *told, last = run.stderr.splitlines()
    assert run.returncode == 0, run.stdout + run.stderr
    assert told
    assert last.startswith("verify: judges ")
    assert [line.split()[:2] for line in told] == [
        ["verify:", f"{done}/{len(told)}"] for done in range(1, len(told) + 1)
    ]
    assert run.stdout.splitlines()[-1] == f"{target.url} conforms (expected): 1 passed"


def test_on_a_terminal_there_is_a_bar_that_is_gone_in_the_end() -> None:
    ours, theirs = os.openpty()
    with (
        running() as target,
        open(ours, "rb", buffering=0) as screen,
        subprocess.Popen(  # noqa: S603
            words(target),
            stdout=subprocess.PIPE,
            stderr=theirs,
            text=True,
            env={**os.environ, "TERM": "xterm"},
        ) as run,
    ):
        os.close(theirs)
        shown = b""
        try:
            while part := screen.read(4096):
                shown += part
        except OSError:  # how a terminal says that nobody writes to it any more
            pass
        said, _ = run.communicate(timeout=600)
    assert run.returncode == 0, said
    assert "━".encode() in shown
    assert b"verify: 1/" not in shown
    assert b"\x1b[2K" in shown[-60:]  # the line is cleared
    assert said.splitlines()[-1] == f"{target.url} conforms (expected): 1 passed"
