// What is at the edges: a server that is gone, a key, a prefix, texts that mean harm, small screens, other senses.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tooWide } from "../docs/reading.js";
import { expect, test } from "./page.js";

const { EXECMOCK, FREE_PORT, LOCKED_PORT, SCREENSHOTS } = process.env;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PARTS = ["Executions", "New", "Scenarios", "Faults", "Requests", "Sandbox", "Coverage"];
const BAD = '<img src=x onerror="document.title=\'struck\'">\u202e\u0007';

function serve() {
  const [program, ...words] = EXECMOCK.split(" ");
  return spawn(program, [...words, "serve", "--port", FREE_PORT, "--quiet"], { stdio: ["ignore", "pipe", "inherit"] });
}

const ready = (server) => new Promise((resolve) => server.stdout.once("data", resolve));

test("a server that was killed is missed, and is followed again once it is back", async ({ page }) => {
  let server = serve();
  try {
    await ready(server);
    await page.goto(`http://127.0.0.1:${FREE_PORT}/_execmock/`);
    await expect(page.getByText("Live", { exact: true })).toBeVisible();
    server.kill("SIGKILL");
    await expect(page.getByText("Connection lost; trying again…")).toBeVisible();
    server = serve();
    await expect(page.getByText(/Connected again after .* s; everything was read anew/)).toBeVisible();
    await expect(page.getByText("Live", { exact: true })).toBeVisible();
    const data = { request: { workflowId: "wf_x", sourceSystem: "shop", sourceEntityType: "order" } };
    const { id } = await (await page.request.post(`http://127.0.0.1:${FREE_PORT}/_execmock/executions`, { data })).json();
    await expect(page.getByRole("row").filter({ hasText: id })).toBeVisible();
  } finally {
    server.kill("SIGKILL");
  }
});

test("the control key is asked once for each tab, also on a port of its own", async ({ page }) => {
  await page.goto(`http://127.0.0.1:${LOCKED_PORT}/_execmock/`);
  await page.getByLabel("Control key").fill("wrong");
  await page.getByRole("button", { name: "Open" }).click();
  await expect(page.getByText("That is not the key.")).toBeVisible();
  await page.getByLabel("Control key").fill("b3sk_control");
  await page.getByRole("button", { name: "Open" }).click();
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  await page.reload();
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  await page.getByRole("link", { name: "New", exact: true }).click();
  await page.getByRole("button", { name: "Create waits-for-approval" }).click();
  const open = page.getByRole("link", { name: "Open as your page sees it" });
  expect((await page.request.get(await open.getAttribute("href"))).status()).toBe(200);
});

