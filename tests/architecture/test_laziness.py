"""Starting is cheap: nothing heavy is imported before a command or a function needs it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

HEAVY = {
    *("aiohttp", "asyncio", "hypothesis", "jsonschema", "jsonschema_rs", "orjson", "pytest", "redis"),
    *("referencing", "rich", "schemathesis", "sqlite3", "ssl", "uvloop", "watchfiles", "yaml"),
}


def imported_by(*arguments: str, path: Path | None = None) -> set[str]:
    """Return the modules that a fresh `python *arguments` imports, beyond those of an empty program."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    if path:
        environment["PYTHONPATH"] = str(path)
    return traced(arguments, environment) - traced(["-c", "pass"], environment)


def traced(arguments: Sequence[str], environment: dict[str, str]) -> set[str]:
    command = [sys.executable, "-X", "importtime", *arguments]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=True)  # noqa: S603 - our own interpreter
    return set(re.findall(r"^import time:[^|]+\|[^|]+\|\s+(\S+)$", run.stderr, re.MULTILINE))


def heavy(names: set[str]) -> set[str]:
    return {name.split(".")[0] for name in names} & HEAVY


def test_importing_the_package_imports_nothing_heavy() -> None:
    names = imported_by("-c", "import execmock")
    assert "execmock" in names
    assert heavy(names) == set()


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["serve", "--help"]])
def test_asking_about_the_command_imports_nothing_heavy(arguments: list[str]) -> None:
    names = imported_by("-m", "execmock", *arguments)
    assert "execmock.cli" in names
    assert heavy(names) == set()


def test_the_server_starts_without_what_its_first_answers_do_not_need() -> None:
    names = imported_by("-c", "import execmock.cli.serve, execmock.server.serve")
    assert "execmock.server.http.fast_protocol" in names
    assert heavy(names) <= {"asyncio", "jsonschema_rs", "orjson", "ssl"}
    assert "http.client" not in names


def test_a_run_of_pytest_that_does_not_concern_execmock_imports_its_plugins_alone() -> None:
    names = imported_by("-c", "import execmock.pytest_plugin, execmock.verify.suite.plugin")
    ours = {name for name in names if name.partition(".")[0] == "execmock"}
    assert ours == {
        *("execmock", "execmock.version", "execmock.pytest_plugin", "execmock.pytest_plugin.options"),
        "execmock.pytest_plugin.coverage",
        *("execmock.verify", "execmock.verify.suite", "execmock.verify.suite.plugin"),
    }


def test_a_heavy_import_would_be_seen(tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text("import jsonschema\nfrom rich.table import Table\n")
    assert {"jsonschema", "rich"} <= heavy(imported_by("-c", "import planted", path=tmp_path))
