import { expect, test as base } from "@playwright/test";
import { attach, start } from "./server.js";

/**
 * @typedef {import("./playwright.js").ExecmockTestOptions & { mock: import("./playwright.js").PageSandbox }} OfTest
 * @typedef {import("./playwright.js").ExecmockWorkerOptions & { mockServer: import("./index.js").Server }} OfWorker
 * @typedef {import("@playwright/test").PlaywrightTestArgs & import("@playwright/test").PlaywrightTestOptions} Args
 * @typedef {import("@playwright/test").PlaywrightWorkerArgs & import("@playwright/test").PlaywrightWorkerOptions} WorkerArgs
 * @type {import("@playwright/test").Fixtures<OfTest, OfWorker, Args, WorkerArgs>}
 */
const fixtures = {
  execmock: [{}, { option: true, scope: "worker" }],
  mockOptions: [{}, { option: true }],
  mockServer: [
    async ({ execmock: { url, controlUrl, controlKey, ca, ...options } }, use) => {
      const server = await (url === undefined ? start(options) : attach(url, { controlUrl, controlKey, ca }));
      await use(server);
      await server.close();
    },
    { scope: "worker" },
  ],
  mock: async ({ mockServer, mockOptions }, use, testInfo) => {
    const sandbox = await mockServer.sandbox(mockOptions);
    try {
      await use(Object.assign(sandbox, { route: route.bind(undefined, sandbox) }));
      await judge(sandbox, testInfo);
    } finally {
      await sandbox.close();
    }
  },
};

/** Playwright's `test` with a sandbox of its own for every test, on one server a worker. */
export const test = base.extend(fixtures);
export { expect };

/**
 * Answer what a page asks of an address in a sandbox, with the sandbox's key in place of its own.
 * @param {import("./index.js").Sandbox} sandbox
 * @param {import("@playwright/test").Page | import("@playwright/test").BrowserContext} page
 * @param {string} address
 */
async function route(sandbox, page, address) {
  const { origin, pathname } = new URL(address);
  const base = pathname.replace(/\/+$/, "");
  const isMeant = (/** @type {URL} */ url) => url.origin === origin && `${url.pathname}/`.startsWith(`${base}/`);
  await page.route(isMeant, async (route) => {
    const request = route.request();
    const headers = await request.allHeaders();
    if ("authorization" in headers) headers.authorization = sandbox.headers.Authorization;
    const url = sandbox.url + request.url().slice(origin.length + base.length);
    try {
      await route.fulfill({ response: await route.fetch({ url, headers, maxRedirects: 0, timeout: 0 }) });
    } catch {
      // No whole answer came, as a fault may want it, or the test is over: then nothing waits for this either.
      await route.abort("connectionreset").catch(() => {});
    }
  });
}

/**
 * Hold a test that passed to what is strict, and tell in the report of one that did not what happened.
 * @param {import("./index.js").Sandbox} sandbox @param {import("@playwright/test").TestInfo} testInfo
 */
async function judge(sandbox, testInfo) {
  const problem = testInfo.status === "passed" ? await sandbox.checkClient().catch((error) => error) : undefined;
  if (problem || testInfo.status !== testInfo.expectedStatus) {
    for (const [name, text] of Object.entries(await sandbox.report())) {
      if (text) await testInfo.attach(`execmock ${name}`, { body: text, contentType: "text/plain" });
    }
  }
  if (problem) throw problem;
}
