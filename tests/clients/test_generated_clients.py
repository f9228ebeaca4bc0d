"""Clients generated as docs/clients.md says compile under strict settings, and work against the mock.

The programs of the page create an execution, poll it, list it, read it as the public does, execute an
embedded workflow and meet an error. Clients are made of the contract with the ninth status, too.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import urlopen

import pytest

from .clients_page import Section, sections

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SECTIONS = sections()
PYTHON = "openapi-python-client"
TYPES = ("ApiErrorDetail", "CreateExecutionRequest", "ExecuteWorkflowRequest", "ExecutionStatus")
MODULES = {"@hey-api/openapi-ts": "./client", "orval": "./api", "kubb": "./gen"}
OPENAPI_FETCH = "openapi-typescript with openapi-fetch"
MOCK = "http://127.0.0.1:4010"
SEES = "workflow_succeeded workflow_succeeded running path/id"
SEES_THE_NINTH = "workflow_partial workflow_partial running path/id"

Make = Callable[[Path, Section, str], None]


@pytest.fixture(scope="module")
def nine_url(serving) -> Iterator[str]:
    """A mock whose contract has nine statuses."""
    command = [sys.executable, "-m", "execmock", "serve", "--port", "0", "--speed", "60"]
    with serving([*command, "--choose", "statuses=nine"]) as url:
        yield url


@pytest.fixture(scope="module")
def contracts(contract_path: Path, nine_url: str) -> Mapping[str, str]:
    """The contract, and the one of nine statuses."""
    with urlopen(f"{nine_url}/openapi.yaml", timeout=60) as answer:  # noqa: S310 - http
        nine = answer.read().decode()
    return {"eight": contract_path.read_text(encoding="utf-8"), "nine": nine}


@pytest.fixture(scope="module")
def make(node_tools: Path, run) -> Make:
    """Make a client in a folder as a section of the page says."""
    found = (str(node_tools / ".bin"), str(Path(sys.executable).parent), os.environ.get("PATH", ""))

    def made(folder: Path, section: Section, contract: str) -> None:
        folder.mkdir()
        section.write(folder)
        (folder / "openapi.yaml").write_text(contract, encoding="utf-8")
        for command in section.commands:
            run(command, cwd=folder, env={"PATH": os.pathsep.join(found), "CI": "true"})

    return made


def expected_types(name: str) -> str:
    """Return a file that holds the types of a client to what the contract says."""
    text = (HERE / "types.ts").read_text(encoding="utf-8")
    if name in MODULES:
        return f'import type {{ {", ".join(TYPES)} }} from "{MODULES[name]}";\n{text}'
    aliases = [f'type {each} = components["schemas"]["{each}"];' for each in TYPES]
    return "\n".join(['import type { components } from "./api";', *aliases, text])


def test_the_page_has_each_generator_and_names_what_is_installed_here() -> None:
    installed = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    assert set(SECTIONS) == {OPENAPI_FETCH, *MODULES, PYTHON}
    assert SECTIONS.keys() - {name for name, section in SECTIONS.items() if section.packages} == set()
    assert {each for name in SECTIONS if name != PYTHON for each in SECTIONS[name].packages} <= set(installed)


def test_the_typescript_clients_compile_and_see_what_the_page_says(
    tmp_path: Path,
    generators: Path,
    contracts: Mapping[str, str],
    make: Make,
    mock_url: str,
    nine_url: str,
    run,
) -> None:
    (tmp_path / "node_modules").symlink_to(generators)
    for name in ("tsconfig.json", "package.json"):
        shutil.copy(HERE / name, tmp_path)
    with ThreadPoolExecutor(2) as pool:
        wanted = {name: SECTIONS[name] for name in (OPENAPI_FETCH, *MODULES)}
        folders = {name: tmp_path / f"client{number}" for number, name in enumerate(wanted)}
        making = [
            pool.submit(make, folders[name], section, contracts["eight"]) for name, section in wanted.items()
        ]
        making.append(pool.submit(make, tmp_path / "nine", wanted[OPENAPI_FETCH], contracts["nine"]))
        for each in making:
            each.result()
    for name, folder in folders.items():
        (folder / "types.ts").write_text(expected_types(name), encoding="utf-8")
    ninth = expected_types(OPENAPI_FETCH).replace("// @ts-expect-error the contract has eight statuses\n", "")
    (tmp_path / "nine/types.ts").write_text(ninth, encoding="utf-8")

    run([generators / ".bin/tsc", "--project", tmp_path])
    programs = sorted(tmp_path.glob("*/main.ts"))
    bundle = ["--bundle", "--packages=external", "--platform=node", "--format=esm", "--outdir=out"]
    run([generators / ".bin/esbuild", *programs, *bundle], cwd=tmp_path)

    def seen(folder: Path, url: str, workflow: str) -> str:
        program = tmp_path / "out" / folder.name / "main.js"
        text = program.read_text(encoding="utf-8").replace(MOCK, url)
        program.write_text(text.replace("wf_paid_happy_path", workflow), encoding="utf-8")
        said: str = run(["node", program], cwd=tmp_path).stdout.strip()
        return said

    # one after another: the newest of the list is the one that the program made itself
    with ThreadPoolExecutor(1) as pool:
        walks = {
            name: pool.submit(seen, folder, mock_url, "wf_paid_happy_path")
            for name, folder in folders.items()
        }
        walks["nine"] = pool.submit(seen, tmp_path / "nine", nine_url, "wf_partly_succeeded")
        told = {name: walk.result() for name, walk in walks.items()}
    assert told == dict.fromkeys(folders, SEES) | {"nine": SEES_THE_NINTH}


@pytest.fixture(scope="module")
def python_client(tmp_path_factory: pytest.TempPathFactory, contracts: Mapping[str, str], make: Make) -> Path:
    """The folder of the Python client and its program."""
    folder = tmp_path_factory.mktemp("python") / "eight"
    make(folder, strict_python(), contracts["eight"])
    return folder


def strict_python() -> Section:
    section = SECTIONS[PYTHON]
    return section._replace(commands=[[*command, "--fail-on-warning"] for command in section.commands])


def walked(folder: Path, url: str, workflow: str, run) -> str:
    """Run the page's program against a server; return what it printed."""
    text = (folder / "main.py").read_text(encoding="utf-8").replace(MOCK, url)
    program = folder / "walk.py"
    program.write_text(text.replace("wf_paid_happy_path", workflow), encoding="utf-8")
    said: str = run([sys.executable, "-W", "error", program], cwd=folder).stdout.strip()
    return said


