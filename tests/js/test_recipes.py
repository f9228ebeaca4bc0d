"""Every recipe of docs/frontend-tests.md, and of the package's page, does what it says."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from tests.js.projects import FAULTS_PAGE, HERE, PACKAGE, PAGE, Project, blocks
from tests.ports import free_port
from tests.programs import program

CHROMIUM = '{ executablePath: "%s", args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] }'
PLAYWRIGHT = """
import config from "./playwright.config.js";
const launchOptions = %s;
const patience = { timeout: 120_000, expect: { timeout: 60_000 } }; // a busy machine is no failure
const use = { ...config.use, launchOptions };
const projects = [
  { name: "started", testIgnore: "strict.spec.js" },
  { name: "reached", testMatch: "strict.spec.js", use: { execmock: { url: process.env.MOCK_URL } } },
];
export default { ...config, ...patience, use, projects, workers: 1, testMatch: "*.spec.js" };
"""
VITEST = """
import { defineConfig } from "vitest/config";
import { execmock } from "execmock/vitest/plugin";
const project = (name, config) => ({ extends: config, test: { name, testTimeout: 120_000 } });
const plugins = [execmock({ url: process.env.MOCK_URL })];
const projects = [
  project("node", "./vitest.config.js"),
  project("browser", "./vitest.browser.config.js"),
  { plugins, test: { name: "reached", include: ["failing.js"] } },
];
export default defineConfig({ test: { projects } });
"""
CYPRESS = """
import config from "./cypress.config.js";
const heard = {};
config.e2e.setupNodeEvents((event, handler) => (heard[event] = handler), {});
const { openMock, createExecution, advanceClock, signal, requests } = heard.task;
await openMock({ frozen: true });
const { key, url } = await openMock({ frozen: true });
const { execution } = await createExecution("wf_waits_for_approval");
await advanceClock("3s");
const { status } = await signal({ id: execution.id, name: "approve", payload: { by: "Ada" } });
const [{ operation }] = await requests("createExecution");
console.log(JSON.stringify({ url, key, status, operation }));
await heard["after:run"]();
"""
RECIPES = {
    "playwright.config.js",
    "order.spec.js",
    "vitest.config.js",
    "vitest.browser.config.js",
    "order.test.js",
    "cypress.config.js",
    "cypress/e2e/order.cy.js",
    "order.node-test.mjs",
    "package.json",
    "attached.mjs",
    "wait.sh",
}


@pytest.fixture
def recipes(project: Project) -> Project:
    """A project with the app and every file of the pages, on ports of its own."""
    shutil.copytree(HERE / "app", project.root / "app")
    texts = {**blocks(PAGE), **blocks(FAULTS_PAGE), **blocks(PACKAGE / "README.md")}
    page, mock = free_port(), free_port()
    for name, text in texts.items():
        project.write(name, text.replace("5173", str(page)).replace("4010", str(mock)))
    dev = f"vite app --host 127.0.0.1 --port {page} --strictPort"
    config = json.loads((project.root / "package.json").read_text(encoding="utf-8"))
    config = {**config, "type": "module", "scripts": {**config["scripts"], "dev": dev}}
    project.write("package.json", json.dumps(config))
    return project


def launch_options() -> str:
    return CHROMIUM % program("chromium")


def outcomes(suites: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield title and last result of each test in Playwright's report."""
    for suite in suites:
        yield from outcomes(suite.get("suites", []))
        for spec in suite.get("specs", []):
            yield spec["title"], spec["tests"][0]["results"][-1]


def titles(project: Project, *names: str) -> set[str]:
    texts = [(project.root / name).read_text(encoding="utf-8") for name in names]
    return {title for text in texts for title in re.findall(r'^test\("(.+?)",', text, re.MULTILINE)}


def test_all_code_of_the_page_is_tested() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert set(blocks(PAGE)) == RECIPES
    assert page.count("```js\n") + page.count("```json\n") + page.count("```sh\n") == len(RECIPES) + 1


