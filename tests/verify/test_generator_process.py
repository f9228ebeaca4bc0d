"""Generated input is made in a process of its own, which the run outlives, and never the other way round."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from execmock.verify.exchange import Exchange, Request
from execmock.verify.frames import (
    HEAD,
    MOST_BYTES,
    answer_of,
    decoded,
    encoded,
    length_of,
    request_of,
    written_answer,
    written_request,
)
from execmock.verify.outcome import Outcome
from execmock.verify.requests import EXECUTE
from tests.verify.gateway import gateway
from tests.verify.judging import judged
from tests.verify.target import Target, running

pytestmark = pytest.mark.usefixtures("measured")

ONLY = ("generated.refuses",)


def generated(target: Target, url: str) -> dict[bool, list[tuple[str, bytes]]]:
    """Return what the engine has a run send to the embed API and to the other one, without the address."""
    report = judged(target, url=url, only=ONLY, seed=3)
    found: dict[bool, list[tuple[str, bytes]]] = {True: [], False: []}
    for seen in sorted(report.journal, key=lambda each: each.number):
        if seen.probe == "generated" and not seen.label.endswith("/valid"):
            path = seen.request.url.removeprefix(target.embed_url).removeprefix(url)
            found[seen.operation == EXECUTE].append((f"{seen.request.method} {path}", seen.request.body))
    return found


def test_the_same_seed_has_a_run_send_the_same_requests_however_many_processes_make_them() -> None:
    with running() as target:
        plain = generated(target, target.url)
    with running() as target, gateway(target.url, slow=0.015) as front:  # so slow that there are two
        slow = generated(target, front.url)
    assert min(len(sent) for sent in plain.values()) > 30
    assert plain == slow


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("/there/is/no/such/program", "the generator could not be started: "),
        (shutil.which("false"), "the generator ended with exit code 1"),
    ],
    ids=["missing", "failing"],
)
def test_a_run_without_a_generator_says_so_and_judges_the_rest(
    monkeypatch: pytest.MonkeyPatch, program: str, reason: str
) -> None:
    monkeypatch.setattr(sys, "executable", program)
    with running() as target:
        report = judged(target, only=(*ONLY, "list.default-limit"))
    outcomes = {result.rule.id: result for result in report.results}
    assert outcomes["list.default-limit"].outcome is Outcome.PASSED
    assert outcomes[ONLY[0]].outcome is Outcome.INCONCLUSIVE
    assert outcomes[ONLY[0]].reason.startswith(reason)


ASKED = Request("POST", "http://host/%00?a=\ud800", {"X-Odd": "\udcff"}, bytes(range(256)))


def seen(body: bytes) -> Exchange:
    return Exchange(
        7, "generated", "op", "op", "a", ASKED, 0.0, 0.0, status=200, headers={"x": "y"}, body=body
    )


def test_a_message_holds_any_request_and_any_answer() -> None:
    sent = encoded({"request": written_request(ASKED, "op", "a")})
    assert length_of(sent[:HEAD]) == len(sent) - HEAD
    assert request_of(decoded(sent[HEAD:])["request"]) == (ASKED, "op", "a")
    answer = decoded(encoded(written_answer(seen(bytes(range(256)))))[HEAD:])
    read = answer_of(answer, ASKED, "op", "a")
    assert (read.number, read.status, read.headers, read.body) == (7, 200, {"x": "y"}, bytes(range(256)))


def test_messages_are_bounded() -> None:
    assert written_answer(seen(b"x" * (1 << 20)))["body"] == "x" * (1 << 20)
    assert written_answer(seen(b"x" * ((1 << 20) + 1)))["body"] == ""
    with pytest.raises(ValueError, match="expected at most"):
        length_of((MOST_BYTES + 1).to_bytes(HEAD, "big"))
    with pytest.raises(ValueError, match="no object"):
        decoded(b"[]")


def test_a_seed_makes_the_same_whatever_else_is_imported(tmp_path: Path) -> None:
    texts = [f"xyz-{number}" for number in range(400)]
    (tmp_path / "many_constants.py").write_text(f"TEXTS = {texts}\n", encoding="utf-8")
    bodies = [_made(tmp_path, line) for line in ("", "import many_constants")]
    assert len(bodies[0]) == 100
    assert bodies[0] == bodies[1]


def _made(folder: Path, line: str) -> list[Any]:
    """Return valid bodies that a process makes which has run a line before."""
    program = f"""
import json, sys
sys.path.insert(0, {str(folder)!r})
{line}
from execmock.loading.contract import shipped_contract
from execmock.settings import VerifySettings
from execmock.verify.fuzzing import load_engine
from execmock.verify.requests import CREATE, Requests
from execmock.verify.valid_bodies import valid_bodies

load_engine()
url = "http://127.0.0.1:1"
requests = Requests(shipped_contract(), VerifySettings(url=url), embed_url=url)
print(json.dumps(valid_bodies(requests, CREATE, 100, 1)))
"""
    environment = {**os.environ, "HYPOTHESIS_STORAGE_DIRECTORY": str(folder)}
    done = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    made: list[Any] = json.loads(done.stdout)
    return made
