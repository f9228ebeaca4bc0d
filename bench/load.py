"""Load on a server, and what it costs: CPU seconds of its process tree, per request."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 32


@dataclass(frozen=True, slots=True)
class Work:
    """One request that is sent again and again, with what its answer has to be."""

    path: str
    status: int
    method: str = "GET"
    body: str | None = None
    items: int | None = None
    identity: str | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What a round cost: microseconds of CPU per request, and requests per second."""

    cpu: float
    rate: float


def send(url: str, work: Work, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """Send one request; return status and body."""
    more = {"Content-Type": "application/json"} if work.body is not None else {}
    data = work.body.encode() if work.body is not None else None
    request = urllib.request.Request(url + work.path, data, {**headers, **more}, method=work.method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def problem(url: str, work: Work, headers: Mapping[str, str]) -> str | None:
    """Return what is wrong with the answer to a work, None if it does what it should."""
    status, body = send(url, work, headers)
    if status != work.status:
        return f"answers {status} instead of {work.status}: {body[:200].decode('utf-8', 'replace')}"
    if work.items is not None:
        found = json.loads(body)
        found = found.get("data", found) if isinstance(found, dict) else found
        items = found.get("items", found) if isinstance(found, dict) else found
        if len(items) != work.items:
            return f"lists {len(items)} items instead of {work.items}"
    if work.identity is not None and work.identity.encode() not in body:
        return f"answers without the id {work.identity}"
    return None


def round_of(pid: int, url: str, work: Work, headers: Mapping[str, str], seconds: float) -> Cost:
    """Load a server for some seconds; RuntimeError if it answers otherwise than it should."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "work.lua"
        script.write_text(_lua(work, headers))
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "-s", str(script)]
        before = cpu_of(pid)
        done = subprocess.run([*command, url + work.path], capture_output=True, text=True, check=True)
        used = cpu_of(pid) - before
    requests = int(re.search(r"(\d+) requests in", done.stdout)[1])  # type: ignore[index]
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1])  # type: ignore[index]
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
    wrong = requests - int(bad[1]) if work.status >= 400 and bad else int(bad[1]) if bad else 0
    if wrong or "Socket errors" in done.stdout:
        raise RuntimeError(f"{url}{work.path} under load: {done.stdout}")
    return Cost(used / requests * 1e6, rate)


def _lua(work: Work, headers: Mapping[str, str]) -> str:
    lines = [f"wrk.method = {json.dumps(work.method)}"]
    more = {"Content-Type": "application/json"} if work.body is not None else {}
    lines += [f"wrk.headers[{json.dumps(n)}] = {json.dumps(v)}" for n, v in {**headers, **more}.items()]
    if work.body is not None:
        lines.append(f"wrk.body = {json.dumps(work.body)}")
    return "\n".join(lines) + "\n"


def cpu_of(pid: int) -> float:
    """Return the CPU seconds that a process and those that it started have used."""
    used = 0.0
    for process in _tree(pid):
        try:
            for task in Path(f"/proc/{process}/task").iterdir():
                used += int((task / "schedstat").read_text().split()[0]) / 1e9
        except OSError:
            continue
    return used


def _tree(pid: int) -> list[int]:
    found = [pid]
    for process in found:
        try:
            children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        except OSError:
            continue
        found += map(int, children)
    return found


def memory_of(pid: int) -> int:
    """Return the resident bytes of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def missing() -> str | None:
    """Return why nothing can be measured here, or None."""
    if shutil.which("wrk") is None:
        return "wrk is not installed (Debian: apt-get install wrk)"
    return (
        None
        if Path("/proc/self/schedstat").exists()
        else "the CPU time of processes is read from Linux's /proc"
    )
