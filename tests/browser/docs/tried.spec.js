// The docs page as its readers use it: every operation is tried from it, with what is filled in already.
import { MOCK, expect, opened, test } from "./page.js";

const EMBED = `http://127.0.0.1:${process.env.EMBED_PORT}`;

const block = (page, summary) => page.locator(".opblock", { hasText: summary });

async function tried(page, summary) {
  const operation = block(page, summary);
  if (!(await operation.isVisible())) {
    await page.getByLabel("the start").check(); // the test before may have closed all
  }
  if ((await operation.locator("button.execute").count()) === 0) {
    await operation.locator(".opblock-summary-control").click();
  }
  const answered = page.waitForResponse((answer) => ["fetch", "xhr"].includes(answer.request().resourceType()));
  await operation.locator("button.execute").click();
  const answer = await answered;
  expect(page.errors ?? []).toEqual([]);
  return { status: answer.status(), url: new URL(answer.url()), body: await answer.json() };
}

const CREATE = "Create an execution for a workflow";
const READS = ["Get a single execution by ID", "Get the current status and event timeline for a public execution"];

test("what was created can be read at once: id and token are filled in", async ({ shared: page }) => {
  const created = await tried(page, CREATE);
  expect(created.status).toBe(200);
  const { id } = created.body.data.execution;
  for (const summary of READS) {
    const read = await tried(page, summary);
    expect([read.status, read.url.pathname.split("/").at(-1)]).toEqual([200, id]);
  }
});

test("two creates make two executions, and the list has both", async ({ shared: page }) => {
  const made = [await tried(page, CREATE), await tried(page, CREATE)].map((answer) => answer.body.data.execution.id);
  expect(new Set(made).size).toBe(2);
  const listed = (await tried(page, "List executions for the current organization")).body.data.items;
  expect(listed.map((item) => item.id)).toEqual(expect.arrayContaining(made));
});

test("behind a proxy that takes a prefix off, requests go there and what was created is filled in", async ({ page }) => {
  const asked = [];
  await page.route("**/mock/**", (route) => {
    const url = new URL(route.request().url());
    asked.push(url.pathname);
    return route.continue({ url: url.href.replace("/mock/", "/") });
  });
  const said = await opened(page, `${MOCK}/mock/docs/`);
  const created = await tried(page, CREATE);
  const read = await tried(page, READS[0]);
  expect([created.status, read.status]).toEqual([200, 200]);
  const calls = asked.filter((path) => path.includes("/v1/"));
  expect(calls).toEqual(["/mock/v1/executions", `/mock/v1/executions/${created.body.data.execution.id}`]);
  expect(said).toEqual([]);
});

test("an operation on another port of the mock is tried there, and anew each time", async ({ shared: page }) => {
  const [first, second] = [await tried(page, "Execute workflow"), await tried(page, "Execute workflow")];
  expect([first.status, first.url.origin]).toEqual([201, EMBED]);
  expect(second.body.id).not.toBe(first.body.id);
});
