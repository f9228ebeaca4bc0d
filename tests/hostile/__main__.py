"""Send every hostile input and print milliseconds: `python -m tests.hostile [CLASS ...]`.

Meanwhile a second client asks for a list again and again; the longest that it waits is how long the input of
one client holds up another.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from statistics import median
from threading import Event, Thread

from tests.hostile.inputs import CLASSES, CONTROL, TEXTS, as_json, request
from tests.hostile.program import Normal, Program, running, send_all, sent

ITEMS = as_json({"faults": [{"a": [1] * 600_000}]})
LARGEST = {
    "a scenario of 2 MB": ("PUT", f"{CONTROL}/scenarios/x", as_json({"text": "a: [" + "1," * 900_000})),
    "faults of 2 MB": ("POST", f"{CONTROL}/faults", ITEMS),
    "a world of 30 MB": ("PUT", f"{CONTROL}/worlds", as_json({"text": "a: " + "x" * 30_000_000})),
    "a world of 250,000 values": ("PUT", f"{CONTROL}/worlds", as_json({"text": f"a: [{'1,' * 300_000}]"})),
    "a snapshot of 60 MB": ("PUT", f"{CONTROL}/snapshot", b'{"values":["%b"]}' % (b"x" * 60_000_000)),
    "a snapshot of 2.4 million lists": (
        "PUT",
        f"{CONTROL}/snapshot",
        b'{"values":[%b1]}' % (b"[]," * 2_400_000),
    ),
    "a megabyte of percent signs": ("POST", "/v1/executions", as_json({"sourceSystem": ["%" * 1_000_000]})),
    "a megabyte of lists": ("POST", "/v1/executions", b'{"a":[%b1]}' % (b"[]," * 340_000)),
    "merges": ("PUT", f"{CONTROL}/scenarios/x", as_json({"text": TEXTS["merges"]})),
}


class Second:
    """A client that asks for a list again and again, and knows how long it waited at most."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=600)
        self.longest = 0.0

    @contextmanager
    def asking(self) -> Iterator[None]:
        stop = Event()
        self.longest = 0.0
        thread = Thread(target=self._ask, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _ask(self, stop: Event) -> None:
        while not stop.wait(0.002):
            began = time.perf_counter()
            asked(self._connection, "/v1/executions?limit=1")
            self.longest = max(self.longest, time.perf_counter() - began)


def asked(connection: HTTPConnection, path: str) -> None:
    connection.request("GET", path, headers={"Authorization": "Bearer b3sk_demo"})
    connection.getresponse().read()


def of_ids(port: int, known: str) -> str:
    """Return how long reads of an id that is there take, and of one that is not."""
    took: dict[str, list[float]] = {known: [], known[:-4] + "0000": []}
    with closing(HTTPConnection("127.0.0.1", port)) as connection:
        for _ in range(500):
            for name, times in took.items():
                began = time.perf_counter()
                asked(connection, f"/v1/executions/{name}/public?token={'x' * 43}")
                times.append(time.perf_counter() - began)
    there, missing = (median(times) * 1000 for times in took.values())
    return f"a known id {there:.2f} ms, an unknown one {missing:.2f} ms (medians of 500)"


def report(programs: dict[str, Program], chosen: list[str]) -> int:
    """Print a line for each class and each large input; return how many inputs were answered wrongly."""
    server, failed = programs["server"], 0
    normal, second = Normal(server.port), Second(server.port)
    for name in chosen or CLASSES:
        began, inputs = time.perf_counter(), list(CLASSES[name]())
        with second.asking():
            wrong = send_all(programs, normal, iter(inputs))
        took, held = time.perf_counter() - began, second.longest * 1000
        print(
            f"{name:12}{len(inputs):5} inputs, {took:6.1f} s, a second client waited {held:5.0f} ms at most"
        )
        for what, status in wrong.items():
            print(f"    FAILED: {what}: {status}")
        failed += len(wrong)
    for name, (method, path, body) in {} if chosen else LARGEST.items():
        raw, began = request(method, path, body, {"Connection": "close"}), time.perf_counter()
        with second.asking():
            status = sent(server.port, raw)
        took, held = time.perf_counter() - began, second.longest * 1000
        print(f"{name:32}{status}, {took:5.1f} s, a second client waited {held:5.0f} ms at most")
    print(of_ids(server.port, normal.create()))
    print(
        f"memory: the server {server.memory >> 20} MB at most, the proxy {programs['proxy'].memory >> 20} MB"
    )
    normal.close()
    return failed


def main(chosen: list[str]) -> int:
    """Return the exit code: 1 where an input was answered wrongly or a program printed a traceback."""
    with running() as programs:
        failed = report(programs, chosen)
    printed = [name for name, program in programs.items() if "Traceback" in program.said]
    for name in printed:
        print(f"FAILED: the {name} printed a traceback")
    return int(bool(failed or printed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
