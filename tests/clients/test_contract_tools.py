"""Other people's tools read the contract without complaint."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.yaml_files import read_yaml

ROOT = Path(__file__).parents[2]
DOCUMENT = read_yaml(ROOT / "openapi.yaml")
IGNORED = ROOT / ".redocly.lint-ignore.yaml"
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
BODIES = {
    "createExecution": DOCUMENT["components"]["examples"]["CreatePaid"]["value"],
    "executeWorkflow": DOCUMENT["components"]["examples"]["ExecuteWithData"]["value"],
}


def test_redocly_finds_nothing_that_is_not_explained(node_tools: Path, run) -> None:
    lint = [node_tools / ".bin/redocly", "lint", "openapi.yaml", "--format", "json"]
    said = run(lint, cwd=ROOT, env=QUIET).stdout
    report, _ = json.JSONDecoder().raw_decode(said[said.index("{") :])
    places = [place for rules in read_yaml(IGNORED).values() for place in rules.values()]
    assert report["problems"] == []
    assert report["totals"] == {"errors": 0, "warnings": 0, "ignored": sum(map(len, places))}


def test_every_ignored_finding_has_its_reason_above_it() -> None:
    lines = IGNORED.read_text(encoding="utf-8").splitlines()
    rules = [number for number, line in enumerate(lines) if line.startswith("  ") and line.endswith(":")]
    assert rules
    assert [lines[number] for number in rules if not lines[number - 1].startswith("  # ")] == []


def examples() -> Iterator[Any]:
    """Every example of every answer: operation, method, path, status, the example's name and its value."""
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            if method != "servers":
                for status, response in operation["responses"].items():
                    for name, example in content(response).get("examples", {}).items():
                        operation_id, value = operation["operationId"], resolved(example)["value"]
                        told = (operation_id, method.upper(), path, status, name, value)
                        yield pytest.param(*told, id=f"{operation_id}-{status}-{name}")


def content(response: dict[str, Any]) -> dict[str, Any]:
    return resolved(response)["content"]["application/json"]


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference to a component."""
    if "$ref" not in node:
        return node
    _, _, kind, name = node["$ref"].split("/")
    return resolved(DOCUMENT["components"][kind][name])


@pytest.fixture(scope="module")
def prism_url(node_tools: Path, serving) -> Iterator[str]:
    """Prism's mock of the contract."""
    with serving([node_tools / ".bin/prism", "mock", "--port", "0", ROOT / "openapi.yaml"]) as url:
        yield url


@pytest.mark.parametrize(("operation", "method", "path", "status", "name", "value"), list(examples()))
def test_prism_serves_each_example_of_the_contract(
    prism_url: str, operation: str, method: str, path: str, status: str, name: str, value: Any
) -> None:
    url = prism_url + path.replace("{id}", "0197b3d2-6a1e-7c40-9f55-2f0d8c6e41b7")
    if operation == "getPublicExecution":
        url += "?token=pT4vQ0cN9yZ2mXh7LrKd8uWbE1sJf6GaVtRoIiCzHnQ"
    headers = {
        "Authorization": "Bearer b3sk_tour",
        "Content-Type": "application/json",
        "Prefer": f"code={status}, example={name}",
    }
    body = json.dumps(BODIES[operation]).encode() if operation in BODIES else None
    request = urllib.request.Request(url, data=body, headers=headers, method=method)  # noqa: S310 - http
    assert answer(request) == (int(status), value)


def answer(request: urllib.request.Request) -> tuple[int, Any]:
    """Send a request; return the status and the JSON body, of an error too."""
    try:
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310 - http
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)
