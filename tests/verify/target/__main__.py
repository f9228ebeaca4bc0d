"""Serve a target by hand: `python -m tests.verify.target --fault NAME --port 8080`."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Mapping

from . import Fault, Variant, all_faults, all_variants, running, wall_clock


def main() -> None:
    """Read the options, then serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.verify.target", description=__doc__)
    parser.add_argument("--fault", choices=sorted(all_faults()), metavar="NAME")
    parser.add_argument("--variant", choices=sorted(all_variants()), metavar="NAME")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--speed", type=float, default=10.0, help="10 seconds of the plan by so many (default 10)"
    )
    parser.add_argument("--names", action="store_true", help="print the faults and variants, then end")
    options = parser.parse_args()
    if options.names:
        _print_names(all_faults())
        _print_names(all_variants())
        return
    _serve(options)


def _print_names(entries: Mapping[str, Fault] | Mapping[str, Variant]) -> None:
    for entry in entries.values():
        print(f"{entry.name:40} {entry.sentence}")


def _serve(options: argparse.Namespace) -> None:
    with running(
        options.fault,
        options.variant,
        port=options.port,
        seed=options.seed,
        speed=options.speed,
        clock=wall_clock,
    ) as target:
        print(
            f"{target.url} --token {target.token} --token-b {target.token_b} --token-read {target.token_read}"
        )
        print(
            f"embed: --embed-token {target.embed_token} --embed-workflow-id {target.embed_workflow_id}",
            flush=True,
        )
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("ended")


if __name__ == "__main__":
    main()
