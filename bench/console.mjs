// Measures the console in Chromium with 5,000 executions: the first list, scrolling while they move, memory.
//   node console.mjs ADDRESS ROUNDS SECONDS   (CHROMIUM names the browser; run beside the browser tests' node_modules)
import { createRequire } from "node:module";

const { chromium } = createRequire(`${process.cwd()}/package.json`)("playwright-core");
const [address, rounds, seconds] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const COUNT = 5000;
// Each moves every 40 seconds. The stream tells of the latest 2,000 of them, which makes 50 a second.
const STEPS = [
  { status: "workflow_queued", next: { after: "1s..40s" } },
  { status: "workflow_running", next: [{ after: "40s" }, { signal: "end", to: "workflow_cancelled" }] },
  { status: "workflow_waiting", next: { after: "40s", to: "workflow_running" } },
  { status: "workflow_cancelled" },
];

async function control(method, path, body) {
  const answer = await fetch(`${address}/_execmock/${path}`, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  if (!answer.ok) {
    throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  }
}

await control("PUT", "scenarios/turning", { scenario: { scenario: "turning", steps: STEPS } });
const request = { workflowId: "wf_turning", sourceSystem: "bench", sourceEntityType: "order" };
const generate = [{ count: COUNT, over: "2m", scenarios: { turning: 1 }, request }];
await control("PUT", "worlds?sandbox=default", { world: { world: "bench", sandboxes: { default: { generate } } } });

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
await context.addInitScript(() => {
  globalThis.long = [];
  new PerformanceObserver((list) => globalThis.long.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
  const looked = new MutationObserver(() => {
    if (document.querySelector('[role="gridcell"]')) {
      looked.disconnect();
      requestAnimationFrame(() => (globalThis.first = performance.now()));
    }
  });
  looked.observe(document, { childList: true, subtree: true });
});

async function opened() {
  const page = await context.newPage();
  await page.goto(`${address}/_execmock/`);
  await page.waitForFunction(() => globalThis.first);
  return page;
}

const whole = (page) => page.waitForFunction((count) => document.querySelector('[role="grid"]').ariaRowCount === String(count + 1), COUNT);
const first = [];
for (let round = 0; round <= rounds; round += 1) {
  const page = await opened();
  // The first round fills the caches of disk and compiler, as a page that stays open has them.
  first.push(...(round ? [await page.evaluate(() => globalThis.first)] : []));
  await whole(page); // what one page still reads would keep the server from answering the next
  await page.close();
}

const page = await opened();
await whole(page);
const profiler = await context.newCDPSession(page);
async function memory() {
  await profiler.send("HeapProfiler.collectGarbage");
  await profiler.send("Performance.enable");
  const { metrics } = await profiler.send("Performance.getMetrics");
  return Object.fromEntries(metrics.filter(({ name }) => ["JSHeapUsedSize", "Nodes"].includes(name)).map(({ name, value }) => [name, value]));
}
await page.waitForTimeout(3000);
const before = await memory();
await page.evaluate(() => (globalThis.long.length = 0));
const began = Date.now();
let steps = 0;
await page.locator('[role="grid"]').hover();
while (Date.now() - began < seconds * 1000) {
  await page.mouse.wheel(0, steps % 80 < 40 ? 700 : -700);
  await page.waitForTimeout(100);
  steps += 1;
}
const long = await page.evaluate(() => globalThis.long);
const after = await memory();
await browser.close();
console.log(JSON.stringify({ count: COUNT, first, seconds, steps, long, before, after }));
