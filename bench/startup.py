"""Cold start: from exec to the first 200, and what is imported on the way."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from statistics import median

from load import cpu_of, send
from targets import Target, free_port

SHOWN = 12


def cold_start(target: Target) -> tuple[float, float]:
    """Return the seconds, and the CPU seconds, from exec to the first answer."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryFile() as log:
        began = time.perf_counter()
        server = subprocess.Popen(target.command(port), stdout=log, stderr=log, cwd=tempfile.gettempdir())
        try:
            while time.perf_counter() - began < target.patience:
                try:
                    send(url, target.ready, target.headers)
                except OSError:
                    time.sleep(0.002)
                else:
                    return time.perf_counter() - began, cpu_of(server.pid)
            raise RuntimeError(f"{target.name} did not start")
        finally:
            server.kill()
            server.wait()


def compared(target: Target, base: Target, rounds: int) -> dict[str, float]:
    """Return the medians of interleaved starts, and of their ratios to the base's."""
    pairs = [(cold_start(target), cold_start(base)) for _ in range(rounds)]
    return {
        "seconds": median(own[0] for own, _ in pairs),
        "base_seconds": median(other[0] for _, other in pairs),
        "ratio": median(own[0] / other[0] for own, other in pairs),
        "cpu_ratio": median(own[1] / other[1] for own, other in pairs),
    }


def import_table(rounds: int) -> list[tuple[str, float]]:
    """Return package to milliseconds that importing it takes, for all that `execmock serve` imports."""
    program = "import execmock.cli, execmock.cli.serve, execmock.server.serve, uvloop"
    best: dict[str, int] = {}
    for _ in range(rounds):
        command = [sys.executable, "-X", "importtime", "-c", program]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stderr
        for took, name in re.findall(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)", printed):
            best[name] = min(best.get(name, 1 << 60), int(took))
    sums: defaultdict[str, float] = defaultdict(float)
    for name, took in best.items():
        parts = name.split(".")
        package = ".".join(parts[:2]) if parts[0] == "execmock" else parts[0]
        sums[package if package.split(".")[0] not in sys.stdlib_module_names else "standard library"] += took
    return sorted(((name, took / 1000) for name, took in sums.items()), key=lambda item: -item[1])[:SHOWN]
