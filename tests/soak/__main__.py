"""Use servers for long, and by thousands at once: `python -m tests.soak MINUTES [CLIENTS]`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.soak.alone import soaked
from tests.soak.crowd import crowd, most_clients
from tests.soak.workers import workers_killed

_CLIENTS = 10_000


def main(arguments: list[str]) -> int:
    """Return the exit code: 1 where something grew, was lost, was not told, or breaks the contract."""
    minutes = float(arguments[0]) if arguments else 10.0
    clients = most_clients(wanted := int(arguments[1]) if arguments[1:] else _CLIENTS)
    failures = []
    with tempfile.TemporaryDirectory() as place:
        _say("One process, everything kept in memory:")
        alone = soaked(_folder(place, "alone"), minutes * 30, say=_say)
        for line in alone.lines:
            _say(f"    {line}")
        failures += _judged(alone.failures)

        _say("\nTwo workers over SQLite, killed now and then (memory: watching process + workers):")
        workers = workers_killed(_folder(place, "workers"), minutes * 30, say=_say)
        _say(str(workers))
        failures += _judged(workers.failures)

        few = "" if clients == wanted else f" ({wanted} do not fit into the limit of open files)"
        _say(f"\n{clients} clients at once{few}:")
        many = crowd(_folder(place, "crowd"), clients)
        _say(str(many))
        failures += _judged(many.failures)
    return int(bool(failures))


def _folder(place: str, name: str) -> Path:
    folder = Path(place, name)
    folder.mkdir()
    return folder


def _judged(failures: list[str]) -> list[str]:
    for failure in failures:
        _say(f"FAILED: {failure}")
    if not failures:
        _say("ok")
    return failures


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
