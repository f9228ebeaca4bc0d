import { test, expect } from "./mock.js";

const POLL = 3000; // the page reads so often; its timers run on Playwright's clock, so nobody waits

async function open(page, mock, workflowId, token) {
  const { execution, clientToken } = await mock.create(workflowId);
  await page.clock.install({ time: new Date("2026-01-01T09:00:00Z") });
  await page.goto(`/?${new URLSearchParams({ api: mock.url, id: execution.id, token: token ?? clientToken })}`);
  return execution.id;
}

async function polled(page) {
  const read = page.waitForResponse((answer) => answer.url().includes("/v1/public/executions/"));
  await page.clock.runFor(POLL);
  await (await read).finished();
}

const status = (page) => page.getByRole("status");
const titles = (page) => page.getByRole("listitem").allTextContents();

test("the page follows an order to its end, and reads no more then", async ({ page, mock }) => {
  await open(page, mock, "wf_free_happy_path");
  await expect(status(page)).toHaveText("queued");

  await mock.advance("2s");
  await polled(page);
  await expect(status(page)).toHaveText("running");
  expect(await titles(page)).not.toContain("09:00:03Order fetched");

  await mock.advance("4s");
  await polled(page);
  await expect(status(page)).toHaveText("succeeded");
  expect(await titles(page)).toContain("09:00:03Order fetched");

  await page.clock.runFor(10 * POLL);
  const reads = (await mock.requests()).filter((request) => request.operation === "getPublicExecution");
  expect(reads.map((read) => read.status)).toEqual([200, 200, 200]);
});

test("an order that waits for approval goes on when it is approved", async ({ page, mock }) => {
  const id = await open(page, mock, "wf_waits_for_approval");
  await mock.advance("3s");
  await polled(page);
  await expect(status(page)).toHaveText("waiting");

  await mock.signal(id, "approve", { by: "Ada" });
  await mock.advance("2s");
  await polled(page);
  await expect(status(page)).toHaveText("succeeded");
  expect(await titles(page)).toContain("09:00:03Approved");
});

test("a failed order is shown as failed", async ({ page, mock }) => {
  await open(page, mock, "wf_node_fails");
  await mock.advance("1h");
  await polled(page);
  await expect(status(page)).toHaveText("failed");
});

test("a token that opens nothing is told to the reader, and read again", async ({ page, mock }) => {
  await open(page, mock, "wf_free_happy_path", "not-the-token");
  await expect(page.getByRole("alert")).toContainText("401");
  await polled(page);
  await expect(page.getByRole("alert")).toBeVisible();
});
