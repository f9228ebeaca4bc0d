"""Start the services of the stacks, as they are or with a mistake made in them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.ports import free_port
from tests.programs import program

__all__ = ["HERE", "NAMES", "STAGING", "Mistake", "mistakes", "options", "running"]

HERE = Path(__file__).parent
STAGING: dict[str, Any] = json.loads((HERE / "staging.json").read_text(encoding="utf-8"))
NAMES = ("express_nginx", "fastapi_sqlite", "fastify_plain", "flask_gunicorn")
NODE = {"express_nginx", "fastify_plain"}
EMBEDS = {"fastapi_sqlite", "fastify_plain"}


@dataclass(frozen=True)
class Mistake:
    """What a team would have written in place of some lines, and the rules that find it."""

    name: str
    says: str
    found_by: tuple[str, ...]
    edits: tuple[Mapping[str, str], ...]

    def made(self, folder: Path) -> None:
        """Make the mistake in a copy of the service."""
        for edit in self.edits:
            file = folder / edit["file"]
            text = file.read_text(encoding="utf-8")
            if text.count(edit["instead-of"]) != 1:
                raise ValueError(f"{self.name}: {file.name} does not have once: {edit['instead-of']}")
            file.write_text(text.replace(edit["instead-of"], edit["writes"]), encoding="utf-8")


def mistakes(stack: str) -> dict[str, Mistake]:
    """Return the mistakes of a stack by name."""
    listed = yaml.safe_load((HERE / stack / "mistakes.yaml").read_text(encoding="utf-8"))
    return {
        name: Mistake(name, each["says"], tuple(each["found-by"]), tuple(each["edits"]))
        for name, each in listed.items()
    }


def options(stack: str, url: str) -> dict[str, Any]:
    """Return what `verify` is given for a stack that runs at an address."""
    token, token_read, token_b = STAGING["keys"]
    given = {"token": token, "token_read": token_read, "token_b": token_b}
    embed = STAGING["embed"]
    embeds = {
        "embed_url": url,
        "embed_token": embed["key"],
        "embed_workflow_id": embed["workflows"][0]["id"],
    }
    return {**given, "workflow_ids": tuple(STAGING["workflows"]), **(embeds if stack in EMBEDS else {})}


@contextmanager
def running(stack: str, folder: Path, made: Iterable[Mistake] = ()) -> Iterator[str]:
    """Run a stack's service with mistakes in it, from a copy in an empty folder; yield its address."""
    source, data = folder / stack, folder / "data"
    shutil.copytree(HERE / stack, source, ignore=shutil.ignore_patterns("__pycache__"))
    data.mkdir()
    for mistake in made:
        mistake.made(source)
    if stack in NODE:
        program("npm")
        subprocess.run([HERE / "install"], check=True, capture_output=True)  # noqa: S603 - our own
        (folder / "node_modules").symlink_to(HERE / "node_modules")
    port, app_port = free_port(), free_port()
    given = {"STAGING": HERE / "staging.json", "DATA": data, "PORT": port, "APP_PORT": app_port}
    own = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    environment = {**own, **{name: str(value) for name, value in given.items()}}
    with ExitStack() as started:
        for command in commands(stack, source, given):
            started.enter_context(_process(command, source, environment))
        _await(f"http://127.0.0.1:{port}", folder)
        yield f"http://127.0.0.1:{port}"


def commands(stack: str, source: Path, given: Mapping[str, object]) -> list[list[str]]:
    """Return what starts a stack."""
    match stack:
        case "fastapi_sqlite":
            port = str(given["PORT"])
            return [
                [sys.executable, "-m", "uvicorn", "service:app", "--port", port, "--log-level", "warning"]
            ]
        case "flask_gunicorn":
            return [[sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "service:app"]]
        case "express_nginx":
            file = source / "nginx.conf"
            text = file.read_text(encoding="utf-8")
            for name in ("APP_PORT", "PORT", "DATA"):
                text = text.replace(name, str(given[name]))
            file.write_text(text, encoding="utf-8")
            nginx = [program("nginx"), "-p", str(given["DATA"]), "-c", str(file), "-e", "stderr"]
            nginx += ["-g", "user root;"] if os.geteuid() == 0 else []  # others may not enter the folder
            return [[program("node"), "server.js"], nginx]
        case _:
            return [[program("node"), "server.js"]]


@contextmanager
def _process(command: list[str], folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    with (folder.parent / "output.txt").open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - one of those above
            command, cwd=folder, env=environment, stdout=output, stderr=output
        )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(url: str, folder: Path) -> None:
    """Return when the service answers, not what is in front of it."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{url}/v1/executions", timeout=5)  # noqa: S310 - loopback
        except urllib.error.HTTPError as error:
            if error.code < 500:
                return
        except OSError:
            pass
        time.sleep(0.03)
    said = (folder / "output.txt").read_text(encoding="utf-8")
    raise TimeoutError(f"the service does not answer: {said}")
