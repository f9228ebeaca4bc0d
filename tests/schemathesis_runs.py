"""Runs of schemathesis as users start them, several in one process: importing it takes a second."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from tests.effort import THOROUGH

__all__ = ["RUNS", "find_nothing"]

PHASES = ("examples", "coverage", "fuzzing", "stateful")
RANDOM = ("fuzzing", "stateful")
"""Those that a seed changes: the others send the same with every seed."""
RUNS = ((1, PHASES), (2, RANDOM), (3, RANDOM)) if THOROUGH else ((1, PHASES),)

_RUN = """
import json, sys
from schemathesis.cli import schemathesis
for arguments in json.loads(sys.argv[1]):
    try:
        schemathesis(arguments, prog_name="schemathesis")
    except SystemExit as end:
        if end.code:
            raise
"""


def find_nothing(
    serve: Callable[[], AbstractContextManager[str]],
    contract: str | Path,
    settings: Path,
    *,
    key: str,
    examples: int,
) -> str:
    """Run every check with each seed, on a server of its own, and return what was printed.

    Fails with it when a run finds something, or does not do all its phases.
    """
    with ExitStack() as servers:
        runs = []
        for seed, phases in RUNS:
            words = ["--config-file", settings, "run", contract, "--url", servers.enter_context(serve())]
            words += ["--header", f"Authorization: Bearer {key}", "--checks", "all", "--no-color"]
            words += ["--phases", ",".join(phases), "--max-examples", examples, "--seed", seed]
            runs.append([str(word) for word in words])
        done = subprocess.run(  # noqa: S603 - the tool under test
            [sys.executable, "-c", _RUN, json.dumps(runs)],
            # what is measured is the server
            env={name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
    for phase in PHASES:
        passed = re.findall(rf"^ +✅ {phase}$", done.stdout, re.IGNORECASE | re.MULTILINE)
        assert len(passed) == sum(phase in phases for _, phases in RUNS), f"{phase}:\n{done.stdout}"
    return done.stdout
