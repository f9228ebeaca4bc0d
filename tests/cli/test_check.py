"""`execmock check` and `execmock worlds check` find out what a file is, and what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from execmock.cli import main
from execmock.loading.contract import data_path

SCENARIO = """\
scenario: mine
bind: {workflowId: wf_mine}
steps:
  - {status: workflow_queued, next: {signal: go}}
  - {status: workflow_failed}
"""
WORLD = """\
world: shop
sandboxes:
  default:
    request: {sourceSystem: a, sourceEntityType: b}
    executions:
      - request: {workflowId: wf_mine}
        age: 2h
        signals: [{signal: go, at: 30m}]
"""

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


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text)


def test_files_of_every_kind_are_checked_together(folder: Path, capsys: Capture) -> None:
    contract = data_path("openapi.yaml").read_text(encoding="utf-8")
    write(folder, a=SCENARIO, b=WORLD, execmock="serve: {port: 0}\n", api=contract)
    (folder / "scenario.schema.json").write_text("{}")
    assert run(capsys, "check", ".") == "4 files checked, no problems\n"


def test_what_is_wrong_with_each_is_told_at_its_place(folder: Path, capsys: Capture) -> None:
    write(
        folder,
        a=SCENARIO.replace("signal: go", "signl: go"),
        b=WORLD.replace("wf_mine", "wf_waits_for_approval"),
        c="servee: {}\nverify:\n  timeout: 90\n  rate: x\n",
        d="openapi: 3.1.0\n",
        e=SCENARIO.replace("scenario", "scenari").replace("mine", "e"),
        f="\n",
        g="world: x\nsandboxes: [\n",
    )
    (folder / "h.yaml").write_bytes(b"scenario: caf\xe9\n")
    found = json.loads(run(capsys, "check", "--format", "json", ".", code=1))["findings"]
    told = {(each["file"], each["line"]): each["message"] for each in found}
    expected = {
        ("a.yaml", 4): "unknown key 'signl'; expected one of",
        ("b.yaml", 8): "waits-for-approval waits for no 'go'; expected approve, reject.",
        ("c.yaml", 1): "'servee' is no section. Did you mean 'serve'?",
        ("c.yaml", 3): "verify.timeout is 90; expected a duration",
        ("c.yaml", 4): "verify.rate is 'x'; expected a rate",
        ("e.yaml", 1): "unknown key 'scenari'; expected one of scenario",
        ("f.yaml", 1): "the file is empty; expected a scenario, a world, faults, a configuration",
        ("g.yaml", 2): "not valid YAML: the [ that opens here is not closed; expected ]",
        ("h.yaml", 1): "is not UTF-8 text: the byte 0xe9 stands here; save it as UTF-8",
    }
    assert {place: told[place][: len(said)] for place, said in expected.items()} == expected
    assert {file for file, _ in told} == {f"{name}.yaml" for name in "abcdefgh"}


def test_other_files_are_left_alone_in_a_folder_and_told_when_they_are_named(
    folder: Path, capsys: Capture
) -> None:
    write(folder, a=SCENARIO, compose="services: {a: {image: b}}\n", pipeline="steps: [{script: x}]\n")
    hidden = folder / ".venv"
    hidden.mkdir()
    write(hidden, bad="scenario: [\n")
    assert run(capsys, "check", ".") == "1 file checked, no problems\n"
    out = run(capsys, "check", "a.yaml", "compose.yaml", code=1)
    assert out.startswith(
        "compose.yaml:1:1: this is not a scenario, a world, faults, a configuration or a contract; "
    )
    (folder / "a.yaml").unlink()
    assert refused(capsys, "check", ".").startswith("no YAML file there is a scenario, a world, faults, a")


@pytest.mark.parametrize("command", [["check"], ["scenarios", "check"], ["worlds", "check"]])
def test_a_folder_without_a_yaml_file_and_a_path_to_nothing_are_usage_errors(
    command: list[str], folder: Path, capsys: Capture
) -> None:
    (folder / "empty").mkdir()
    (folder / "empty" / "notes.txt").write_text("scenario: x\n")
    assert refused(capsys, *command, "empty") == "there is no .yaml or .yml file in the folder 'empty'"
    assert refused(capsys, *command, "gone").endswith("file or folder 'gone'")


def test_check_needs_a_path(capsys: Capture) -> None:
    assert refused(capsys, "check").startswith("Missing argument 'PATH...'")


def test_a_broken_configuration_is_a_finding_where_it_is_checked(folder: Path, capsys: Capture) -> None:
    write(folder, execmock="serve: {scenarios: [own], frozn: true}\n", a=SCENARIO)
    assert "execmock.yaml:1:27: 'frozn' is no option of serve. Did you mean" in run(
        capsys, "check", ".", code=1
    )
    assert refused(capsys, "check", "a.yaml").startswith("execmock.yaml:1:27: 'frozn' is no option")


def test_what_a_broken_scenario_leaves_unknown_in_a_world_is_not_told_again(
    folder: Path, capsys: Capture
) -> None:
    write(folder, a=SCENARIO.replace("signal: go", "signl: go"))
    write(folder, b=WORLD.replace("        age: 2h\n", "        age: 2h\n        scenario: mine\n"))
    assert run(capsys, "check", ".", code=1).endswith("\n2 files checked, 1 problem\n")


def test_two_files_that_want_the_same_are_found_across_folders(folder: Path, capsys: Capture) -> None:
    (folder / "other").mkdir()
    write(folder, a=SCENARIO)
    write(folder / "other", b=SCENARIO)
    out = run(capsys, "check", "other", "a.yaml", code=1)
    assert "a.yaml:1:1: two scenarios are named 'mine'; the first is at other/b.yaml:1:1" in out
    assert out.endswith("\n2 files checked, 2 problems\n")


def test_worlds_check_takes_the_shipped_worlds_or_what_is_named(folder: Path, capsys: Capture) -> None:
    assert run(capsys, "worlds", "check") == "2 files checked, no problems\n"
    write(folder, scenarios=SCENARIO, w=WORLD, execmock="serve: {scenarios: [scenarios.yaml]}\n")
    assert run(capsys, "worlds", "check", "w.yaml") == "1 file checked, no problems\n"
    write(folder, w=WORLD.replace("signal: go", "signal: goo"))
    shown = "w.yaml:8:20: mine waits for no 'goo'; expected go. Did you mean 'go'?"
    text = run(capsys, "worlds", "check", "w.yaml", code=1)
    line = "          signals: [{signal: goo, at: 30m}]"
    assert text == f"{shown}\n{line}\n{' ' * 21}^\n1 file checked, 1 problem\n"
    annotation = run(capsys, "worlds", "check", "--format", "github", "w.yaml", code=1)
    assert annotation.startswith("::error file=w.yaml,line=8,col=20,title=execmock::mine waits for no 'goo'")


def test_a_name_that_no_embed_workflow_of_a_world_has_is_told(folder: Path, capsys: Capture) -> None:
    write(folder, w="world: w\nsandboxes: {a: {embedWorkflows: [{id: i, hashid: abcde, key: k, name: n}]}}\n")
    said = "w.yaml:2:35: no workflow has the id 'i'; expected a UUID such as "
    assert run(capsys, "worlds", "check", "w.yaml", code=1).startswith(said)


def test_nothing_that_is_printed_steers_a_terminal(folder: Path, capsys: Capture) -> None:
    bad = 'summary: "\\e[31m\\u202e"\nbind: {"a\\e": b}\n'
    write(folder, **{"a\x1b\u202e": SCENARIO.replace("bind: {workflowId: wf_mine}\n", bad)})
    for form in ("text", "json", "github"):
        out = run(capsys, "check", "--format", form, ".", code=1)
        assert all(character.isprintable() or character == "\n" for character in out), out
    json.loads(run(capsys, "check", "--format", "json", ".", code=1))
    write(folder, good=SCENARIO.replace("scenario: mine\n", 'scenario: mine\nsummary: "a\\e[31m\\u202e"\n'))
    (folder / "execmock.yaml").write_text("serve: {scenarios: [good.yaml]}\n")
    for arguments in (["list"], ["list", "--format", "json"], ["preview", "mine"]):
        out = run(capsys, "scenarios", *arguments)
        assert all(character.isprintable() or character == "\n" for character in out[-500:]), out


def test_a_preview_names_what_is_awaited_once(folder: Path, capsys: Capture) -> None:
    twice = "next: [{signal: go}, {signal: go}]"
    write(folder, a=SCENARIO.replace("next: {signal: go}", twice))
    assert run(capsys, "scenarios", "preview", "a.yaml").endswith("waiting for signal go\n")
    assert "a.yaml:4:52: never happens: signal go is written first" in run(capsys, "check", "a.yaml", code=1)
