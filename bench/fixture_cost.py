#!/usr/bin/env python3
"""What the fixture `execmock` costs: each test over an empty one, and the plugin at the start of pytest.

Prints the figures of one run: least of several, for other programs can only add to them; processor time
beside the clock's, for it stays the same on a busy machine. Goals: under 10 ms a test, 5 ms at the start.
"""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

TESTS = 200
ROUNDS = 3
EMPTY = "import pytest\n@pytest.mark.parametrize('n', range({count}))\ndef test_it(n):\n    pass\n"
USING = "import pytest\n@pytest.mark.parametrize('n', range({count}))\ndef test_it(n, execmock):\n    pass\n"
OTHERS = ("asyncio", "aiohttp", "anyio", "xdist", "cov", "hypothesispytest", "schemathesis")


def seconds(source: str, count: int, folder: Path) -> tuple[float, float]:
    """Return what pytest takes for a file of `count` tests, without other plugins: time, processor time."""
    file = folder / "test_cost.py"
    file.write_text(source.format(count=count))
    without = [word for name in OTHERS for word in ("-p", f"no:{name}")]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *without, str(file)]
    start, used = perf_counter(), processor_time()
    subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)
    return perf_counter() - start, processor_time() - used


def processor_time() -> float:
    """Return the seconds of processor time that ended child processes have used."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def plugin_import() -> float:
    """Return the milliseconds of importing the plugin where pytest is imported already."""
    command = [sys.executable, "-X", "importtime", "-c", "import pytest; import execmock.pytest_plugin"]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    found = re.search(r"\|\s+(\d+) \| execmock\.pytest_plugin$", run.stderr, re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1000


def start_of_a_mock() -> float:
    """Return the milliseconds that the first ExecMock of a process takes to start, after the import."""
    program = (
        "from time import perf_counter\nfrom execmock import ExecMock\n"
        "t = perf_counter(); mock = ExecMock().start(); print((perf_counter() - t) * 1000); mock.close()"
    )
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    return float(run.stdout)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rounds = [
            (seconds(EMPTY, TESTS, folder), seconds(USING, 1, folder), seconds(USING, TESTS, folder))
            for _ in range(ROUNDS)
        ]
    for title, kind in (("by the clock", 0), ("processor time", 1)):
        empty, one, using = (min(times[kind] for times in column) for column in zip(*rounds, strict=True))
        print(f"-- {title}")
        print(f"{TESTS} empty tests                         {empty:7.2f} s")
        print(f"{TESTS} tests with the fixture              {using:7.2f} s")
        print(f"a test over an empty one, all included   {(using - empty) / TESTS * 1000:7.2f} ms")
        print(f"a test more, once the server runs        {(using - one) / (TESTS - 1) * 1000:7.2f} ms")
    print("-- once")
    print(f"importing the plugin                     {min(plugin_import() for _ in range(7)):7.2f} ms")
    print(f"starting a mock, after the import        {min(start_of_a_mock() for _ in range(3)):7.2f} ms")


main()
