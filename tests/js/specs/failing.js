// Tests that fail, for what is reported of them.
import { test as base } from "execmock/vitest";

const strict = base.extend({ mockOptions: { strictClient: true } });

base("an assertion fails", async ({ mock }) => {
  await mock.create("wf_waits_for_approval");
  await mock.requests.assertNotCalled("createExecution");
});

strict("a client breaks the contract", async ({ mock }) => {
  await fetch(`${mock.url}/v1/executions?limit=none`, { headers: mock.headers });
});