def test_playwright(recipes: Project, mock_url: str) -> None:
    recipes.write("run.config.js", PLAYWRIGHT % launch_options())
    for spec in (HERE / "specs").glob("*.spec.js"):
        shutil.copy(spec, recipes.root)
    done = recipes.run(
        "playwright", "test", "--config", "run.config.js", "--reporter", "json", MOCK_URL=mock_url
    )
    results = dict(outcomes(json.loads(done.stdout)["suites"]))
    failed = {title: result["error"]["message"] for title, result in results.items() if "error" in result}
    assert list(failed) == ["a client breaks the contract"], failed
    assert "A request breaks the contract" in failed["a client breaks the contract"]
    attached = [one["name"] for one in results["a client breaks the contract"]["attachments"]]
    assert attached == ["execmock requests", "execmock timelines"]
    passed = {title for title, result in results.items() if result["status"] == "passed"}
    faults = [name for name in blocks(FAULTS_PAGE) if name.endswith(".spec.js")]
    assert passed == titles(recipes, "order.spec.js", "page.spec.js", "readme.spec.js", *faults)
    assert len(passed) == 10


def test_vitest_in_node_and_in_a_browser(recipes: Project, mock_url: str) -> None:
    config = (recipes.root / "vitest.browser.config.js").read_text(encoding="utf-8")
    assert config.count("playwright()") == 1
    launched = config.replace("playwright()", f"playwright({{ launchOptions: {launch_options()} }})")
    recipes.write("vitest.browser.config.js", launched)
    recipes.write("run.config.js", VITEST)
    shutil.copy(HERE / "specs" / "failing.js", recipes.root)
    done = recipes.run(
        "vitest",
        "run",
        "--config",
        "run.config.js",
        "--reporter=default",
        "--reporter=json",
        "--outputFile=report.json",
        MOCK_URL=mock_url,
    )
    report = json.loads((recipes.root / "report.json").read_text(encoding="utf-8"))
    results = [result for file in report["testResults"] for result in file["assertionResults"]]
    passed = [result["title"] for result in results if result["status"] == "passed"]
    said = done.stdout + done.stderr
    assert sorted(passed) == sorted(2 * [*titles(recipes, "order.test.js", "readme.test.js")]), said
    assert len(passed) == 6
    failed = {
        result["title"]: "".join(result["failureMessages"])
        for result in results
        if result["status"] == "failed"
    }
    assert "expected never, came once" in failed["an assertion fails"]
    assert "A request breaks the contract" in failed["a client breaks the contract"]
    assert len(results) == 8
    assert "execmock timelines:" in said


def test_cypress_as_far_as_it_goes_without_its_program(recipes: Project) -> None:
    """The configuration is read and its tasks are run; the spec is compiled against the types of Cypress."""
    recipes.write("run.mjs", CYPRESS)
    done = recipes.run("node", "run.mjs")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["url"].startswith("http://127.0.0.1:")
    assert said["key"]
    assert (said["status"], said["operation"]) == ("workflow_running", "createExecution")
    spec = (recipes.root / "cypress" / "e2e" / "order.cy.js").read_text(encoding="utf-8")
    named = set(re.findall(r'cy\.task\("(\w+)"', spec))
    assert named
    assert named <= set(
        re.findall(r"^  (?:async )?(\w+)[(:]", blocks(PAGE)["cypress.config.js"], re.MULTILINE)
    )


def test_the_runner_of_node(recipes: Project) -> None:
    done = recipes.run("node", "--test", "order.node-test.mjs")
    assert done.returncode == 0, done.stdout
    assert "pass 1\n" in done.stdout


def test_the_page_of_the_package(recipes: Project) -> None:
    done = recipes.run("node", "readme.mjs")
    assert (done.returncode, done.stdout, done.stderr) == (0, "workflow_succeeded\n", "")


def test_start_server_and_test(recipes: Project) -> None:
    done = recipes.run("npm", "test")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "workflow_cancelled\n" in done.stdout


def test_wait_on(recipes: Project) -> None:
    done = recipes.run("bash", "-ec", "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT; . ./wait.sh")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "workflow_cancelled\n" in done.stdout
