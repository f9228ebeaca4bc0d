"""The package is published whole and alone, with true types and the version of the Python package."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from tests.js.projects import HERE, PACKAGE, PAGE, ROOT, Packed, Project, blocks
from tests.programs import program

from execmock import __version__

DOCUMENT = ROOT / "src" / "execmock" / "server" / "control" / "openapi.yaml"
MANIFEST = json.loads((PACKAGE / "package.json").read_text(encoding="utf-8"))
COMPILER = {"noEmit": True, "strict": True, "target": "es2022", "module": "nodenext", "skipLibCheck": True}
TYPES = """
import type { components } from "./control.js";
import type * as js from "execmock";

type Schemas = components["schemas"];
// An answer is what the package says it is, and the package says nothing of it that the API does not.
type Same<Ours, Theirs> = [Theirs, keyof Ours] extends [Ours, keyof Theirs] ? true : false;
export const same: [
  Same<js.ClockState, Schemas["Clock"]>,
  // The package never asks for executions without their history.
  Same<js.Execution, Schemas["Standing"] & { history: Schemas["Visit"][] }>,
  Same<js.JournalEntry, Schemas["JournalEntry"]>,
  Same<js.RequestCount, Schemas["RequestCount"]>,
  Same<js.Fault, Schemas["Fault"]>,
  Same<Schemas["PlannedRequest"], js.PlannedRequest>,
  Same<js.PreviewedRequest, Schemas["PreviewedRequest"]>,
  Same<js.Visit, Schemas["Visit"]>,
  Same<js.Detail, Schemas["Detail"]>,
] = [true, true, true, true, true, true, true, true, true];
"""


def test_the_package_holds_its_code_its_types_and_nothing_else(packed: Packed) -> None:
    named = {entry["path"] for entry in packed.about["files"]}
    code = {f"lib/{path.name}" for path in (PACKAGE / "lib").iterdir()}
    assert named == {"package.json", "README.md", "LICENSE", *code}
    assert {path for path in named if not path.endswith((".js", ".d.ts"))} == {
        "package.json",
        "README.md",
        "LICENSE",
    }
    assert packed.about["unpackedSize"] < 100_000


def test_it_depends_on_nothing_and_says_what_it_goes_with() -> None:
    assert {"dependencies", "scripts", "bundledDependencies"} & set(MANIFEST) == set()
    assert MANIFEST["peerDependenciesMeta"] == {
        name: {"optional": True} for name in MANIFEST["peerDependencies"]
    }
    assert MANIFEST["license"] == "Apache-2.0"
    assert (PACKAGE / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_its_version_is_that_of_the_python_package() -> None:
    assert MANIFEST["version"] == __version__


def test_every_export_has_code_and_types(packed: Packed) -> None:
    with tarfile.open(packed.archive) as archive:
        there = set(archive.getnames())
    entries = [entry for entry in MANIFEST["exports"].values() if isinstance(entry, dict)]
    assert len(entries) == 4
    for entry in entries:
        assert {name.replace("./", "package/") for name in entry.values()} <= there
        assert entry["types"] == re.sub(r"\.js$", ".d.ts", entry["default"])


@pytest.fixture(scope="session")
def control_types(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The types of the control API, generated from its document."""
    clients = ROOT / "tests" / "clients"
    program("npm")
    subprocess.run([clients / "install"], check=True, timeout=240)  # noqa: S603 - our own script
    path = tmp_path_factory.mktemp("types") / "control.d.ts"
    generator = clients / "node_modules" / ".bin" / "openapi-typescript"
    command = [generator, DOCUMENT, "--empty-objects-unknown", "-o", path]
    subprocess.run(command, check=True, capture_output=True, timeout=240)  # noqa: S603 - a test's own command
    return path


def compiled(project: Project, **options: object) -> list[str]:
    """Return what the TypeScript compiler says of a project, by lines."""
    config = {"compilerOptions": {**COMPILER, **options}, "exclude": ["node_modules"]}
    project.write("tsconfig.json", json.dumps(config))
    done = project.run("tsc", "-p", ".")
    assert bool(done.stdout) == bool(done.returncode), done.stderr
    return done.stdout.splitlines()


def test_types_code_and_the_control_api_agree(project: Project, control_types: Path) -> None:
    shutil.copytree(PACKAGE / "lib", project.root / "lib")
    for name in ("walk.mjs", "recorder.mjs"):
        shutil.copy(HERE / name, project.root)
    shutil.copy(control_types, project.root)
    project.write("package.json", json.dumps({"type": "module"}))
    project.write("types.ts", TYPES)
    assert compiled(project, allowJs=True, checkJs=True, types=["node"]) == []
    index = project.root / "lib" / "index.d.ts"
    index.write_text(index.read_text("utf-8").replace("  jump(", "  leap("), encoding="utf-8")
    said = "\n".join(compiled(project, allowJs=True, checkJs=True, types=["node"]))
    assert "lib/sandbox.js" in said
    assert "Property 'leap' is missing" in said


def test_the_recipes_fit_the_types_of_their_tools(project: Project) -> None:
    """Those of Cypress too, whose specs no test here can run."""
    shutil.copytree(HERE / "app", project.root / "app")
    for name, text in {**blocks(PAGE), **blocks(PACKAGE / "README.md")}.items():
        project.write(name, text)
    project.write("package.json", json.dumps({"type": "module"}))
    options = {"allowJs": True, "checkJs": True, "strict": False, "types": ["node", "cypress"]}
    lib = ["es2022", "dom", "dom.iterable"]
    assert compiled(project, **options, lib=lib) == []
