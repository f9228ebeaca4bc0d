"""The wheel works without the source tree: installed alone, in a fresh environment, in another folder."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree, ignore_patterns
from urllib.request import Request, urlopen

import pytest

from execmock import __version__

ROOT = Path(__file__).parents[2]
OURS = ("COVERAGE_", "EXECMOCK_", "PYTHON")


def environment() -> dict[str, str]:
    """Return the environment without what could lead back to the source tree."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)}


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command that knows nothing of the source tree; return what it printed, or fail with it."""
    done = subprocess.run(  # noqa: S603 - our own commands
        [str(part) for part in command],
        cwd=cwd,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of a fresh environment that holds the wheel and what it depends on."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder)
    install(folder, next(built.glob("*.whl")))
    return folder / "bin"


def install(environment: Path, *wanted: str | Path) -> None:
    """Install into an environment, by the pip of this one."""
    python = environment / "bin" / "python"
    pip = ("-m", "pip", "--disable-pip-version-check", "--python", python, "install", "--no-compile")
    run(sys.executable, *pip, *wanted, cwd=environment)


def test_the_installed_package_is_the_one_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    where = run(installed / "python", "-c", "import execmock; print(execmock.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(installed.parent)


def test_the_contract_and_the_fixtures_are_inside(installed: Path, tmp_path: Path) -> None:
    package = run(installed / "python", "-c", "import execmock; print(execmock.__path__[0])", cwd=tmp_path)
    data = Path(package.strip()) / "_data"
    assert (data / "openapi.yaml").read_bytes() == (ROOT / "openapi.yaml").read_bytes()
    assert contents(data / "fixtures") == contents(ROOT / "fixtures")


def test_the_schemas_for_editors_are_printed_not_shipped(installed: Path, tmp_path: Path) -> None:
    printed = run(installed / "execmock", "schema", "world", cwd=tmp_path)
    assert printed == (ROOT / "fixtures/world.schema.json").read_text(encoding="utf-8")


def contents(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*.yaml") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_every_file_of_the_sources_is_inside(built: Path) -> None:
    """Also those that are no modules, such as the pages and the templates of reports."""
    with zipfile.ZipFile(next(built.glob("*.whl"))) as archive:
        inside = set(archive.namelist())
    files = {path for path in (ROOT / "src").rglob("*") if path.is_file() and path.suffix != ".pyc"}
    there = {path.relative_to(ROOT / "src").as_posix() for path in files}
    assert "execmock/verify/report/templates/report.html" in inside
    assert sorted(there - inside) == []


def test_the_wheel_stays_small(built: Path) -> None:
    assert next(built.glob("*.whl")).stat().st_size < 1_500_000


def test_a_report_that_needs_an_extra_says_which(installed: Path, tmp_path: Path) -> None:
    command = [str(installed / "execmock"), "verify", "http://127.0.0.1:9", "--report", "html=report.html"]
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'execmock[verify]'" in done.stderr


def test_every_module_of_the_core_package_can_be_imported(installed: Path, tmp_path: Path) -> None:
    """What the wheel declares is enough for everything but the extras."""
    program = (
        "import importlib, pkgutil, execmock\n"
        "extras = tuple('execmock.' + n for n in ('verify', 'pytest_plugin', 'stores.redis', '__main__'))\n"
        "walk = pkgutil.walk_packages(execmock.__path__, 'execmock.')\n"
        "names = [found.name for found in walk if not found.name.startswith(extras)]\n"
        "print(len([importlib.import_module(name) for name in names]))\n"
    )
    assert int(run(installed / "python", "-c", program, cwd=tmp_path)) > 30


def test_the_command_works_there(installed: Path, tmp_path: Path) -> None:
    assert run(installed / "execmock", "--version", cwd=tmp_path) == f"execmock {__version__}\n"
    assert "serve.port" in run(installed / "execmock", "config", "show", cwd=tmp_path)


@pytest.fixture
def served(installed: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a server that runs from the wheel."""
    server = subprocess.Popen(  # noqa: S603 - our own command
        [str(installed / "execmock"), "serve", "--port", "0"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert server.stdout is not None
    try:
        first = server.stdout.readline()
        ready = re.search(r"http://\S+", first)
        assert ready is not None, first
        yield ready[0]
    finally:
        server.terminate()
        server.communicate(timeout=60)
    assert server.returncode == 0


def test_the_server_works_there(served: str) -> None:
    with urlopen(f"{served}/openapi.yaml", timeout=60) as answer:  # noqa: S310 - our own server
        assert answer.read() == (ROOT / "openapi.yaml").read_bytes()
    with urlopen(f"{served}/docs/swagger/swagger-ui-bundle.js", timeout=60) as answer:  # noqa: S310 - our own server
        assert answer.status == 200
        assert b"SwaggerUIBundle" in answer.read()
    body = {"workflowId": "wf_paid_happy_path", "sourceSystem": "shop", "sourceEntityType": "order"}
    headers = {"Authorization": "Bearer b3sk_demo", "Content-Type": "application/json"}
    create = Request(f"{served}/v1/executions", json.dumps(body).encode(), headers)  # noqa: S310 - our own server
    with urlopen(create, timeout=60) as answer:  # noqa: S310 - our own server
        assert json.load(answer)["data"]["execution"]["workflowId"] == "wf_paid_happy_path"


def test_a_mock_starts_there_without_reading_yaml(installed: Path, tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from execmock.server.app import App\n"
        "from execmock.settings import ServeSettings\n"
        "mock = App(ServeSettings())\n"
        "print(len(mock.engine.registry.current), 'yaml' in sys.modules)\n"
    )
    scenarios = len(list((ROOT / "fixtures" / "scenarios").glob("*.yaml")))
    assert run(installed / "python", "-c", program, cwd=tmp_path) == f"{scenarios} False\n"


def test_the_source_archive_holds_what_a_build_needs_and_nothing_that_was_made(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "hatch_build.py",
        "openapi.yaml",
        "src/execmock/py.typed",
    } <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith((".venv", "dist"))]


def test_a_project_that_tests_its_clients_with_the_wheel_passes(installed: Path, tmp_path: Path) -> None:
    """In an environment without any other plugin of pytest: over the first one, which holds the wheel."""
    project = tmp_path / "project"
    copytree(ROOT / "tests" / "sample_project", project, ignore=ignore_patterns("__pycache__", ".*"))
    declared = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*declared["dependencies"], *declared["optional-dependencies"]["test"]]
    venv.create(tmp_path / "environment")
    below, own = site_packages(installed.parent), site_packages(tmp_path / "environment")
    (own / "below.pth").write_text(f"{below}\n", encoding="utf-8")
    install(tmp_path / "environment", *(name for name in wanted if name != "execmock"))
    said = run(
        tmp_path / "environment" / "bin" / "python", "-m", "pytest", "-p", "no:cacheprovider", cwd=project
    )
    assert re.search(r"plugins:.* execmock-", said)
    assert re.search(r"= 9 passed in ", said), said


def site_packages(environment: Path) -> Path:
    return next(environment.glob("lib/python*/site-packages"))