def test_the_python_client_is_strictly_typed_and_sees_what_the_page_says(
    python_client: Path, mock_url: str, run
) -> None:
    cache = ["--cache-dir", ROOT / ".mypy_cache"]
    run([sys.executable, "-m", "mypy", "--strict", *cache, "main.py", "execution_client"], cwd=python_client)
    assert walked(python_client, mock_url, "wf_paid_happy_path", run) == SEES


def test_a_python_client_reads_the_ninth_status_if_it_was_made_of_a_contract_that_has_it(
    python_client: Path, tmp_path: Path, contracts: Mapping[str, str], make: Make, nine_url: str, run
) -> None:
    make(tmp_path / "nine", strict_python(), contracts["nine"])
    assert walked(tmp_path / "nine", nine_url, "wf_partly_succeeded", run) == SEES_THE_NINTH
    with pytest.raises(AssertionError, match="'workflow_partial' is not a valid ExecutionStatus"):
        walked(python_client, nine_url, "wf_partly_succeeded", run)


def test_prism_between_client_and_mock_sees_nothing_that_breaks_the_contract(
    python_client: Path, mock_url: str, contract_path: Path, node_tools: Path, serving, run
) -> None:
    """With --errors it answers a violation, of the request or of the answer, with an error of its own."""
    with serving(
        [node_tools / ".bin/prism", "proxy", "--errors", "--port", "0", contract_path, mock_url]
    ) as url:
        assert walked(python_client, url, "wf_paid_happy_path", run) == SEES
