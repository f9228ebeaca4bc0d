"""Fuzz targets, guided by the code that they reach: `python -m tests.fuzz SECONDS [TARGET ...]`.

Each target gets its share of the seconds in a process of its own. What it finds new is kept in a folder
outside the tree; an input that breaks a target is printed, and kept in the corpus for the tests.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

CORPUS = Path(__file__).with_name("corpus")


def fuzz(name: str, arguments: list[str]) -> None:
    """Fuzz one target in this process; libFuzzer ends it."""
    import atheris

    with atheris.instrument_imports(include=["execmock"]):
        from tests.fuzz.targets import TARGETS

    atheris.Setup([sys.argv[0], *arguments], TARGETS[name])
    atheris.Fuzz()


def main(arguments: list[str]) -> int:
    """Return the exit code: 1 where an input broke a target."""
    if arguments[0] == "--one":
        fuzz(arguments[1], arguments[2:])
        return 0
    from tests.fuzz.targets import TARGETS

    names = arguments[1:] or list(TARGETS)
    seconds, code = max(1, int(arguments[0]) // len(names)), 0
    for name in names:
        seeds = CORPUS / name
        with tempfile.TemporaryDirectory() as made:
            options = [f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=2048", "-max_len=4096"]
            command = [sys.executable, "-m", "tests.fuzz", "--one", name, *options]
            command += [f"-artifact_prefix={seeds}/found-", made, str(seeds)]
            done = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")  # noqa: S603 - stands here
            tried = [line for line in done.stderr.splitlines() if line.startswith(("Done", "#"))]
            print(
                f"{name:10} {'ok' if done.returncode == 0 else 'FAILED'}: {(tried or ['nothing tried'])[-1]}"
            )
            if done.returncode:
                print(done.stdout[-4_000:], done.stderr[-4_000:], sep="\n")
                code = 1
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
