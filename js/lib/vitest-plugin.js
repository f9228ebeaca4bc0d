import { sender } from "./http.js";
import { attach, start } from "./server.js";

/**
 * A plugin of Vitest that starts a server for the run, or reaches one.
 * @type {typeof import("./vitest-plugin.js").execmock}
 */
export function execmock({ url, controlUrl, controlKey, ca, ...options } = {}) {
  /** @type {import("./control.js").Send} */ let control;
  /** @type {import("./control.js").Send} */ let api;
  return {
    name: "execmock",
    config: () => ({
      // It must meet the same copy of Vitest as the tests do.
      optimizeDeps: { exclude: ["execmock"] },
      test: {
        browser: {
          commands: {
            execmockControl: (/** @type {unknown} */ _, /** @type {Parameters<typeof control>} */ ...call) => control(...call),
            execmockApi: (/** @type {unknown} */ _, /** @type {Parameters<typeof api>} */ ...call) => api(...call),
          },
        },
      },
    }),
    async configureVitest(/** @type {import("vitest/node").VitestPluginContext} */ { vitest, project }) {
      const server = await (url === undefined ? start(options) : attach(url, { controlUrl, controlKey, ca }));
      vitest.onClose(() => server.close());
      control = sender(server.controlUrl, { key: server.controlKey, ca });
      api = sender(server.url, { ca });
      project.provide("execmock", { url: server.url, controlUrl: server.controlUrl, controlKey: server.controlKey });
    },
  };
}
