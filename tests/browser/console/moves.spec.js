// An execution from its creation on: watched, held, signalled, led, looked back at.
import { expect, test } from "./page.js";

test("an execution is created, held by the clock, and led until it succeeds", async ({ mock, page }) => {
  const id = await mock.create("paid-happy-path");
  await page.getByRole("link", { name: "Watch it" }).click();
  await expect(page.getByRole("heading", { name: id })).toBeVisible();
  await expect(mock.status).toHaveText("awaiting payment");
  await mock.press("To the next change");
  await expect(mock.status).toHaveText("payment confirmed");
  await mock.press("Until this one succeeds");
  await expect(mock.status).toHaveText("succeeded");
  await expect(page.getByText("Nothing: succeeded is the end.")).toBeVisible();
});

test("it moves before one's eyes, and stands still once it is frozen", async ({ mock, page }) => {
  const id = await mock.create("paid-happy-path");
  await mock.part("Executions");
  await expect(mock.row(id)).toContainText("awaiting payment");
  await mock.press("60×");
  await expect(mock.row(id)).not.toContainText("awaiting payment");
  await mock.press("Freeze");
  await expect(page.getByRole("button", { name: "Freeze" })).toHaveAttribute("aria-pressed", "true");
  const shown = page.locator(".clock time");
  const held = (await mock.control("GET", "clock")).now.slice(0, 19).replace("T", " ");
  await expect(shown).toHaveText(held);
  await mock.press("+1 h");
  await expect(shown).not.toHaveText(held);
});

test("an approval comes with its payload, and the views show what it changed", async ({ mock, page }) => {
  const id = await mock.shown("waits-for-approval");
  await expect(page.getByText("It waits for no signal now. Later it may wait for approve or reject")).toBeVisible();
  await mock.press("To the next change");
  // Another one would move sooner, which is not the one that is looked at.
  await mock.control("PUT", "scenarios/soon", { scenario: { scenario: "soon", steps: [{ status: "workflow_queued", next: { after: "1ms" } }, { status: "workflow_cancelled" }] } });
  await mock.control("POST", "executions", { scenario: "soon", request: { workflowId: "wf_x", sourceSystem: "shop", sourceEntityType: "order" } });
  await mock.press("To its next change");
  await expect(mock.status).toHaveText("waiting");
  await expect(page.getByText("Its scenario reads by")).toBeVisible();
  await mock.press("+1 s");
  await page.getByLabel("Payload, as JSON").fill("{by: Ada}");
  await mock.press("Send approve");
  await expect(page.getByRole("alert").filter({ hasText: "The payload is not JSON" })).toBeVisible();
  await page.getByLabel("Payload, as JSON").fill('{"by": "Ada"}');
  await mock.press("Send approve");
  await expect(mock.status).toHaveText("running");
  const view = page.getByLabel("With a key");
  await expect(view).toContainText("Approved by Ada");
  await expect(view.locator(".changed", { hasText: "workflow_running" })).toHaveAttribute("title", /was .*workflow_waiting/);
  await page.getByLabel("compared with the beginning").check();
  await expect(view.locator(".changed", { hasText: "workflow_running" })).toContainText('was "workflow_queued"');
  await page.getByLabel("Look at", { exact: true }).press("Home");
  await expect(view).toContainText('"status": "workflow_queued"');
  await expect(view).not.toContainText("Ada");
  const { history } = await mock.control("GET", `executions/${id}`);
  expect(history.at(-1)).toMatchObject({ status: "workflow_running", signal: "approve" });
});

test("a rejection says why, and a jump leads elsewhere", async ({ mock, page }) => {
  await mock.shown("waits-for-approval");
  await page.getByRole("combobox", { name: "Jump to" }).selectOption("approval");
  await mock.press("Jump");
  await expect(mock.status).toHaveText("waiting");
  await page.getByLabel("Payload, as JSON").fill('{"reason": "Too dear"}');
  await mock.press("Send reject");
  await expect(mock.status).toHaveText("failed");
  await expect(page.getByRole("button", { name: "Until this one succeeds" })).toHaveCount(0);
  await expect(page.locator("#execution-title")).toBeFocused();
  await expect(page.getByLabel("With a key")).toContainText("Approval rejected. Too dear");
  await expect(page.getByRole("list", { name: "What happened" })).toContainText("by the signal reject");
});

test("a request of one's own is valid by construction, and what is missing is said at its place", async ({ mock, page }) => {
  await mock.part("New");
  await page.getByLabel("Search scenarios").fill("approval reject");
  await expect(page.getByRole("button", { name: "Create waits-for-approval" })).toBeVisible();
  await page.getByText("From a request of your own").click();
  await page.getByLabel(/^workflowId/).fill("");
  await page.getByLabel(/^requestPayload/).fill("[1]");
  await mock.press("Create from this");
  await expect(page.getByText("It is required.")).toBeVisible();
  await expect(page.getByText(/Expected an object/)).toBeVisible();
  await page.getByLabel(/^workflowId/).fill("wf_mine");
  await page.getByLabel(/^requestPayload/).fill('{"lines": 2}');
  await page.locator("form.own").getByLabel("Scenario").selectOption("node-fails");
  await mock.press("Create from this");
  await expect(page.locator(".made")).toContainText("follows node-fails");
  const { executions } = await mock.control("GET", "executions");
  expect(executions[0]).toMatchObject({ workflow: "wf_mine", scenario: "node-fails" });
});

test("thousands are a few rows in the document, found by search, order and keys", async ({ mock, page }) => {
  await mock.part("New");
  await mock.press("Fill with 5,000");
  await expect(page.getByText("The sandbox now has 5,000 executions.")).toBeInViewport();
  await expect(page.getByRole("button", { name: "Freeze" })).toHaveAttribute("aria-pressed", "true");
  await mock.part("Executions");
  const grid = page.getByRole("grid", { name: "Executions" });
  await expect(grid).toHaveAttribute("aria-rowcount", "5001");
  expect(await grid.getByRole("row").count()).toBeLessThan(80);
  await page.getByRole("combobox", { name: "Status" }).selectOption("workflow_waiting");
  await expect(page.getByText(/^\d[\d,]* of 5,000 executions$/)).toBeVisible();
  await page.keyboard.press("Escape");
  await grid.focus();
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowUp");
  const chosen = grid.locator('[aria-selected="true"] a');
  const id = await chosen.innerText();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: id })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("combobox", { name: "Status" })).toHaveValue("workflow_waiting");
  await page.getByRole("heading", { name: "Executions" }).click();
  await page.keyboard.press("/");
  await page.keyboard.type(id);
  await expect(page.getByText("1 of 5,000 executions")).toBeVisible();

  await mock.press("Show all");
  await page.setViewportSize({ width: 360, height: 700 });
  for (const label of ["Status", "Scenario", "Workflow", "Step", "Waits for"]) {
    const { x, width } = await page.getByRole("combobox", { name: label, exact: true }).boundingBox();
    expect([label, x >= 0, x + width <= 360, width > 100]).toEqual([label, true, true, true]);
  }
  await page.getByRole("combobox", { name: "Waits for" }).selectOption("approve");
  await expect(page.getByText(/^\d[\d,]* of 5,000 executions$/)).toBeVisible();
  await expect(mock.row("exec_").first()).toContainText("approve");
});
