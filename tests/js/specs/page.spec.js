// What the recipes do not show: a page that meets refusals, and a sandbox of each test.
import { test, expect } from "execmock/playwright";

test.use({ mockOptions: { frozen: true, start: "2026-01-01T09:00:00Z" } });

test.beforeEach(async ({ page, mock }) => {
  await mock.route(page, "https://api.example.com/");
  await page.clock.install({ time: await mock.clock.now() });
});

test("a failed order is shown as failed", async ({ page, mock }) => {
  const { execution, clientToken } = await mock.create("wf_node_fails");
  await mock.clock.advance("1h");
  await page.goto(`/?id=${execution.id}&token=${clientToken}`);
  await expect(page.getByRole("status")).toHaveText("failed");
  expect((await mock.executions()).map(({ id }) => id)).toEqual([execution.id]);
});

test("a token that opens nothing is told to the reader", async ({ page, mock }) => {
  const { execution } = await mock.create("wf_free_happy_path");
  await page.goto(`/?id=${execution.id}&token=not-the-token`);
  await expect(page.getByRole("alert")).toContainText("401");
  await mock.requests.assertNothingElse("createExecution"); // no key led the other one here
});
