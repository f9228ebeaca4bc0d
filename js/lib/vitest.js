import { expect, inject, test as base } from "vitest";
import { Control } from "./control.js";
import { MockError } from "./errors.js";
import { openSandbox } from "./sandbox.js";

/** @typedef {import("./index.js").Sandbox} TypedSandbox */

/**
 * Vitest's `test` with a sandbox of its own for every test that takes `mock`, on the plugin's server.
 * @type {typeof import("./vitest.js").test}
 */
export const test = /** @type {any} */ (base).extend({
  mockOptions: {},
  mock: async (/** @type {any} */ { mockOptions, task }, /** @type {(mock: TypedSandbox) => Promise<void>} */ use) => {
    const sandbox = await openSandbox(await place(), mockOptions);
    try {
      await use(sandbox);
      await judge(sandbox, task.result?.state === "fail");
    } finally {
      await sandbox.close();
    }
  },
});

export { expect };

/** @returns {Promise<import("./sandbox.js").Place>} */
async function place() {
  const server = inject("execmock");
  if (!server) throw new MockError("no server: add the plugin of execmock/vitest/plugin to vitest.config");
  const { url, controlUrl, controlKey } = server;
  if ("__vitest_browser__" in globalThis) {
    // A page may not use the control API, so Vitest's server does it.
    const { commands } = /** @type {any} */ (await import("vitest/browser"));
    return { url, control: new Control(commands.execmockControl), api: commands.execmockApi };
  }
  const { sender } = await import("./http.js");
  return { url, control: new Control(sender(controlUrl, { key: controlKey })), api: sender(url) };
}

/**
 * Hold a test that passed to what is strict, and print of one that did not what happened.
 * @param {TypedSandbox} sandbox @param {boolean} failed
 */
async function judge(sandbox, failed) {
  const problem = failed ? undefined : await sandbox.checkClient().catch((error) => error);
  if (failed || problem) {
    for (const [name, text] of Object.entries(await sandbox.report())) {
      if (text) console.error(`execmock ${name}:\n${text}`);
    }
  }
  if (problem) throw problem;
}
