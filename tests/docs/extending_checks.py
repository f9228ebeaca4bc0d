"""What each recipe promises, tried inside a copy of the tree in which it was followed.

Run there by test_extending.py, each with the tests that the recipe itself names; not collected otherwise.
"""

from __future__ import annotations

import asyncio
import json
import re
import runpy
import shutil
import sys
import tomllib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests
from tests.docs.extending_page import ROOT
from tests.verify.judging import judged
from tests.verify.target import running

from execmock.cli import main
from execmock.loading.contract import shipped_contract
from execmock.server.banner import banner
from execmock.service.engine import Engine
from execmock.settings import ServeSettings
from execmock.stores import open_store
from execmock.testing import ExecMock
from execmock.verify.outcome import Outcome

ORDER = {"workflowId": "wf", "sourceSystem": "shop", "sourceEntityType": "order"}

Command = Callable[..., str]


@pytest.fixture(scope="session", autouse=True)
def _docs() -> None:
    """Do what `make docs` does."""
    arguments, sys.argv = sys.argv, ["write_docs.py"]
    with suppress(SystemExit):
        runpy.run_path(str(ROOT / "tools" / "write_docs.py"), run_name="__main__")
    sys.argv = arguments


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command in an empty folder; gives what it prints on either stream."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> str:
        capsys.readouterr()
        main(arguments)
        return "".join(capsys.readouterr())

    return run


@pytest.fixture
def ways(command: Command, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[tuple[Any, str]]]:
    """Give an option by its flag, its variable and in the file; gives the values, each with its origin."""

    def give(section: str, name: str, flag: str, variable: str, in_file: str) -> list[tuple[Any, str]]:
        def shown(*arguments: str) -> tuple[Any, str]:
            found = json.loads(command("config", "show", "--format", "json", *arguments))[section][name]
            return found["value"], found["origin"]

        Path("execmock.yaml").write_text(f"{section}:\n  {name}: {in_file}\n")
        found = [shown()]
        monkeypatch.setenv(f"EXECMOCK_{name.upper().replace('-', '_')}", variable)
        return [shown(f"--{name}", flag), shown(), *found]

    return give


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def run_inside(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Run the tests of a folder as a user of the package would."""
    unset = "-Wignore:The configuration option:pytest.PytestDeprecationWarning"  # pytest-asyncio's own
    return pytester.runpytest_inprocess(unset, "-p", "no:cacheprovider", *arguments)


def test_a_rule_of_verify(command: Command) -> None:
    assert "http.date " in command("verify", "--rules")
    assert "| `http.date` | expected | `date-local` |" in page("verify-faults.md")
    with running() as target:
        (result,) = judged(target, only=("http.date",)).results
    assert result.outcome is Outcome.PASSED
    assert result.observations > 10


def test_a_fault_of_the_test_target() -> None:
    assert "| `allow-empty` | A 405 has an empty Allow header. |" in page("verify-faults.md")


def test_a_trigger_kind(command: Command) -> None:
    scenario = (
        "scenario: until-ten\nsteps:\n  - status: workflow_queued\n    next: {after: 1s}\n"
        '  - status: workflow_running\n    next: {until: "2026-01-01T09:00:10Z"}\n'
        "  - status: workflow_succeeded\n"
    )
    file = Path("until-ten.yaml")
    file.write_text(scenario)
    assert "no problems" in command("scenarios", "check", str(file))
    shown = command("scenarios", "preview", str(file))
    assert "workflow_succeeded" in shown.split("until 2026-01-01T09:00:10.000Z")[0].splitlines()[-1]
    assert ": until 2026-01-01T09:00:10.000Z\n" in command(
        "scenarios", "preview", str(file), "--format", "mermaid"
    )
    assert "until" in json.loads(command("schema", "scenario"))["$defs"]["Trigger"]["properties"]
    assert _statuses(scenario, "9999ms", "1ms") == ["workflow_running", "workflow_succeeded"]
    file.write_text(scenario.replace("2026-01-01T09:00:10Z", "noon"))
    assert "until-ten.yaml:6:12: 'noon' is not an instant" in command("scenarios", "check", str(file))


def _statuses(scenario: str, *moves: str) -> list[str]:
    """Return how an execution stands after each move of its clock, which begins at nine."""
    with ExecMock(scenario, frozen=True, start="2026-01-01T09:00:00Z") as mock:
        url, headers = f"{mock.url}/v1/executions", mock.headers
        order = requests.post(url, json=ORDER, headers=headers, timeout=60).json()["data"]["execution"]["id"]
        found = []
        for move in moves:
            mock.clock.advance(move)
            read = requests.get(f"{url}/{order}", headers=headers, timeout=60).json()
            found.append(read["data"]["execution"]["status"])
        return found


def test_a_store(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    async def sandboxes() -> Any:
        engine = Engine(ServeSettings(store="json:state.json"))
        await engine.prepare()
        found = await engine.store.page("", "sandbox", 0, 10)
        await engine.close()
        return found

    command("config", "show")  # goes to the empty folder
    first = asyncio.run(sandboxes())
    assert first
    assert asyncio.run(sandboxes()) == first
    assert "or json:PATH or " in command("serve", "--store", "redsi:x", "--port", "0")
    _install_elsewhere(Path("site"), "acme_stores.py")
    monkeypatch.syspath_prepend("site")
    assert type(open_store("acme:other.json")).__module__ == "acme_stores"


def _install_elsewhere(site: Path, module: str) -> None:
    """Lay out what pip makes of a package with the store's module and the entry points of the page."""
    (declared,) = re.findall(r"^```toml\n(.*?)^```", page("extending.md"), re.DOTALL | re.MULTILINE)
    points = tomllib.loads(declared)["project"]["entry-points"]
    info = site / "acme-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    lines = [
        f"[{group}]\n" + "\n".join(f"{a} = {b}" for a, b in named.items()) for group, named in points.items()
    ]
    (info / "entry_points.txt").write_text("\n".join(lines))
    shutil.copy2(ROOT / "src/execmock/stores/json_file.py", site / module)


