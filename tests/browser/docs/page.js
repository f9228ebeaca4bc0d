// The docs page. Loading it takes long, so those tests that mind nothing of the others share one.
import { test as base, expect } from "@playwright/test";
import { listened } from "./reading.js";

export const MOCK = `http://127.0.0.1:${process.env.EXECMOCK_PORT}`;

/** Opens the docs page; returns what it says in the console, as it comes. */
export async function opened(page, address = `${MOCK}/docs/`) {
  const said = listened(page);
  await page.goto(address);
  await expect(page.locator(".opblock").first()).toBeVisible();
  return said;
}

export const test = base.extend({
  shared: [
    async ({ browser }, use) => {
      const page = await browser.newPage();
      page.errors = [];
      page.on("pageerror", (error) => page.errors.push(String(error)));
      page.said = await opened(page);
      await use(page);
      await page.close();
    },
    { scope: "worker" },
  ],
});

export { expect };
