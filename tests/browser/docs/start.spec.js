// What the docs page begins with, as a front end's developer uses it: one click makes an execution of any outcome.
import { execFileSync } from "node:child_process";
import { MOCK, expect, opened, test } from "./page.js";
import { faint, tooWide } from "./reading.js";

const { SCREENSHOTS } = process.env;
const STRICT = `http://127.0.0.1:${process.env.STRICT_PORT}`;

const told = (made, name) => made.locator(`dt:text-is("${name}") + dd .copyable > :first-child`).innerText();
const pasted = (line) => JSON.parse(execFileSync("bash", ["-c", line], { encoding: "utf8" }));

/** Presses the button of a magic id and returns what then stands below it. */
async function create(page, group, id) {
  const button = page.getByRole("button", { name: `Create ${id}`, exact: true });
  if (!(await button.isVisible())) {
    await page.locator("#scenarios summary", { hasText: group }).click();
  }
  await button.click();
  const made = page.locator("#scenarios li").filter({ has: button }).locator(".made");
  await expect(made).not.toBeEmpty();
  return made;
}

async function linesWork(page) {
  const made = await create(page, "It succeeds", "wf_free_happy_path");
  const [id, token, open] = [await told(made, "Id"), await told(made, "Client token"), await told(made, "Public address")];
  expect(open).toContain(`/v1/public/executions/${id}?token=${token}`);
  expect(pasted(await told(made, "Read")).data.execution.id).toBe(id);
  expect(pasted(await told(made, "Read without a key")).data.id).toBe(id);
  expect(pasted(await told(made, "Create")).data.execution.workflowId).toBe("wf_free_happy_path");
  expect(await (await page.request.get(open)).json()).toMatchObject({ data: { id } });
}

test("one click makes an execution, and its lines and its public address work", async ({ shared: page }) => {
  await linesWork(page);
  expect(page.said).toEqual([]);
});

test("scenarios stand by how they end, and the first group is open", async ({ shared: page }) => {
  const groups = await page.locator("#scenarios summary").allInnerTexts();
  expect(groups.map((name) => name.replace(/\s*\d+$/, ""))).toEqual([
    "It succeeds", "It fails", "It is cancelled", "It waits for your signal", "It ends in several ways", "It ends as partial",
    "An embedded workflow",
  ]);
  const first = page.locator("#scenarios li").first();
  await expect(first).toContainText("wf_paid_happy_path what happens by default");
  await expect(page.getByRole("button", { name: "Create wf_node_fails" })).toBeHidden();
});

test("a signal is sent from the page, which says what an execution waits for", async ({ shared: page, request }) => {
  const made = await create(page, "It waits for your signal", "wf_waits_for_approval");
  await page.getByRole("button", { name: "Send approve" }).click();
  await expect(made.locator(".problem")).toContainText("409");
  await request.post(`${MOCK}/_execmock/clock/advance`, { data: { by: "3s" } });
  await page.getByRole("button", { name: "Send approve" }).click();
  await expect(made.locator(".timeline")).toContainText("Approved");
  expect(pasted(await told(made, "Read")).data.execution.status).toBe("workflow_running");
});

test("an embedded workflow is executed too, on whichever port it is", async ({ shared: page }) => {
  const made = await create(page, "An embedded workflow", "workflow_16");
  expect(pasted(await told(made, "Create"))).toMatchObject({ key: "workflow_16", object: "execution" });
});

test("any answer can be forced, as the line for a shell does it", async ({ shared: page }) => {
  const part = page.locator("#prefer");
  await part.getByRole("button", { name: "Send" }).click();
  await expect(part.locator(".came")).toContainText("429 Too Many Requests");
  await expect(part.locator(".came")).toContainText("Retry-After");
  await part.getByLabel("Request").selectOption("listExecutions");
  await part.getByLabel("Answer").selectOption("200 emptyPage");
  expect(pasted(await part.locator(".line code").innerText()).data.items).toEqual([]);
  await part.getByLabel("Request").selectOption("getPublicExecution");
  await part.getByLabel("Answer").selectOption("401 wrongToken");
  await part.getByRole("button", { name: "Send" }).click();
  await expect(part.locator("pre")).toContainText('"code": 401');
});