def test_an_operation_of_the_api() -> None:
    contract = shipped_contract()
    lines = banner(
        contract, [], dict.fromkeys(contract.operations, "http://api"), "k", "http://c", ServeSettings()
    )
    with ExecMock() as mock:

        def ask(method: str, path: str, **headers: str) -> requests.Response:
            return requests.request(method, mock.url + path, headers={**mock.headers, **headers}, timeout=60)

        listed, cancelled = ask("GET", "/v1/workflows"), ask("POST", "/v1/runs/run_1/cancel")
        assert [each["id"] for each in listed.json()["data"]["items"]] == ["wf_orders", "wf_refunds"]
        assert cancelled.json()["data"]["status"] == "cancelled"
        wrong = ask("DELETE", "/v1/workflows")
        assert (wrong.status_code, wrong.headers["Allow"]) == (405, "GET, HEAD")
        assert ask("GET", "/v1/workflows", Authorization="").status_code == 401
        assert ask("POST", "/v1/runs/17/cancel").status_code == 400
        mock.requests.assert_called("listAvailableWorkflows", times=2)
        mock.requests.assert_called("cancelRun", times=2)
    for name, method, path in (
        ("listAvailableWorkflows", "GET", "/v1/workflows"),
        ("cancelRun", "POST", "/v1/runs/{id}/cancel"),
    ):
        assert re.search(rf"{name} +{method} +http://api{re.escape(path)}\n", lines)


def test_an_option_of_serve(ways: Callable[..., Any], pytester: pytest.Pytester) -> None:
    found = ways("serve", "cors-max-age", "1m", "2m", "3m")
    assert found == [(60_000, "flag"), (120_000, "variable"), (180_000, "file")]
    assert "| `--cors-max-age TIME` | `EXECMOCK_CORS_MAX_AGE` | `10m` |" in page("configuration.md")
    assert "| `cors_max_age=` | `execmock_cors_max_age` | server | `10m` |" in page("testing.md")
    pytester.makeini("[pytest]\nexecmock_cors_max_age = 90s\n")
    pytester.makepyfile(
        """
        import requests

        def test_preflight(execmock):
            asked = {"Origin": "http://a", "Access-Control-Request-Method": "POST"}
            answer = requests.options(f"{execmock.url}/v1/executions", headers=asked, timeout=60)
            assert answer.headers["Access-Control-Max-Age"] == "90"
        """
    )
    run_inside(pytester).assert_outcomes(passed=1)


def test_an_option_of_verify(ways: Callable[..., Any], pytester: pytest.Pytester) -> None:
    found = ways("verify", "attempts", "1", "2", "3")
    assert found == [(1, "flag"), (2, "variable"), (3, "file")]
    assert "| `--attempts N` | `EXECMOCK_ATTEMPTS` | `6` |" in page("verify.md")
    pytester.makepyfile("def test_it(): pass")
    refused = "\n".join(run_inside(pytester, "--execmock-attempts=21").errlines)
    assert "--execmock-attempts is '21'; expected a whole number from 1 to 20" in refused