test("behind a proxy that takes a prefix off, everything is beside the page", async ({ mock, page }) => {
  const asked = [];
  await page.goto("about:blank"); // the page without a prefix goes on reading its modules for a while
  await page.route("**/_execmock/**", (route) => {
    const url = new URL(route.request().url());
    asked.push(url.pathname);
    return route.continue({ url: url.href.replace("/mock/", "/") });
  });
  await mock.open("/mock/_execmock/");
  await mock.create("free-happy-path");
  await expect(page.getByRole("link", { name: "Open as your page sees it" })).toHaveAttribute("href", /\/mock\/v1\//);
  expect(asked.filter((path) => !path.startsWith("/mock/"))).toEqual([]);
});

test("markup in whatever a client or a file says is shown as text", async ({ mock, page }) => {
  const text = `scenario: harm\nsummary: '${BAD.replaceAll("'", "''").slice(0, -2)}'\nsteps: [{name: 'a', status: workflow_queued, next: {after: 1h}}, {status: workflow_cancelled}]`;
  await mock.control("PUT", "scenarios/harm", { text });
  const body = { workflowId: BAD, sourceSystem: BAD, sourceEntityType: BAD, externalRef: BAD, requestPayload: { [BAD]: BAD } };
  const created = await mock.call("POST", "/v1/executions", { data: body, headers: { "X-Execmock-Scenario": "harm", "X-Note": "<b>note</b>" } });
  const { id } = (await created.json()).data.execution;
  await mock.call("GET", `/v1/executions/${encodeURIComponent(BAD)}?${encodeURIComponent(BAD)}=${encodeURIComponent(BAD)}`);
  await mock.control("POST", "faults", { faults: [{ fault: "harm", workflow: BAD, refused: 503 }] });
  await expect(mock.row(id)).toContainText("<img src=x");
  await expect(mock.row(id)).toContainText("\\u202e\\u0007");
  await mock.row(id).getByRole("link").click();
  await expect(page.getByLabel("With a key")).toContainText("<img src=x");
  for (const part of PARTS) {
    await mock.part(part);
    await expect(page.getByRole("main")).not.toBeEmpty();
  }
  await mock.part("Requests");
  for (const method of ["POST", "GET"]) {
    await mock.row(method).first().getByRole("link").click();
    await expect(page.locator(".terms").first()).toContainText(/img|note/);
  }
  await mock.part("New");
  await page.getByLabel("Search scenarios").fill("harm");
  await expect(page.getByText("<img src=x")).toBeVisible();
  expect(await page.locator("main img, main b[onerror]").count()).toBe(0);
  await expect(page).not.toHaveTitle(/struck/);
});

/** Fills a sandbox with what every part has to show. */
async function busy(mock) {
  await mock.control("PUT", "worlds", { name: "demo" });
  await mock.control("POST", "faults", { faults: [{ operation: "executeWorkflow", refused: 503 }] });
  await mock.call("GET", "/v1/executions", { headers: { Origin: "http://other.test" } });
  await mock.call("POST", "/v1/executions", { data: { workflowId: "wf_x" } });
  const id = await mock.shown("waits-for-approval");
  await mock.control("POST", "clock/advance", { by: "3s" });
  await expect(mock.status).toHaveText("waiting");
  return id;
}

async function found(page) {
  await page.evaluate(AXE);
  // Of rows that are all alike, the first ones tell enough.
  const exclude = [[".row:nth-child(n+5)"], [".scenarios li:nth-child(n+3)"], [".names li:nth-child(n+5)"]];
  const { violations } = await page.evaluate((more) => globalThis.axe.run({ exclude: more }, { resultTypes: ["violations"] }), exclude);
  return violations.filter(({ impact }) => ["serious", "critical"].includes(impact))
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`));
}

/** Takes the pictures of the documentation. */
async function pictured(mock, page) {
  const shots = {
    execution: async () => {},
    scenarios: () => page.goto("/_execmock/#/scenarios/waits-for-approval").then(() => expect(page.getByText("No mistakes.", { exact: true })).toBeVisible()),
    requests: () => mock.part("Requests").then(() => mock.row("origin refused").getByRole("link").click()),
  };
  await page.setViewportSize({ width: 1120, height: 640 });
  for (const [name, show] of Object.entries(shots)) {
    await show();
    for (const scheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.screenshot({ path: `${SCREENSHOTS}/console-${name}-${scheme}.png` });
    }
  }
}

test("nothing serious is found by axe-core, and no part is wider than a phone", async ({ mock, page }) => {
  const id = await busy(mock);
  if (SCREENSHOTS) {
    await pictured(mock, page);
  }
  const views = [...PARTS.map((part) => `#/${part.toLowerCase()}`), "#/scenarios/waits-for-approval", `#/executions/${id}`];
  // Both have the same parts; what has colours of its own is looked at in the dark too.
  for (const [scheme, shown] of [["light", views], ["dark", views.slice(-2)]]) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    for (const view of shown) {
      await page.goto(`/_execmock/${view}`);
      await expect(page.getByRole("main").getByRole("heading").first()).toBeVisible();
      await page.setViewportSize({ width: 1280, height: 800 });
      expect([scheme, view, ...(await found(page))]).toEqual([scheme, view]);
      for (const width of [640, 360]) {
        await page.setViewportSize({ width, height: 700 });
        expect([view, width, await page.evaluate(tooWide)]).toEqual([view, width, 0]);
      }
    }
  }
});
