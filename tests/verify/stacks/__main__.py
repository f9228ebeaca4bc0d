"""Run one stack by hand: `python -m tests.verify.stacks fastapi_sqlite [MISTAKE]`."""

from __future__ import annotations

import argparse
import signal
import tempfile
from pathlib import Path

from .running import NAMES, mistakes, options, running


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.verify.stacks", description=__doc__)
    parser.add_argument("stack", choices=NAMES)
    parser.add_argument("mistake", nargs="*", help="made in the service; see its mistakes.yaml")
    given = parser.parse_args()
    known = mistakes(given.stack)
    if unknown := [name for name in given.mistake if name not in known]:
        parser.error(f"{given.stack} has no mistake {unknown[0]}; it has {', '.join(known)}")
    with (
        tempfile.TemporaryDirectory() as folder,
        running(given.stack, Path(folder), [known[name] for name in given.mistake]) as url,
    ):
        flags = [
            f"--{name.removesuffix('s').replace('_', '-')} {each}"
            for name, value in options(given.stack, url).items()
            for each in ((value,) if isinstance(value, str) else value)
        ]
        print(f"execmock verify {url}", *flags, flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


main()
