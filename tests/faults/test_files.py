"""Files of faults: what is wrong with them, where, and which faults can never strike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from execmock.cli import main

Checked = Callable[..., list[str]]


@pytest.fixture
def checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Checked:
    """Say what `check` says of a file of faults, one line a finding without its source."""
    file = tmp_path / "faults.yaml"

    def check(*faults: str) -> list[str]:
        file.write_text("faults:\n" + "".join(f"  - {fault}\n" for fault in faults), encoding="utf-8")
        code = main(["check", str(file)])
        said = capsys.readouterr()
        found = [line for line in (said.out + said.err).splitlines() if line.startswith(str(file))]
        assert code == bool(found)
        return [line.removeprefix(f"{file}:") for line in found]

    return check


def test_a_sound_file_has_no_finding(checked: Checked) -> None:
    assert checked("{fault: down, operation: getExecution, refused: 503}", "{slow: 1s}") == []


@pytest.mark.parametrize(
    ("fault", "finding"),
    [
        ("{operation: getExecutions, refused: 503}", "'getExecutions'. Did you mean 'getExecution'?"),
        ("{broken: rest}", "or an object, received \"rest\". Did you mean 'reset'?"),
        ("{refused: {status: 502, form: gatway}}", "received \"gatway\". Did you mean 'gateway'?"),
        ("{status: workflow_runing, refused: 503}", "Did you mean 'workflow_running'?"),
        ("{scenario: free-happy-pat, refused: 503}", "Did you mean 'free-happy-path'?"),
        ("{while: {status: runing}, refused: 503}", "there is no status 'runing'. Did you mean 'running'?"),
        ("{refusd: 503}", "Did you mean 'refused'?"),
        ("{times: 2, probability: 0, refused: 503}", "no request is ever struck; `times` strikes none"),
        ("{operation: getExecution}", "nothing happens to a request here"),
        ("{refused: 100}", "expected at least 200, received 100"),
        ("{slow: 3}", "expected a duration such as 3s"),
        ("{slow: {median: 3s}}", "p99 is missing; expected `median` and `p99` together"),
        ("{slow: {median: 3s, p99: 2s}}", "p99 is shorter than the median"),
        ("{slow: {by: 3s, median: 1s, p99: 2s}}", "`by` and `median` exclude each other"),
        ("{slow: {}}", "nothing is slow here"),
        ("{from: soon, slow: 1s}", "'soon' is not a duration"),
        ("{from: 2026-01-01T09:00:00, slow: 1s}", "has no offset"),
        ("{from: 5s, until: 3s, slow: 1s}", "the end is not after the start, '5s'"),
        ("{until: 3s, for: 3s, slow: 1s}", "`until` and `for` exclude each other"),
        ("{for: 0s, slow: 1s}", "no time passes in '0s'"),
        ("{step: a, operation: listExecutions, slow: 1s}", "listExecutions is about no execution"),
        ("{refused: {status: 503, retryAfter: end}}", "this fault has no end"),
        ("{refused: {status: 204, body: x}}", "an answer with the status 204 has no body"),
        ("{refused: {status: 503, headers: {Date: x}}}", "Date is written by the server"),
        ("{path: v1/executions, slow: 1s}", "'v1/executions' is no path; expected one that begins with /"),
        ("{body: {a: {matches: '('}}, slow: 1s}", "cannot be used as a regular expression"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_place(checked: Checked, fault: str, finding: str) -> None:
    (found,) = checked(fault)
    place, _, said = found.partition(": ")
    assert finding in said
    line, column = map(int, place.split(":"))
    assert (line, fault[column - 5]) == (2, "{") or fault[: column - 5].endswith(("{", ", ", ": "))


@pytest.mark.parametrize(
    ("faults", "finding"),
    [
        (
            ["{operation: getExecution, method: POST, slow: 1s}"],
            "no request to getExecution has the method POST",
        ),
        (["{path: /v2/*, slow: 1s}"], "'/v2/*' fits no path of"),
        (["{operation: createExecution, status: workflow_running, slow: 1s}"], "before it is created"),
        (["{operation: createExecution, query: {a: b}, slow: 1s}"], "createExecution takes no query"),
        (["{operation: listExecutions, body: {a: b}, slow: 1s}"], "listExecutions takes no body"),
        (["{operation: createExecution, step: a, slow: 1s}"], "no step before it is created"),
        (["{operation: createExecution, execution: exec_1, slow: 1s}"], "no id before it is created"),
        (["{wrong: created-twice, status: workflow_running}"], "no status before it is created"),
        (["{wrong: has-more, status: workflow_running}"], "listExecutions is about no execution"),
        (["{method: POST, wrong: has-more}"], "no request to listExecutions has the method POST"),
        (
            ["{fault: all, refused: 503}", "{operation: getExecution, refused: 500}"],
            "'all' stands before it and strikes every request",
        ),
        (
            [
                "{operation: [getExecution, listExecutions], refused: 503}",
                "{operation: getExecution, refused: 5{00}}",
            ],
            "stands before it",
        ),
    ],
)
def test_a_fault_that_never_strikes_is_a_finding(checked: Checked, faults: list[str], finding: str) -> None:
    (found,) = checked(*(fault.replace("5{00}", "500") for fault in faults))
    assert "this never strikes: " in found
    assert finding in found


STEP = """\
scenario: idle
steps:
  - status: workflow_queued
    faults:
      - {every: 2, method: HEAD, slow: 1s}
      - {every: 2, method: POST, refused: 503}
      - {every: 2, operation: getExecution, wrong: private-field}
      - {every: 2, wrong: has-more}
    next: {after: 1m}
  - status: workflow_failed
