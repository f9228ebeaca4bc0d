"""Two replicas and one Redis behind nginx, as docs/deployment.md describes it, tried for real."""

from __future__ import annotations

import http.client
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_port
from tests.programs import find
from tests.stores.redis_process import RedisProcess

from .serving import Client, Server

__all__ = ["Deployed", "behind_nginx"]

CONFIGURATION = Path(__file__).parents[2] / "docs" / "deployment" / "nginx.conf"


@dataclass
class Deployed:
    """Creates that were answered, reads that were, and what must be 0: differing answers, creates made twice.

    `by_each` counts the requests that each replica saw.
    """

    creates: int = 0
    reads: int = 0
    by_each: tuple[int, int] = (0, 0)
    sent_again: int = 0
    wrong: int = 0
    twice: int = 0

    @property
    def fine(self) -> bool:
        return not (self.wrong or self.twice) and min(self.by_each) > 0

    def __str__(self) -> str:
        return (
            f"{self.creates} creates and {self.reads} reads through nginx, {self.by_each[0]} and "
            f"{self.by_each[1]} seen by each replica, {self.sent_again} creates sent again; "
            f"wrong answers {self.wrong}, made twice {self.twice}"
        )


class Nginx:
    """Runs nginx with the documented configuration, on other ports and in a folder of its own."""

    def __init__(self, folder: Path, replicas: tuple[int, int]) -> None:
        self.port = free_port()
        text = CONFIGURATION.read_text()
        for documented, port in zip(("4010", "4011", "4012"), (self.port, *replicas), strict=True):
            text = text.replace(f"127.0.0.1:{documented}", f"127.0.0.1:{port}")
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        own = "".join(f"  {kind}_temp_path {folder}/{kind};\n" for kind in kinds)
        self._file = folder / "nginx.conf"
        self._file.write_text(text.replace("http {\n", f"http {{\n{own}", 1))
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = find("nginx")
        if program is None:
            raise FileNotFoundError("nginx")
        command = [program, "-p", str(self._folder), "-c", str(self._file), "-e", "stderr"]
        command += ["-g", "daemon off;"]
        with (self._folder / "nginx.log").open("ab") as log:
            self._process = subprocess.Popen(command, stderr=log)  # noqa: S603 - the program found above
        deadline = time.monotonic() + 20
        while not _answers(self.port):
            if time.monotonic() > deadline:
                raise TimeoutError(f"nginx does not answer: {(self._folder / 'nginx.log').read_text()}")
            time.sleep(0.01)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=60)
            self._process = None


def behind_nginx(requests: int, folder: Path) -> Deployed:
    """Ask nginx, kill a replica half-way and start it again; keys make it safe to send a create again."""
    redis, result = RedisProcess(folder), Deployed()
    redis.start()
    replicas = [Server(redis.url(), folder=folder, quiet=False) for _ in range(2)]
    nginx = Nginx(folder, (replicas[0].port, replicas[1].port))
    made: dict[str, str] = {}
    try:
        for replica in replicas:
            replica.start(wait=False)
        for replica in replicas:
            replica.await_ready()
        nginx.start()
        for number in range(requests):
            if number == requests // 3:
                replicas[0].kill()
            if number == 2 * requests // 3:
                replicas[0].start()
            _create_and_read(nginx.port, f"key-{number}", made, result)
        result.by_each = (_seen(replicas[0]), _seen(replicas[1]))
        _compare_list(nginx.port, made, result)
    finally:
        nginx.stop()
        for replica in replicas:
            replica.stop()
        redis.stop()
    return result


def _create_and_read(port: int, key: str, made: dict[str, str], result: Deployed) -> None:
    client = Client(port)
    while True:
        reply = client.create(key)
        if reply.status == 200:
            break
        # 502: the replica died with the request. The key makes it safe to send it again.
        result.wrong += reply.status not in (502, 503, 504)
        result.sent_again += 1
    name = made[key] = reply.body["data"]["execution"]["id"]
    result.creates += 1
    for _ in range(3):
        result.reads += 1
        result.wrong += client.read(name).status != 200
    client.close()


def _compare_list(port: int, made: dict[str, str], result: Deployed) -> None:
    client = Client(port)
    listed = client.ask("GET", "/v1/executions?limit=100").body["data"]["items"]
    keys = [item["idempotencyKey"] for item in listed]
    result.twice += len(keys) - len(set(keys))
    result.wrong += {item["idempotencyKey"]: item["id"] for item in listed} != made
    client.close()


def _seen(replica: Server) -> int:
    """Return how many requests a replica says it logged."""
    return replica.log.count(" /v1/executions")


def _answers(port: int) -> bool:
    client = Client(port)
    try:
        return client.ask("GET", "/_execmock/health").status == 200
    except (OSError, ValueError, http.client.HTTPException):
        return False
    finally:
        client.close()
