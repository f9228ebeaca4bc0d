"""`execmock serve` takes up scenario files as they change, and says so on its standard error."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import IO
from urllib.request import Request, urlopen

import pytest

pytestmark = pytest.mark.usefixtures("measured")

TEXT = """\
scenario: quick
bind: {workflowId: wf_quick}
steps:
  - {status: workflow_queued, next: {after: 1s}}
  - {status: workflow_failed, set: {statusReason: first}}
"""


class Serving:
    """A running server that watches a file; `said` is what it says, line by line."""

    def __init__(self, process: subprocess.Popen[str], file: Path) -> None:
        self.file = file
        self.said: SimpleQueue[str] = SimpleQueue()
        assert process.stdout
        assert process.stderr
        first = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", first)
        assert found, process.communicate()
        self.url = found[0]
        for stream, lines in ((process.stdout, SimpleQueue()), (process.stderr, self.said)):
            Thread(target=_read, args=(stream, lines), daemon=True).start()

    def change(self, text: str, *, replacing: bool = False) -> str:
        """Write the file, or put another in its place as editors do; return what the server says."""
        target = self.file.with_name("new.tmp") if replacing else self.file
        target.write_text(text, encoding="utf-8")
        if replacing:
            target.replace(self.file)
        return self.heard()

    def heard(self) -> str:
        return self.said.get(timeout=60)

    def failed_with(self) -> str:
        """Create an execution, lead it to its end and return the reason that it shows."""
        body = {"workflowId": "wf_quick", "sourceSystem": "s", "sourceEntityType": "e"}
        made = self.post("/v1/executions", body)["data"]["execution"]["id"]
        view = self.post(f"/_execmock/executions/{made}/jump", {"to": "workflow_failed"})["view"]
        reason: str = view["execution"]["statusReason"]
        return reason

    def post(self, path: str, body: object) -> dict[str, dict[str, dict[str, str]]]:
        headers = {"Content-Type": "application/json", "Authorization": "Bearer b3sk_x"}
        request = Request(self.url + path, json.dumps(body).encode(), headers)  # noqa: S310 - our own server
        with urlopen(request, timeout=60) as answer:  # noqa: S310
            read: dict[str, dict[str, dict[str, str]]] = json.load(answer)
            return read


def _read(stream: IO[str], lines: SimpleQueue[str]) -> None:
    for line in stream:
        lines.put(line.rstrip("\n"))


@contextmanager
def watching(file: Path, named: Path, **environment: str) -> Iterator[Serving]:
    """Serve with a scenario file, which `named` is or has in it."""
    file.write_text(TEXT, encoding="utf-8")
    options = ("--port", "0", "--quiet", "--frozen", "--scenarios", named)
    process = subprocess.Popen(  # noqa: S603 - the command under test
        [sys.executable, "-m", "execmock", "serve", *options],
        env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield Serving(process, file)
        finally:
            process.terminate()


@pytest.fixture(params=["a folder", "a file"])
def serving(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Serving]:
    file = tmp_path.resolve() / "quick.yaml"
    with watching(file, file if request.param == "a file" else file.parent) as server:
        yield server


def test_a_file_is_taken_up_as_often_as_it_changes(serving: Serving) -> None:
    """Also after it was replaced by another, as most editors save, and after a mistake."""
    assert serving.failed_with() == "first"
    first = serving.change(TEXT.replace("first", "second"))
    assert re.fullmatch(r"execmock: scenario quick changed; 1 execution keeps version [0-9a-f]{8}", first)
    assert serving.failed_with() == "second"
    for reason in ("third", "fourth"):
        assert "scenario quick changed" in serving.change(TEXT.replace("first", reason), replacing=True)
        assert serving.failed_with() == reason
    broken = serving.change(TEXT.replace("workflow_failed", "workflow_faild"))
    assert broken.startswith(f"execmock: {serving.file}:5:6: ")
    assert serving.heard() == "  what was loaded before stays in use"
    assert serving.failed_with() == "fourth"
    assert "scenario quick changed" in serving.change(TEXT.replace("first", "fifth"))
    assert serving.failed_with() == "fifth"
    serving.file.unlink()
    assert serving.heard().startswith("execmock: scenario quick is gone; 1 execution keeps version ")


SLOWLY = """\
import importlib, sys, time
from pathlib import Path
here = Path(__file__).parent
while not (here / "go").exists():
    time.sleep(0.01)
sys.path.remove(str(here))
del sys.modules[__name__]
importlib.import_module(__name__)
"""


def test_what_changes_before_the_watch_has_begun_is_taken_up_too(tmp_path: Path) -> None:
    """However long a busy machine takes to begin it: here it waits for a file."""
    slow = tmp_path / "slow"
    (tmp_path / "scenarios").mkdir()
    slow.mkdir()
    (slow / "watchfiles.py").write_text(SLOWLY, encoding="utf-8")
    file = tmp_path.resolve() / "scenarios" / "quick.yaml"
    with watching(file, file.parent, PYTHONPATH=str(slow)) as server:
        assert server.failed_with() == "first"
        file.write_text(TEXT.replace("first", "second"), encoding="utf-8")
        assert server.failed_with() == "first"
        (slow / "go").touch()
        assert "scenario quick changed" in server.heard()
        assert server.failed_with() == "second"