"""
WORLD = """\
world: idle
sandboxes:
  shop:
    faults:
      - {sandbox: shop, slow: 1s}
      - {sandbox: checkout, slow: 1s}
      - {operation: createExecution, stale: 3s}
"""


@pytest.mark.parametrize(
    ("text", "places"), [(STEP, ["6:20", "7:20", "8:20"]), (WORLD, ["6:10", "7:10"])], ids=["step", "world"]
)
def test_a_fault_of_a_step_or_a_world_that_never_strikes_is_a_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, places: list[str]
) -> None:
    file = tmp_path / "idle.yaml"
    file.write_text(text, encoding="utf-8")
    assert main(["check", str(file)]) == 1
    found = [line for line in capsys.readouterr().out.splitlines() if line.startswith(str(file))]
    assert all("this never strikes: " in line for line in found)
    assert [line.split(": ")[0].removeprefix(f"{file}:") for line in found] == places


def test_what_is_slow_or_limited_covers_nothing(checked: Checked) -> None:
    others = [
        "{slow: 1s}",
        "{times: 1, refused: 503}",
        "{for: 3s, refused: 502}",
        "{path: /v1/**, refused: 500}",
    ]
    assert checked(*others, "{operation: getExecution, refused: 409}") == []


async def test_an_upload_tells_the_same_mistakes(control: Any) -> None:
    text = "faults:\n  - {operation: getExecutions, refused: 503}\n"
    error = await control.refused(422, "POST", "/faults", {"text": text})
    assert [entry["location"] for entry in error["details"]] == ["body/text:2:6"]
    error = await control.refused(422, "POST", "/faults", {"faults": [{"operation": "x", "refused": 503}]})
    assert [entry["location"] for entry in error["details"]] == ["body/faults/0/operation"]
    error = await control.refused(404, "POST", "/faults", {"name": "nothing"})
    assert [entry["location"] for entry in error["details"]] == ["body/name"]
    assert (await control.get("/faults"))["faults"] == []


async def test_a_fault_that_is_added_and_never_strikes_says_so(control: Any, add: Any) -> None:
    made = await add(
        {"fault": "sound", "times": 1, "refused": 503},
        {"fault": "idle", "operation": "getExecution", "wrong": "has-more"},
        {"fault": "elsewhere", "sandbox": "shop", "slow": "1s"},
    )
    said = {one["name"]: one.get("neverStrikes", "")[:40] for one in made}
    assert said == {
        "sound": "",
        "idle": "this never strikes: no answer to getExec",
        "elsewhere": "this never strikes: requests to another ",
    }


async def test_a_preview_says_what_will_happen_and_changes_nothing(control: Any, add: Any) -> None:
    await add({"fault": "third", "operation": "getExecution", "skip": 2, "times": 1, "refused": 503})
    asked = {"requests": [{"operation": "getExecution", "repeat": 4}]}
    for _ in range(2):
        rows = (await control.post("/faults/preview", asked))["requests"]
        assert [row["does"] for row in rows] == [None, None, "refused-503", None]
    later = {"operation": "listExecutions", "header": {"X-A": "1"}, "at": "30s"}
    faults = [{"header": {"x-a": 1}, "from": "20s", "slow": {"by": "2s", "on": "clock"}}]
    (row,) = (await control.post("/faults/preview", {"faults": faults, "requests": [later]}))["requests"]
    assert row["waits"] == [{"fault": "slow", "for": "2s", "on": "clock"}]
    await control.refused(404, "POST", "/faults/preview", {"requests": [{"operation": "nothing"}]})
