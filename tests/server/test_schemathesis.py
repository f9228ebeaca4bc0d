"""schemathesis, with every check on, finds nothing that the mock does and the contract does not allow."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KEY = "b3sk_test"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """The address of a mock that knows one key.

    Strict, because the check `ignored_auth` sends made-up keys, which an open mock takes.
    """
    command = [
        sys.executable,
        "-m",
        "execmock",
        "serve",
        "--port",
        "0",
        "--auth",
        "strict",
        "--key",
        KEY,
        "--quiet",
    ]
    with subprocess.Popen(  # noqa: S603 - the command under test
        command, cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        address = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert address
        try:
            yield address[0]
        finally:
            process.terminate()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_generated_run_finds_no_failure(url: str, seed: int) -> None:
    program = Path(sys.executable).with_name("schemathesis")
    options = ["--url", url, "--header", f"Authorization: Bearer {KEY}", "--checks", "all"]
    limits = ["--max-examples", "25", "--seed", str(seed), "--no-color"]
    done = subprocess.run(  # noqa: S603 - the tool under test
        [program, "--config-file", "schemathesis.toml", "run", "openapi.yaml", *options, *limits],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert re.search(rf"✅ +{phase}", done.stdout), f"{phase} did not run:\n{done.stdout[-3_000:]}"
