// A sandbox of its own for every test: `import { test, expect } from "./mock.js"` and use `mock`.
import { test as base, expect } from "@playwright/test";

const URL_OF_MOCK = `http://127.0.0.1:${process.env.EXECMOCK_PORT ?? 4010}`;

async function call(method, path, body, headers = {}) {
  const answer = await fetch(URL_OF_MOCK + path, {
    method,
    headers: { "Content-Type": "application/json", ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}

export const test = base.extend({
  mock: async ({}, use) => {
    const made = await call("POST", "/_execmock/sandboxes", { clock: { frozen: true, now: "2026-01-01T09:00:00Z" } });
    const key = made.keys[0].key;
    const control = (method, path, body) => call(method, `/_execmock${path}?sandbox=${made.id}`, body);
    await use({
      url: URL_OF_MOCK,
      key,
      advance: (by) => control("POST", "/clock/advance", { by }),
      signal: (id, signal, payload) => control("POST", `/executions/${id}/signal`, { signal, payload }),
      requests: async () => (await control("GET", "/journal")).entries,
      create: async (workflowId) => {
        const body = { workflowId, sourceSystem: "shop", sourceEntityType: "order" };
        return (await call("POST", "/v1/executions", body, { Authorization: `Bearer ${key}` })).data;
      },
    });
    await call("DELETE", `/_execmock/sandboxes/${made.id}`);
  },
});
export { expect };
