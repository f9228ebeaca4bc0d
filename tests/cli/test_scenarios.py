"""`execmock scenarios` finds mistakes, lists, shows, previews and starts scenarios."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from execmock.cli import main
from execmock.clocks import ManualClock
from execmock.core.durations import parse_instant
from execmock.core.scenario.triggers import KINDS
from execmock.loading.contract import data_path
from execmock.loading.yaml_marks import load_marked
from execmock.service.engine import Engine
from execmock.service.scenarios.selection import Selection
from execmock.settings import ServeSettings

WAYS = ", ".join(KINDS)

FIXTURES = data_path("fixtures")
GOOD = """\
scenario: mine
summary: A scenario of our own.
bind: {workflowId: wf_mine}
steps:
  - {status: workflow_queued, next: {signal: go}}
  - {status: workflow_failed, set: {statusReason: "{{ signal.payload.why }}"}}
"""
BAD = GOOD.replace("next: {signal: go}", "next: {signl: go}")

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys: Capture, *arguments: str, code: int = 0) -> str:
    assert main(arguments) == code
    out, err = capsys.readouterr()
    assert err == ""
    return out


def refused(capsys: Capture, *arguments: str) -> str:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    return err.removeprefix("execmock: ").rstrip("\n")


def test_check_shows_each_finding_with_its_line_and_exits_with_1(folder: Path, capsys: Capture) -> None:
    (folder / "good.yaml").write_text(GOOD)
    (folder / "bad.yaml").write_text(BAD.replace("mine", "bad"))
    assert run(capsys, "scenarios", "check", ".", code=1) == (
        f"bad.yaml:5:38: unknown key 'signl'; expected one of {WAYS}, to, chance. "
        "Did you mean 'signal'?\n"
        "    - {status: workflow_queued, next: {signl: go}}\n"
        "                                       ^\n"
        "2 files checked, 1 problem\n"
    )


GOLD = GOOD.replace("mine", "gold", 1).replace("wf_mine", "wf_mine, requestPayload.tier: gold")


def test_scenarios_that_can_fit_one_request_are_advice(folder: Path, capsys: Capture) -> None:
    (folder / "gold.yaml").write_text(GOLD)
    (folder / "mine.yaml").write_text(GOOD)
    told = "'gold' and 'mine' can fit the same request, which then follows 'gold': it binds more"
    shown = f"mine.yaml:3:1: advice: {told}; the other is at gold.yaml:3:1"
    text = run(capsys, "scenarios", "check", "gold.yaml", "mine.yaml")
    assert text.startswith(f"{shown}\n  bind: {{workflowId: wf_mine}}\n  ^\n")
    assert text.endswith("\n2 files checked, no problems, 1 piece of advice\n")
    (found,) = json.loads(run(capsys, "scenarios", "check", "--format", "json", "."))["findings"]
    assert found["level"] == "advice"
    assert run(capsys, "scenarios", "check", "--format", "github", ".").startswith("::notice file=mine.yaml,")


def test_a_scenario_that_can_fit_what_a_shipped_one_does_is_advice(folder: Path, capsys: Capture) -> None:
    (folder / "mine.yaml").write_text(GOOD.replace("wf_mine", "[wf_mine, wf_node_fails]"))
    told = (
        "'node-fails' and 'mine' can fit the same request, which then follows 'node-fails': it binds more to"
    )
    assert told in run(capsys, "scenarios", "check", "mine.yaml")
    (folder / "mine.yaml").write_text(
        GOOD.replace("mine", "node-fails", 1).replace("wf_mine", "wf_node_fails")
    )
    assert run(capsys, "scenarios", "check", "mine.yaml") == "1 file checked, no problems\n"


def test_list_says_all_that_picks_a_scenario(folder: Path, capsys: Capture) -> None:
    (folder / "gold.yaml").write_text(GOLD)
    (folder / "execmock.yaml").write_text("serve: {scenarios: [gold.yaml]}\n")
    assert "gold                      wf_mine; requestPayload.tier gold" in run(capsys, "scenarios", "list")


def test_a_preview_is_of_a_request_that_fits(folder: Path, capsys: Capture) -> None:
    (folder / "gold.yaml").write_text(GOLD.replace("signal.payload.why", "request.requestPayload.tier"))
    shown = json.loads(
        run(capsys, "scenarios", "preview", "gold.yaml", "--signal", "go@1s", "--format", "json")
    )
    assert shown["execution"]["requestPayload"] == {"tier": "gold"}
    assert shown["execution"]["statusReason"] == "gold"


def test_check_without_findings_exits_with_0(folder: Path, capsys: Capture) -> None:
    (folder / "good.yaml").write_text(GOOD)
    assert run(capsys, "scenarios", "check", "good.yaml") == "1 file checked, no problems\n"


def test_check_without_a_path_takes_the_shipped_ones_and_the_folder_of_the_project(
    folder: Path, capsys: Capture
) -> None:
    shipped = len(list((FIXTURES / "scenarios").iterdir()))
    assert run(capsys, "scenarios", "check") == f"{shipped} files checked, no problems\n"
    own = folder / "fixtures" / "scenarios"
    own.mkdir(parents=True)
    (own / "mine.yaml").write_text(BAD)
    assert run(capsys, "scenarios", "check", code=1).endswith(f"{shipped + 1} files checked, 1 problem\n")


def test_check_without_a_path_takes_what_the_configuration_names(folder: Path, capsys: Capture) -> None:
    (folder / "execmock.yaml").write_text("serve: {scenarios: [./own]}\n")
    (folder / "own").mkdir()
    (folder / "own" / "mine.yaml").write_text(BAD)
    assert "own/mine.yaml:5:38: unknown key" in run(capsys, "scenarios", "check", code=1)


def test_check_as_json_is_for_programs(folder: Path, capsys: Capture) -> None:
    (folder / "bad.yaml").write_text(BAD)
    read = json.loads(run(capsys, "scenarios", "check", "--format", "json", "bad.yaml", code=1))
    (finding,) = read["findings"]
    assert (read["files"], finding["file"], finding["line"], finding["column"]) == (1, "bad.yaml", 5, 38)
    assert finding["message"].startswith("unknown key 'signl'")
    assert finding["source"] == "  - {status: workflow_queued, next: {signl: go}}"


def test_check_as_annotations_escapes_what_would_end_them(folder: Path, capsys: Capture) -> None:
    (folder / "a,b.yaml").write_text("100%: x\nscenario: a\nsteps: [{status: workflow_queued}]\n")
    annotation = run(capsys, "scenarios", "check", "--format", "github", ".", code=1)
    place = "file=a%2Cb.yaml,line=1,col=1,title=execmock"
    assert annotation.startswith(f"::error {place}::unknown key '100%25'; expected one of scenario,")
    assert annotation.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["check", "none.yaml"], "there is no scenario file or folder 'none.yaml'"),
        (["chek"], "execmock scenarios has no command 'chek'. Did you mean 'check'?"),
        (
            ["show", "flakey"],
            "there is no scenario 'flakey'. Did you mean 'flaky'? `execmock scenarios list`",
        ),
        (["preview", "none.yaml"], "there is no scenario file or folder 'none.yaml'"),
        (
            ["preview", "flaky", "--until", "soon"],
            "--until: 'soon' is not a duration; expected a number and a",
        ),
        (
            ["preview", "flaky", "--polls-every", "0s"],
            "--polls-every is '0s'; expected more than no time at all",
        ),
        (["preview", "flaky", "--start", "noon"], "--start: 'noon' is not an instant; expected RFC 3339"),
        (["preview", "flaky", "--signal", "x@1s"], "flaky waits for no signal 'x'; expected one of none."),
        (
            ["preview", "waits-for-approval", "--signal", "aprove@1s"],
            "waits-for-approval waits for no signal 'aprove'; expected one of approve, reject. Did you mean",
        ),
        (
            ["preview", "waits-for-approval", "--signal", "approve"],
            "--signal is 'approve'; expected NAME@DURATION",
        ),
        (["preview", "waits-for-approval", "--signal", "approve@x"], "--signal: 'x' is not a duration"),
        (["preview", "waits-for-approval", "--signal", "approve@1s={"], "--signal: '{' is not JSON"),
        (["preview", "flaky", "--request", "[]"], "--request expects a JSON object"),
        (["preview", "flaky", "--request", "{"], "--request: '{' is not JSON"),
        (["new", "a b"], "'a b' is no name of a scenario; expected letters, digits, - and _"),
    ],
)
def test_a_mistake_in_the_command_line_is_one_sentence(
    arguments: list[str], sentence: str, capsys: Capture
) -> None:
    assert refused(capsys, "scenarios", *arguments).startswith(sentence)


def test_a_file_with_mistakes_cannot_be_previewed(folder: Path, capsys: Capture) -> None:
    (folder / "bad.yaml").write_text(BAD)
    assert refused(capsys, "scenarios", "preview", "bad.yaml").startswith(
        "bad.yaml:5:38: unknown key 'signl'"
    )


def test_list_shows_what_picks_each_scenario(folder: Path, capsys: Capture) -> None:
    (folder / "execmock.yaml").write_text("serve: {scenarios: [mine.yaml]}\n")
    (folder / "mine.yaml").write_text(GOOD)
    lines = run(capsys, "scenarios", "list").splitlines()
    assert lines[0].split() == ["NAME", "PICKED", "BY", "SIGNALS", "SUMMARY"]
    assert ["mine", "wf_mine", "go", "A", "scenario", "of", "our", "own."] in [line.split() for line in lines]
    read = json.loads(run(capsys, "scenarios", "list", "--format", "json"))
    assert [row["name"] for row in read if row["file"] == "mine.yaml"] == ["mine"]
    assert len(read) == len(lines) - 1 >= 21


def test_every_shipped_scenario_has_a_summary_and_a_magic_value(capsys: Capture) -> None:
    for row in json.loads(run(capsys, "scenarios", "list", "--format", "json")):
        assert len(row["summary"]) > 20, row["name"]
        if row["api"] == "executions":
            assert row["bind"] == {"workflowId": "wf_" + row["name"].replace("-", "_")}
        else:
            assert row["bind"].keys() == {"id", "hashid", "key", "name"}


def test_show_prints_the_file_as_it_is(capsys: Capture) -> None:
    assert main(["scenarios", "show", "flaky"]) == 0
    out, err = capsys.readouterr()
    path = FIXTURES / "scenarios" / "flaky.yaml"
    assert (out, err) == (path.read_text(), f"{path}\n")


def test_a_preview_as_json_says_what_happens_when_and_why(folder: Path, capsys: Capture) -> None:
    (folder / "mine.yaml").write_text(GOOD)
    signal = '--signal=go@1h={"why": "x"}'
    read = json.loads(run(capsys, "scenarios", "preview", "mine.yaml", "--format", "json", signal))
    assert [entry.get("status") or entry["event"]["eventType"] for entry in read["timeline"]] == [
        *("workflow_queued", "execution.created", "run.queued", "workflow_failed", "run.failed")
    ]
    assert read["timeline"][3] == {
        "offset": "1h",
        "at": "2026-01-01T10:00:00.000Z",
        "step": "workflow_failed",
        "status": "workflow_failed",
        "cause": {"signal": "go", "payload": {"why": "x"}},
        "set": {"statusReason": "x"},
    }
    assert read["ending"]["final"] is True
    assert read["execution"]["finishedAt"] == "2026-01-01T10:00:00.000Z"


def test_a_preview_as_mermaid_is_a_diagram_of_all_ways(capsys: Capture) -> None:
    assert run(capsys, "scenarios", "preview", "retries-by-itself", "--format", "mermaid") == (
        "stateDiagram-v2\n"
        "    direction TB\n"
        "    s0 : workflow_queued\n"
        "    s1 : workflow_running (trying)\n"
        "    s2 : workflow_waiting (pausing)\n"
        "    s3 : workflow_succeeded (done)\n"
        "    [*] --> s0\n"
        "    s0 --> s1 : after 1s\n"
        "    s1 --> s2 : after 2s, chance 0.6\n"
        "    s1 --> s3 : after 4s\n"
        "    s2 --> s1 : after 10s\n"
        "    s3 --> [*]\n"
    )


def test_a_loop_without_an_end_is_stopped_and_said(folder: Path, capsys: Capture) -> None:
    (folder / "loop.yaml").write_text(
        "scenario: loop\nsteps:\n"
        "  - {status: workflow_queued, next: {after: 1s}}\n"
        "  - {name: a, status: workflow_running, next: [{after: 1s}, {signal: end, to: z}]}\n"
        "  - {name: b, status: workflow_waiting, next: {after: 1s, to: a}}\n"
        "  - {name: z, status: workflow_failed}\n"
    )
    assert run(capsys, "scenarios", "preview", "loop.yaml").endswith(
        "stopped after 3m19s: it goes round in a loop\n"
    )
    shown = run(capsys, "scenarios", "preview", "loop.yaml", "--until", "5s")
    assert shown.endswith("after 5s still workflow_running, waiting for signal end or 1s to pass\n")


async def test_a_preview_is_what_a_server_does_under_the_same_seed(capsys: Capture) -> None:
    start, clock = "2026-05-05T05:05:05.500Z", ManualClock()
    options = ServeSettings(seed=42, clock_start=parse_instant(start), scenario="backlog")
    engine = Engine(options, clock)
    await engine.prepare()
    sandbox = await engine.sandboxes.get("default")
    assert sandbox is not None
    body = {"sourceEntityType": "preview", "sourceSystem": "preview", "workflowId": "wf_backlog"}
    made = await engine.executions.create(sandbox, body, "key_x", Selection())
    clock.advance(24 * 3_600_000)
    served = json.loads(await engine.executions.read(sandbox, made.id))
    arguments = ("backlog", "--seed", "42", "--start", start, "--format", "json")
    read = json.loads(run(capsys, "scenarios", "preview", *arguments))
    assert [entry["event"] for entry in read["timeline"] if "event" in entry] == served["events"]
    assert {**read["execution"], "initiatedById": "key_x"} == served["execution"]


@pytest.mark.parametrize("api", ["executions", "embed"])
@pytest.mark.parametrize("name", ["checkout-breaks", "123", "null", "1e5", "A_b-C"])
def test_a_new_scenario_passes_the_check_and_plays(
    api: str, name: str, folder: Path, capsys: Capture
) -> None:
    written = run(capsys, "scenarios", "new", name, "--api", api, "--folder", "own")
    assert written.startswith(f"wrote own/{name}.yaml")
    assert run(capsys, "scenarios", "check", "own") == "1 file checked, no problems\n"
    assert "is final" in run(capsys, "scenarios", "preview", f"own/{name}.yaml")


def test_a_file_that_is_there_is_not_overwritten(folder: Path, capsys: Capture) -> None:
    (folder / "mine.yaml").write_text("mine")
    assert refused(capsys, "scenarios", "new", "mine") == "mine.yaml is there already; it is not overwritten"
    assert (folder / "mine.yaml").read_text() == "mine"
    assert "cannot be written" in refused(capsys, "scenarios", "new", "x", "--folder", "mine.yaml/deeper")


@pytest.mark.parametrize("kind", ["scenario", "world"])
def test_the_schema_in_the_fixtures_is_current(kind: str, capsys: Capture) -> None:
    """`execmock schema KIND > fixtures/KIND.schema.json` brings it up to date."""
    assert run(capsys, "schema", kind) == (FIXTURES / f"{kind}.schema.json").read_text(encoding="utf-8")


def test_every_property_of_the_schemas_is_described(capsys: Capture) -> None:
    for kind in ("scenario", "world"):
        schema = json.loads(run(capsys, "schema", kind))
        for name, part in schema["$defs"].items():
            assert part["description"], name
            for key, property_ in part["properties"].items():
                assert property_.get("description") or "$ref" in property_, f"{name}.{key}"


@pytest.mark.parametrize("kind", ["scenario", "world"])
def test_the_shipped_files_fit_their_schema_and_name_it(kind: str) -> None:
    from jsonschema import Draft202012Validator

    schema = json.loads((FIXTURES / f"{kind}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    for path in (FIXTURES / f"{kind}s").glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# yaml-language-server: $schema=../{kind}.schema.json\n")
        Draft202012Validator(schema).validate(load_marked(text, path.name).data)
