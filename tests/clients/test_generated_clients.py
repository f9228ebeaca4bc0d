"""Clients generated from the contract compile, and take an execution from creation to the public read."""

from __future__ import annotations

import compileall
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def typescript_tour(tmp_path_factory: pytest.TempPathFactory, contract_path, node_tools, run) -> Path:
    """The compiled TypeScript tour, with the types that openapi-typescript made from the contract."""
    folder = tmp_path_factory.mktemp("typescript")
    (folder / "node_modules").symlink_to(node_tools)
    for name in ("tour.ts", "tsconfig.json", "package.json"):
        shutil.copy(HERE / name, folder)
    generate = [node_tools / ".bin/openapi-typescript", contract_path, "--output", folder / "api.d.ts"]
    run([*generate, "--default-non-nullable=false"], cwd=folder)
    run([node_tools / ".bin/tsc", "--project", folder], cwd=folder)
    return folder / "out/tour.js"


@pytest.fixture(scope="module")
def python_tour(tmp_path_factory: pytest.TempPathFactory, contract_path, run) -> Path:
    """The Python tour, beside the package that openapi-python-client made from the contract."""
    folder = tmp_path_factory.mktemp("python")
    shutil.copy(HERE / "tour.py", folder)
    (folder / "generator.yaml").write_text("post_hooks: []\n", encoding="utf-8")
    generate = [sys.executable, "-m", "openapi_python_client", "generate", "--path", contract_path]
    output = ["--output-path", folder / "execution_client", "--meta", "none"]
    run([*generate, *output, "--config", folder / "generator.yaml", "--fail-on-warning"], cwd=folder)
    return folder / "tour.py"


def check(report: dict[str, Any]) -> None:
    """What every client must see of a paid execution that nobody disturbs."""
    assert report["seen"][0] == "awaiting_payment"
    assert report["seen"][-1] == report["publicStatus"] == "workflow_succeeded"
    assert report["finished"] is True
    assert report["listed"] is True
    assert report["events"] == report["publicEvents"]
    assert len(report["events"]) >= len(report["seen"])
    assert report["embedded"] == ["execution", "running", "workflow_15", {"user_name": "Ada Byron"}]
    assert report["refused"] == 401
    assert report["unknown"] == 400


def test_the_typescript_client_takes_the_whole_tour(typescript_tour: Path, mock_url: str, run) -> None:
    check(json.loads(run(["node", typescript_tour, mock_url]).stdout))


def test_strict_typescript_refuses_a_body_without_what_the_contract_requires(
    typescript_tour: Path, node_tools: Path, run
) -> None:
    folder = typescript_tour.parents[1]
    shutil.copy(HERE / "wrong_body.ts", folder)
    command = [node_tools / ".bin/tsc", "--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext"]
    with pytest.raises(AssertionError, match=r"properties.*: sourceEntityType, workflowId"):
        run([*command, "wrong_body.ts"], cwd=folder)


def test_every_generated_python_module_compiles(python_tour: Path) -> None:
    assert compileall.compile_dir(python_tour.parent / "execution_client", quiet=1)


def test_the_python_client_takes_the_whole_tour(python_tour: Path, mock_url: str, run) -> None:
    check(json.loads(run([sys.executable, "-W", "error", python_tour, mock_url]).stdout))


def test_prism_between_client_and_mock_sees_nothing_that_breaks_the_contract(
    python_tour: Path, mock_url: str, contract_path: Path, node_tools: Path, serving, run
) -> None:
    """With --errors it answers a violation, of the request or of the answer, with an error of its own."""
    with serving(
        [node_tools / ".bin/prism", "proxy", "--errors", "--port", "0", contract_path, mock_url]
    ) as url:
        check(json.loads(run([sys.executable, "-W", "error", python_tour, url]).stdout))
