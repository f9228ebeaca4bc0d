// The first five minutes with the README alone: its commands, and its code in a page of another origin.
import { execFileSync } from "node:child_process";
import { test, expect } from "@playwright/test";
import { MOCK, PAGE, block } from "./readme.js";

const POLL = 3000;
const pasted = (lines) => execFileSync("bash", ["-ec", lines], { encoding: "utf8" });

/** Opens the page with its timers in the test's hand; returns what goes wrong, as it comes. */
async function opened(page, query) {
  const troubles = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && troubles.push(message.text()));
  page.on("pageerror", (error) => troubles.push(String(error)));
  await page.clock.install();
  await page.goto(`${PAGE}/?${new URLSearchParams(query)}`);
  return troubles;
}

async function polled(page) {
  const read = page.waitForResponse((answer) => answer.request().method() === "GET" && answer.url().startsWith(MOCK));
  await page.clock.runFor(POLL);
  await (await read).finished();
}

const status = (page) => page.locator("#status");
const advance = (request, by) => request.post(`${MOCK}/_execmock/clock/advance`, { data: { by } });

test("an order is made, waits, is approved by the README's lines, and is shown to the customer", async ({ page, request, context }) => {
  const troubles = await opened(page, { workflow: "wf_waits_for_approval" });
  const traced = page.waitForRequest((asked) => asked.method() === "POST");
  await page.getByText("Order", { exact: true }).click();
  const sent = await traced;
  expect(await sent.allHeaders()).toMatchObject({ "x-datadog-trace-id": "9876543210", traceparent: expect.stringMatching(/^00-/), origin: PAGE });
  expect(await (await sent.response()).headerValue("access-control-allow-credentials")).toBe("true");
  await expect(status(page)).toHaveText("workflow_queued");

  await advance(request, "3s");
  await polled(page);
  await expect(status(page)).toHaveText("workflow_waiting");

  const customer = await context.newPage();
  const mind = await opened(customer, await page.locator("#public").evaluate((link) => [...new URL(link.href).searchParams]));
  await expect(status(customer)).toHaveText("workflow_waiting");

  const id = new URL(customer.url()).searchParams.get("id");
  const [, ...lines] = block("approve").split(/^(?=curl)/m);
  pasted(`id=${id}\n${lines.join("")}`);
  await advance(request, "2s");
  await polled(page);
  await expect(status(page)).toHaveText("workflow_succeeded");
  await expect(page.locator("#timeline")).toContainText("Approved");
  await customer.reload();
  await expect(status(customer)).toHaveText("workflow_succeeded");
  expect([...troubles, ...mind]).toEqual([]);
});

test("the lines of the README make an order that the page lists, page by page, in a world that has a past", async ({ page }) => {
  const made = pasted(block("shell")).match(/exec_\w+/)[0];
  const troubles = await opened(page, {});
  const orders = page.locator("#orders li");
  for (const count of [5, 10]) {
    await page.getByText("More orders").click();
    await expect(orders).toHaveCount(count);
  }
  const ids = await orders.allInnerTexts();
  expect(ids).toContain(made);
  expect(new Set(ids).size).toBe(10);
  await expect(page.getByText("More orders")).toBeEnabled();
  expect(troubles).toEqual([]);
});

test("whatever is wrong, the page can read what it is, and the console has no more than the browser's own lines", async ({ page }) => {
  const troubles = await opened(page, { id: "exec_00000000000000000000" });
  await page.getByText("Everything wrong").click();
  const answers = page.locator("#answers li");
  await expect(answers).toHaveCount(7);
  const read = (await answers.allInnerTexts()).map((text) => JSON.parse(text));
  expect(read.map((answer) => answer.status)).toEqual([400, 401, 400, 404, 503, 405, 404]);
  expect(read[0].places).toContain("body/workflowId");
  expect(read.filter(({ message, whole }) => !message || !whole)).toEqual([]);
  const reasons = { 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable" };
  const failed = ({ status: code }) => `Failed to load resource: the server responded with a status of ${code} (${reasons[code]})`;
  expect(troubles).toEqual(read.map(failed));
});
