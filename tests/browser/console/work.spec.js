// What one works with beside executions: requests, faults, scenarios, snapshots.
import { expect, test } from "./page.js";

const BODY = { workflowId: "wf_free_happy_path", sourceSystem: "shop", sourceEntityType: "order" };

test("the journal says what breaks the contract and why a browser keeps an answer from a page", async ({ mock, page }) => {
  await mock.part("Requests");
  await mock.call("POST", "/v1/executions", { data: { workflowId: "wf_x", sourceSystem: "" } });
  await mock.row("1 violation").or(mock.row("violations")).first().getByRole("link").click();
  await expect(page.locator(".reasons")).toContainText("body/sourceEntityType");
  await expect(page.locator(".reasons")).toContainText(/openapi\.yaml, line \d+: #\/components\/schemas\/CreateExecutionRequest\/properties\/sourceEntityType/);
  await expect(page.getByLabel("Answer")).toContainText('"code": 400');
  await page.getByRole("link", { name: "Close" }).click();

  await mock.call("GET", "/v1/executions", { headers: { Origin: "http://other.test" } });
  await mock.row("origin refused").getByRole("link").click();
  await expect(page.locator(".reasons")).toContainText("The browser keeps the answer from the page");
  await expect(page.locator(".reasons")).toContainText("--cors-origin http://other.test");
  await expect(page.getByText("Requests that no key leads here")).toBeVisible();
  await page.getByLabel("only what stands out").check();
  await mock.call("GET", "/v1/executions?limit=3");
  await expect(page.getByText("2 requests")).toBeVisible();

  await page.getByText("A request that a test expects did not come").click();
  await page.getByLabel("Expected operation").selectOption("createExecution");
  await page.getByLabel("Body holds at least").fill('{"workflowId": "wf_y"}');
  await mock.press("Show the nearest");
  await expect(page.locator(".nearest > li").first()).toContainText("body.workflowId: expected 'wf_y', came 'wf_x'");
  await page.locator(".nearest a").first().click();
  await expect(page.locator(".reasons")).toContainText("body/sourceEntityType");
  await mock.part("Coverage");
  await expect(mock.row("listExecutions").locator(".met")).toHaveText("2");
  await expect(mock.row("createExecution 400 invalidBody").locator(".met")).toHaveText("1");
  await mock.call("OPTIONS", "/v1/executions", { headers: { Origin: "http://shop.test", "Access-Control-Request-Method": "POST" } });
  await expect(mock.row("workflow_cancelled").filter({ hasText: "wf_cancelled_before_payment" }).locator(".open")).toHaveText("·");
  await mock.part("Requests");
  await page.getByLabel("only what stands out").uncheck();
  await mock.row("preflight").filter({ hasNotText: "refused" }).first().getByRole("link").click();
  await expect(page.locator(".reasons")).toContainText("That request did not come.");
  await expect(page.locator(".reasons")).toContainText("--cors-origin http://shop.test");
});

test("a line to copy sends the same request again", async ({ mock, page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await mock.call("POST", "/v1/executions", { data: { ...BODY, requestPayload: { name: "O'Hara" } } });
  await mock.part("Requests");
  await mock.row("POST").getByRole("link").click();
  for (const [name, text] of [["curl", /^curl -s 'http.*-d '\{.*O'\\''Hara.*\}'$/], ["pytest", /assert answer.status_code == 200/], ["Playwright", /toBe\(200\)/]]) {
    await mock.press(name);
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(text);
  }
});

test("a fault strikes while it is on, is told of above all views, and heals when it is off", async ({ mock, page }) => {
  await mock.part("Faults");
  await page.getByRole("combobox", { name: "Operation" }).selectOption("listExecutions");
  await page.getByLabel("Strike the next").fill("5");
  await mock.press("503 unavailable");
  await expect(page.getByText("1 fault on:")).toBeVisible();
  expect((await mock.call("GET", "/v1/executions")).status()).toBe(503);
  await expect(page.getByRole("table").getByRole("row").last()).toContainText("11");
  await mock.part("Requests");
  await expect(mock.row("503")).toContainText("fault ");
  await mock.press("All off");
  await expect(page.getByText("1 fault on:")).toHaveCount(0);
  expect((await mock.call("GET", "/v1/executions")).status()).toBe(200);
  await mock.control("POST", "faults", { faults: [{ refused: 503, times: 1 }] });
  await expect(page.getByText("1 fault on:")).toBeVisible();
  await mock.call("GET", "/v1/executions");
  await expect(page.getByText("1 fault on:")).toHaveCount(0);
  await mock.part("Faults");
  await expect(page.getByRole("table")).toContainText("1 of 1: used up");
});

test("a scenario is written with a mistake that is told at its line, mended, saved and followed", async ({ mock, page }) => {
  await mock.part("Scenarios");
  await page.getByRole("main").getByRole("link", { name: "New", exact: true }).click();
  const text = page.getByLabel("Text of the scenario");
  const sound = (await text.inputValue()).replaceAll("my-scenario", "by-hand");
  await text.fill(sound.replace("workflow_running", "workflow_runing"));
  await expect(page.locator(".findings")).toContainText("7:5");
  await expect(page.locator(".findings")).toContainText("workflow_running");
  await expect(page.getByRole("button", { name: "Save into the sandbox" })).toBeDisabled();
  await text.fill(sound);
  await expect(page.getByText("No mistakes.", { exact: true })).toBeVisible();
  await expect(page.locator(".preview")).toContainText("succeeded");
  await mock.part("Faults");
  await page.goBack();
  await expect(text).toHaveValue(sound);
  await expect(page.getByText("No mistakes.", { exact: true })).toBeVisible();
  await mock.press("Save into the sandbox");
  await expect(page.getByText(/by-hand was saved .* with workflowId wf_my_scenario follow it/)).toBeVisible();
  await mock.press("Create one");
  await page.getByRole("article").getByRole("link", { name: "by-hand" }).click();
  await mock.press("Delete");
  await mock.press("Press again: what was saved goes");
  await expect(page.getByText("by-hand was deleted.")).toBeVisible();
  await expect(page).toHaveURL(/#\/scenarios$/);
  await page.getByRole("link", { name: "waits-for-approval" }).click();
  await expect(page.getByText("No mistakes.", { exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: "Delete" })).toHaveCount(0);
});

/** Holds back the answer to the next such request: once `asked`, `release` lets it come. */
async function held(page, pattern, method) {
  let [tell, free] = [];
  const [asked, freed] = [new Promise((done) => (tell = done)), new Promise((done) => (free = done))];
  let request = null;
  await page.route(pattern, async (route) => {
    if (request || route.request().method() !== method) {
      return route.fallback();
    }
    request = route.request();
    const response = await route.fetch();
    tell();
    await freed;
    return route.fulfill({ response });
  });
  const release = async () => {
    const came = page.waitForEvent("requestfinished", (one) => one === request);
    free();
    await came;
  };
  return { asked, release };
}

test("an answer that comes late leaves the reader, and what is shown, where they are by then", async ({ mock, page }) => {
  await page.goto("/_execmock/#/scenarios/+");
  await expect(page.getByRole("button", { name: "Save into the sandbox" })).toBeEnabled();
  const saving = await held(page, "**/scenarios/my-scenario*", "PUT");
  await mock.press("Save into the sandbox");
  await saving.asked;
  await mock.part("New");
  await saving.release();
  await expect(page.getByText(/my-scenario was saved/)).toBeVisible();
  await expect(page.getByText("Says in a sentence what happens.")).toHaveCount(1);
  await expect(page).toHaveURL(/#\/new$/);

  await mock.part("Faults");
  const reading = await held(page, /\/faults\?/, "GET");
  await mock.press("503 unavailable");
  await reading.asked;
  const others = page.waitForResponse(/\/faults\?sandbox=default/);
  await mock.choose("default");
  await others;
  await reading.release();
  await expect(page.getByText("503 unavailable is on.")).toBeVisible();
  await expect(page.getByText("No fault is on.")).toBeVisible();
  await expect(page.getByText("1 fault on:")).toHaveCount(0);
  await mock.choose(mock.sandbox.id);
  await expect(page.getByText("1 fault on:")).toBeVisible();

  const { id } = await (await mock.request.post("/_execmock/sandboxes", { data: { name: `${mock.sandbox.id}-gone` } })).json();
  await mock.choose(id);
  await mock.part("Sandbox");
  const deleting = await held(page, `**/sandboxes/${id}*`, "DELETE");
  await mock.press("Delete the sandbox");
  await mock.press("Press again: it goes with all in it");
  await deleting.asked;
  await mock.choose(mock.sandbox.id);
  await deleting.release();
  await expect(page.getByText(`The sandbox ${id} was deleted.`)).toBeVisible();
  await expect(page.getByRole("heading", { name: `Sandbox ${mock.sandbox.id}` })).toBeVisible();
});

test("a snapshot brings back what was there", async ({ mock, page }) => {
  const id = await mock.create("free-happy-path");
  await mock.part("Sandbox");
  await page.locator("form", { hasText: "Take a snapshot" }).getByLabel("Name").fill("before");
  await mock.press("Take a snapshot");
  const saved = page.waitForEvent("download");
  await mock.press("Download");
  const file = await (await saved).path();
  await mock.press("Empty it");
  await mock.press("Press again: all executions go");
  await expect(page.getByText("0 executions")).toBeVisible();
  await mock.press("Restore");
  await mock.part("Executions");
  await expect(mock.row(id)).toBeVisible();
  await mock.part("Sandbox");
  await page.getByLabel(/Drop a snapshot here/).setInputFiles({ name: "kept.json", mimeType: "application/json", buffer: await (await import("node:fs/promises")).readFile(file) });
  await expect(page.getByText("The sandbox is again as in kept.json.")).toBeVisible();
});
