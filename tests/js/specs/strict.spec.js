// A test that fails, for what is reported of it. It needs no page.
import { test } from "execmock/playwright";

test.use({ mockOptions: { strictClient: true } });

test("a client breaks the contract", async ({ mock }) => {
  await mock.create("wf_waits_for_approval");
  await fetch(`${mock.url}/v1/executions?limit=none`, { headers: mock.headers });
});
