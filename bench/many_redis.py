"""What requests cost over one Redis and over a cluster, in many sandboxes: `python -m bench.many_redis`.

Two processes serve (`--workers 2`), wrk asks over 32 connections, each request with the key of a sandbox
drawn at random. Costs are microseconds of processor time for each request: of the server, of all Redis
together, and of the one that had most to do. The nodes of the cluster have no replicas.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bench.load import CONNECTIONS, Work, cpu_of, send
from tests.reliability.serving import Server
from tests.stores.redis_process import RedisProcess
from tests.stores.redis_sets import ClusterProcesses

OPTIONS = ("--appendonly", "no")
CREATE = json.dumps(
    {
        "workflowId": "wf_paid_happy_path",
        "sourceSystem": "bench",
        "sourceEntityType": "order",
        "requestPayload": {"note": "x" * 286},
    }
)


class Cost(NamedTuple):
    """Requests in a second, and microseconds of processor time for each."""

    rate: float
    server: float
    redis: float
    busiest: float

    def __str__(self) -> str:
        return f"{self.rate:>10,.0f}{self.server:>12.0f}{self.redis:>12.0f}{self.busiest:>12.0f}"


def compare(sandboxes: int, seconds: int) -> None:
    """Measure one Redis and three masters, and print what came of it."""
    print(f"{'':<24}{'requests/s':>10}{'server µs':>12}{'Redis µs':>12}{'busiest µs':>12}")
    for name in ("one Redis", "three masters"):
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            if name == "one Redis":
                one = RedisProcess(folder, *OPTIONS)
                one.start()
                measure(name, one.url(), [one], sandboxes, seconds, folder)
                one.stop()
            else:
                cluster = ClusterProcesses(folder, *OPTIONS, replicas=0)
                cluster.start()
                measure(name, cluster.url(), cluster.masters, sandboxes, seconds, folder)
                cluster.stop()


def measure(
    name: str, url: str, nodes: Sequence[RedisProcess], sandboxes: int, seconds: int, folder: Path
) -> None:
    """Fill a store with sandboxes that have an execution each, then load it."""
    server = Server(url, "--workers", "2", "--frozen", folder=folder)
    server.start()
    empty = sum(map(used_memory, nodes))
    for number in range(sandboxes):
        body = json.dumps({"name": f"box-{number}", "keys": [{"key": f"key-{number}"}]})
        made = Work("/_execmock/sandboxes", 201, "POST", body)
        if send(f"http://127.0.0.1:{server.port}", made, {})[0] != made.status:
            raise RuntimeError("a sandbox was not made")
    each = (sum(map(used_memory, nodes)) - empty) / sandboxes
    paths = [create(server.port, number) for number in range(sandboxes)]
    before = sum(map(used_memory, nodes))
    for work in ("create", "get", "list"):
        cost = load(server, nodes, work, paths, seconds, folder)
        print(f"{name + ', ' + work:<24}{cost}", flush=True)
    listed = [int(node.ask("DBSIZE")[1:]) for node in nodes]
    server.stop()
    start = time.perf_counter()
    server.start()
    print(
        f"  {each:,.0f} bytes a sandbox, {before:,} bytes before the load, keys of each node {listed}, "
        f"started again in {time.perf_counter() - start:.1f} s",
        flush=True,
    )
    server.stop()


def create(port: int, number: int) -> str:
    work = Work("/v1/executions", 200, "POST", CREATE)
    body = send(f"http://127.0.0.1:{port}", work, {"Authorization": f"Bearer key-{number}"})[1]
    return f"/v1/executions/{json.loads(body)['data']['execution']['id']}"


def load(
    server: Server, nodes: Sequence[RedisProcess], work: str, paths: Sequence[str], seconds: int, folder: Path
) -> Cost:
    """Load a server for some seconds; RuntimeError if it answers otherwise than it should."""
    script = folder / f"{work}.lua"
    script.write_text(lua(work, paths))
    url = f"http://127.0.0.1:{server.port}"
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "30s", "-s", str(script), url]
    before = [cpu_of(server.pid), *(cpu_of(node.pid) for node in nodes)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    after = [cpu_of(server.pid), *(cpu_of(node.pid) for node in nodes)]
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise RuntimeError(f"{work} under load: {done.stdout}")
    requests = int(re.findall(r"(\d+) requests in", done.stdout)[0])
    used = [(late - early) / requests * 1e6 for early, late in zip(before, after, strict=True)]
    return Cost(requests / seconds, used[0], sum(used[1:]), max(used[1:]))


def lua(work: str, paths: Sequence[str]) -> str:
    """Return a script for wrk: each request is of a sandbox drawn at random."""
    body = json.dumps(CREATE) if work == "create" else "nil"
    method = "POST" if work == "create" else "GET"
    path = {"create": '"/v1/executions"', "get": "paths[at]", "list": '"/v1/executions?limit=20"'}[work]
    return f"""
local paths = {{{",".join(json.dumps(path) for path in paths)}}}
function request()
  local at = math.random(#paths)
  local headers = {{Authorization = "Bearer key-" .. (at - 1), ["Content-Type"] = "application/json"}}
  return wrk.format("{method}", {path}, headers, {body})
end
"""


def used_memory(redis: RedisProcess) -> int:
    return int(redis.ask("INFO memory").decode().split("used_memory:")[1].split()[0])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sandboxes", type=int, default=1_000, metavar="N")
    parser.add_argument("--seconds", type=int, default=10, metavar="N", help="of each load")
    given = parser.parse_args()
    compare(given.sandboxes, given.seconds)


if __name__ == "__main__":
    main()
