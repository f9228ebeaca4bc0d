"""What the package asks is in the control API's own document, and no server outlives its test."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from jsonschema import Draft202012Validator
from tests.js.projects import HERE, PACKAGE, ROOT, Project

from execmock.loading.yaml_marks import load_marked

Start = Callable[..., "subprocess.Popen[str]"]
DOCUMENT = ROOT / "src" / "execmock" / "server" / "control" / "openapi.yaml"
METHODS = ("get", "put", "post", "delete")
WAITS = 'import { start } from "execmock";\nconst server = await start();\nconsole.log(server.url);\n'


def document() -> dict[str, Any]:
    data: dict[str, Any] = load_marked(DOCUMENT.read_text(encoding="utf-8"), DOCUMENT.name).data
    return data


def resolved(value: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference inside the document."""
    found: Any = whole
    for part in value.get("$ref", "").split("/")[1:]:
        found = found[part]
    return found if "$ref" in value else value


def operations(whole: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the operations by method and path, where {} stands for each parameter of the path."""
    found = {}
    for path, item in whole["paths"].items():
        for method in METHODS:
            if method in item:
                common = item.get("parameters", [])
                parameters = [resolved(one, whole) for one in [*common, *item[method].get("parameters", [])]]
                found[method.upper(), re.sub(r"{\w+}", "{}", path)] = {
                    **item[method],
                    "parameters": parameters,
                }
    return found


def wrong(call: dict[str, Any], whole: dict[str, Any]) -> list[str]:
    """Return what of a call is not in the document."""
    address = urlsplit(call["path"])
    known = [
        operation
        for (method, path), operation in operations(whole).items()
        if method == call["method"] and re.fullmatch(re.escape(path).replace(r"\{\}", "[^/]+"), address.path)
    ]
    if len(known) != 1:
        return [f"{call['method']} {address.path} is no operation"]
    query = {one["name"]: one for one in known[0]["parameters"] if one["in"] == "query"}
    given = parse_qs(address.query, keep_blank_values=True)
    problems = [f"{name} is no parameter of {known[0]['operationId']}" for name in given if name not in query]
    problems += [
        f"{name} is missing" for name, one in query.items() if one.get("required") and name not in given
    ]
    if (call["body"] is None) == ("requestBody" in known[0]):
        problems.append(f"a body of {known[0]['operationId']}: {call['body']}")
    elif call["body"] is not None:
        schema = known[0]["requestBody"]["content"]["application/json"]["schema"]
        validator = Draft202012Validator({**schema, "components": whole["components"]})
        problems += [error.message for error in validator.iter_errors(call["body"])]
    return problems


def calls_in_the_source() -> set[tuple[str, str]]:
    """Return method and path of each call in the package's sources, {} where a value is put in."""
    texts = [path.read_text(encoding="utf-8") for path in (PACKAGE / "lib").glob("*.js")]
    found = [each for text in texts for each in re.findall(r'\.call\("([A-Z]+)", ["`](.+?)["`][,)]', text)]
    return {(method, "/_execmock" + re.sub(r"\$\{.*?\}(?=/|$)", "{}", path)) for method, path in found}


@pytest.fixture
def walked(project: Project) -> list[dict[str, Any]]:
    """The requests to the control API of a walk through all that the package has."""
    for name in ("walk.mjs", "recorder.mjs"):
        shutil.copy(HERE / name, project.root)
    done = project.run("node", "walk.mjs")
    assert done.returncode == 0, done.stderr
    sent: list[dict[str, Any]] = json.loads(done.stdout)
    return [call for call in sent if call["path"].startswith("/_execmock")]


def test_every_call_is_in_the_document_of_the_control_api(walked: list[dict[str, Any]]) -> None:
    whole = document()
    paths = {key: re.escape(key[1]).replace(r"\{\}", "[^/?]+") for key in calls_in_the_source()}
    assert len(paths) > 20
    made = {(call["method"], urlsplit(call["path"]).path) for call in walked}
    never = {
        (method, path)
        for (method, path), pattern in paths.items()
        if not any(method == one and re.fullmatch(pattern, came) for one, came in made)
    }
    assert never == set(), "walk.mjs does not come to these"
    refused = {"/_execmock/sandboxes/gone"}  # what the walk gets wrong on purpose is refused by name
    assert [problem for call in walked if call["path"] not in refused for problem in wrong(call, whole)] == []


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (
            {"method": "GET", "path": "/_execmock/clocks", "body": None},
            "GET /_execmock/clocks is no operation",
        ),
        (
            {"method": "GET", "path": "/_execmock/clock?sandbx=a", "body": None},
            "sandbx is no parameter of getClock",
        ),
        ({"method": "GET", "path": "/_execmock/executions/a/wait", "body": None}, "status is missing"),
        ({"method": "PUT", "path": "/_execmock/clock", "body": {"frozen": 1}}, "1 is not of type 'boolean'"),
        ({"method": "PUT", "path": "/_execmock/clock", "body": None}, "a body of setClock: None"),
    ],
)
def test_what_is_not_in_the_document_is_seen(call: dict[str, Any], problem: str) -> None:
    assert wrong(call, document()) == [problem]


@pytest.mark.parametrize("ends", ["it is killed", "it forgets to close"])
def test_a_server_ends_with_the_process_that_started_it(project: Project, killed: Start, ends: str) -> None:
    project.write("run.mjs", WAITS + "process.stdin.on('end', () => process.stdin.unref()).resume();\n")
    process = killed(project, "node", "run.mjs")
    assert process.stdin is not None
    assert process.stdout is not None
    address = urlsplit(process.stdout.readline())
    connection = HTTPConnection(address.hostname or "", address.port, timeout=60)
    connection.request("GET", "/_execmock/stream")
    stream = connection.getresponse()
    if ends == "it is killed":
        process.kill()
    else:
        process.stdin.close()
        assert process.wait(timeout=60) == 0
    # a stream ends when its server does; until then it sends a comment now and then
    assert b"" in [stream.read1() for _ in range(4)]
    connection.close()


LACKS = '#!/bin/sh\necho "$0: No module named execmock" >&2\nexit 1\n'
SERVES = """#!/bin/sh
echo "execmock 0 is ready at http://$(basename "$0").test:1"
echo "  Control API  http://$(basename "$0").test:1/_execmock/openapi.yaml"
exec sleep 600
"""
CHOOSES = """
import { start } from "execmock";
for (const folder of process.argv.slice(2)) {
  if (folder.endsWith("named")) process.env.EXECMOCK = `${folder}/named`;
  const server = await start({ env: { PATH: `${folder}:/bin` } });
  console.log(server.url);
  await server.close();
}
"""


def test_what_is_there_is_started(project: Project) -> None:
    """The program `execmock` first, then Python's module; what the variable EXECMOCK names before both."""
    folders = {
        "program": {"execmock": SERVES, "python3": SERVES},
        "module": {"execmock": LACKS, "python3": SERVES, "python": LACKS},
        "other-python": {"execmock": LACKS, "python3": LACKS, "python": SERVES},
        "named": {"execmock": SERVES, "named": SERVES},
    }
    for folder, programs in folders.items():
        for name, text in programs.items():
            project.write(f"{folder}/{name}", text)
            (project.root / folder / name).chmod(0o755)
    project.write("run.mjs", CHOOSES)
    done = project.run("node", "run.mjs", *(str(project.root / folder) for folder in folders))
    assert done.stdout.split() == [
        f"http://{name}.test:1" for name in ("execmock", "python3", "python", "named")
    ]
