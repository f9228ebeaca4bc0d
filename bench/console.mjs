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
  // Both from the start of the navigation: when the first rows, and how many there are, were on the screen; when the
  // page had read every row. The page itself tells, for who asks it meanwhile keeps it from its work.
  const times = {};
  const looked = new MutationObserver(() => {
    const cell = document.querySelector('[role="gridcell"]');
    if (cell && !cell.hasAttribute("elementtiming") && document.querySelector(".count").textContent.includes("5,000")) {
      cell.setAttribute("elementtiming", "first");
    }
    if (document.querySelector('[role="grid"]')?.ariaRowCount === "5001") {
      looked.disconnect();
      times.whole = performance.now();
      requestAnimationFrame(() => setTimeout(() => console.debug(`read ${JSON.stringify(times)}`)));
    }
  });
  looked.observe(document, { childList: true, subtree: true, attributes: true });
  new PerformanceObserver((list) => (times.first ??= list.getEntries()[0].startTime)).observe({ type: "element" });
});

/** Returns a page that has read every row, and its times. */
async function opened() {
  const page = await context.newPage();
  const read = page.waitForEvent("console", { predicate: (message) => message.text().startsWith("read "), timeout: 120_000 });
  await page.goto(`${address}/_execmock/`);
  return { page, times: JSON.parse((await read).text().slice(5)) };
}

const [first, whole] = [[], []];
for (let round = 0; round <= rounds; round += 1) {
  const { page, times } = await opened();
  // The first round fills the caches of disk and compiler, as a page that stays open has them.
  first.push(...(round ? [times.first] : []));
  whole.push(...(round ? [times.whole] : []));
  await page.close();
}

const { page } = await opened();
const profiler = await context.newCDPSession(page);
async function memory() {
  await profiler.send("HeapProfiler.collectGarbage");
  await profiler.send("Performance.enable");
  const { metrics } = await profiler.send("Performance.getMetrics");
  return Object.fromEntries(metrics.filter(({ name }) => ["JSHeapUsedSize", "Nodes", "JSEventListeners"].includes(name)).map(({ name, value }) => [name, value]));
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
console.log(JSON.stringify({ count: COUNT, first, whole, seconds, steps, long, before, after }));