test("a page with workflow ids of its own picks a scenario by the header", async ({ shared: page }) => {
  const part = page.locator("#scenario");
  await part.getByLabel("Scenario").selectOption("fails-at-once");
  await part.getByRole("button", { name: "Create" }).click();
  await expect(part.locator(".status")).toHaveText("workflow_failed");
  const line = await part.locator(".line code").innerText();
  expect(pasted(line).data.execution).toMatchObject({ status: "workflow_failed", workflowId: "wf_of_your_own" });
});

test("where keys are held to, the page's key works, another one can be used, and signals are lines", async ({ page }) => {
  const said = await opened(page, `${STRICT}/docs/`);
  await linesWork(page);
  expect(said).toEqual([]);
  const rows = page.locator("#keys tbody tr");
  expect(await rows.allInnerTexts()).toEqual(["b3sk_reader\tread\tdefault", "b3sk_writer\tread-write\tdefault"]);

  const made = await create(page, "It waits for your signal", "wf_waits_for_approval");
  await expect(page.getByRole("button", { name: "Send approve" })).toHaveCount(0);
  expect(await told(made, "Send approve")).toMatch(/'http:\/\/127\.0\.0\.1:\d+\/_execmock\/.+\/signal\?.+CONTROL_KEY/);

  await page.getByLabel("Requests of this page carry").fill("b3sk_reader");
  await page.getByLabel("Requests of this page carry").press("Tab");
  const refused = await create(page, "It succeeds", "wf_quiet");
  await expect(refused.locator(".problem")).toContainText("403");
  await expect(page.locator("#prefer .line")).toContainText("b3sk_reader");
  await page.reload();
  await expect(page.locator("#prefer .line")).toContainText("b3sk_reader");

  await page.locator(".btn.authorize").click();
  const given = page.locator(".auth-container").first();
  await given.locator("button", { hasText: "Logout" }).click();
  await given.locator("input").fill("b3sk_writer");
  await given.locator("button", { hasText: "Authorize" }).click();
  await expect(page.locator("#prefer .line")).toContainText("b3sk_writer");
});

test("notes on where statements come from stand at the end", async ({ shared: page }) => {
  await expect(page.locator(".info")).not.toContainText("Where a statement comes from");
  await page.getByText("About this contract").click();
  const notes = page.getByText("Where a statement comes from");
  await expect(notes).toBeVisible();
  const [end, last] = await Promise.all([notes.boundingBox(), page.locator(".opblock").last().boundingBox()]);
  expect(end.y).toBeGreaterThan(last.y);
});

test("everything can be read, in light and dark, on a phone too, and how much is open is remembered", async ({ shared: page }) => {
  const grounds = { light: "rgb(255, 255, 255)", dark: "rgb(28, 32, 34)" };
  for (const [colorScheme, ground] of Object.entries(grounds)) {
    await page.emulateMedia({ colorScheme });
    await expect(page.locator("body")).toHaveCSS("background-color", ground);
    for (const [device, width, height] of [["desktop", 1280, 900], ["phone", 390, 844]]) {
      await page.setViewportSize({ width, height });
      expect(await page.evaluate(tooWide)).toBe(0);
      if (SCREENSHOTS) {
        await page.screenshot({ path: `${SCREENSHOTS}/docs-${colorScheme}-${device}.png`, fullPage: true });
      }
    }
  }
  const [all, closed] = [page.getByLabel("everything"), page.getByLabel("nothing")];
  await all.check();
  await expect(page.locator("details:not([open])")).toHaveCount(0);
  await expect(page.locator(".opblock.is-open")).toHaveCount(await page.locator(".opblock").count());
  await expect(page.locator(".opblock-body").last()).toBeVisible();
  expect(await page.evaluate(tooWide)).toBe(0);
  for (const colorScheme of Object.keys(grounds)) {
    await page.emulateMedia({ colorScheme });
    await expect.poll(() => page.evaluate(faint, 4.5), { timeout: 30_000 }).toEqual([]); // colours pass over slowly
  }
  await closed.check();
  await expect(page.locator("details[open]")).toHaveCount(0);
  await page.reload();
  await expect(page.locator("#parts")).toBeVisible();
  await expect(closed).toBeChecked();
  await expect(page.locator("details[open]")).toHaveCount(0);
});
