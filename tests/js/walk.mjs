// Calls everything that the package has, and prints the requests that it sent to the control API.
import assert from "node:assert/strict";
import { attach, MockAssertionError, MockError, start } from "execmock";
import { sent } from "./recorder.mjs";

/** @param {Promise<unknown>} call @param {typeof MockError | typeof MockAssertionError} error @param {RegExp} message */
const fails = (call, error, message) =>
  assert.rejects(call, (raised) => (raised instanceof error && message.test(raised.message)) || assert.fail(String(raised)));
const yaml = "scenario: from-text\nsteps: [{status: workflow_queued, next: {signal: go}}, {status: workflow_cancelled}]";

const started = await start({ args: ["--control-key", "a-key", "--journal-size", "20"] });
await fails(attach(started.url, { controlKey: "another" }).then((server) => server.sandbox()), MockError, /key/i);
const server = await attach(`${started.url}/`, { controlKey: "a-key" });
assert.equal((await server.health()).status, "ok");

const mock = await server.sandbox({
  ...{ name: "walk", key: "b3sk_walk", speed: 60, frozen: true, start: new Date("2026-01-01T09:00:00Z"), seed: 7 },
  ...{ drawBy: ["externalRef"], journalSize: 3, journalAnswers: true, timezone: "UTC", strictClient: true },
  world: "demo",
});
assert.equal(mock.key, "b3sk_walk");
assert.ok((await mock.executions({ limit: 200 })).length > 100);
await mock.reset();
await mock.reset({ empty: true });
assert.deepEqual(await mock.executions(), []);

await mock.clock.speed(10);
await mock.clock.unfreeze();
await mock.clock.freeze();
const now = await mock.clock.now();
await mock.clock.advanceTo(new Date(now.getTime() + 1000));
assert.deepEqual((await mock.clock.state()).frozen, true);
await fails(mock.clock.advanceTo("2020-01-01T00:00:00Z"), MockError, /never goes back/);

await mock.scenario("waits-for-approval");
const { execution, clientToken } = await mock.create("wf_orders", { externalRef: "A-1" });
assert.equal(await mock.clientToken(execution), clientToken);
await mock.clock.advanceUntil(execution, "workflow_waiting");
const filter = { status: "workflow_waiting", step: "approval", scenario: "waits-for-approval", workflow: "wf_orders" };
const [found] = await mock.executions({ ...filter, api: "executions", waitsFor: "approve", limit: 1, offset: 0 });
assert.equal(found.id, execution.id);
const before = await mock.snapshot();
const { format, units } = await mock.coverage();
assert.equal(format, "execmock-coverage");
assert.equal(units.find(({ kind, names }) => kind === "status" && names[1] === "workflow_queued")?.met, 1);
assert.ok((await mock.coverage({ all: true })).units.length > 50);
assert.equal((await mock.signal(found, "approve", { by: "Ada" })).status, "workflow_running");
await fails(mock.signal(found, "approve"), MockError, /waits for no signal/);
await mock.clock.advance("1h");
assert.equal((await mock.wait(execution.id, "workflow_succeeded", { timeout: 0 })).status, "workflow_succeeded");
await fails(mock.wait(execution.id, "workflow_failed"), MockError, /cannot follow/);
const { timelines } = await mock.report();
assert.match(timelines, /workflow_running \(finishing\), by signal approve/);
await mock.restore(before);
assert.equal((await mock.execution(execution)).status, "workflow_waiting");
assert.equal((await mock.jump(execution, "workflow_cancelled")).status, "workflow_cancelled");

assert.equal(await mock.addScenario(yaml), "from-text");
await mock.deleteScenario("from-text");
await mock.scenario({ scenario: "quick", steps: [{ status: "workflow_queued", next: { after: "1s" } }, { status: "workflow_cancelled" }] });
const quick = await mock.create("wf_quick_orders");
assert.equal((await mock.execution(quick.execution)).scenario, "quick");
await mock.scenario(null);
await fails(mock.scenario("scenario: x\nsteps: []"), MockError, /mistakes/);
await fails(mock.scenario({ steps: [] }), MockError, /needs a name/);
await mock.world({ world: "own", executions: [] }).catch((error) => assert.equal(error.status, 422));
await fails(mock.world("no-such-world"), MockError, /demo/);

// the journal: three requests are kept, so those before are counted
await mock.requests.clear();
await mock.requests.assertNothingElse();
await fails(mock.requests.assertCalled("createExecution"), MockAssertionError, /came never.\nNo request came/);
const get = (/** @type {string} */ path) => fetch(mock.url + path, { headers: { ...mock.headers, "X-Trace": "7" } });
await get("/v1/executions?limit=5&offset=0");
await mock.create("wf_orders", { requestPayload: { lines: [{ sku: "a" }] } });
const calls = mock.requests;
assert.equal((await calls.all()).length, 2);
const [listed] = await calls.assertCalled("listExecutions", { times: 1, status: 200, headers: { "x-trace": "7", "X-Other": null }, query: { limit: 5, status: null } });
assert.equal(listed.answer.code, 200);
await calls.assertCalled("createExecution", { body: { requestPayload: { lines: [{ sku: "a" }] } } });
await fails(calls.assertCalled("createExecution", { body: { requestPayload: { lines: [{ sku: "b" }] } } }), MockAssertionError, /body.requestPayload.lines\[0\].sku: expected "b", came "a"/);
await fails(calls.assertCalled("createExecution", { body: { sourceSystem: null } }), MockAssertionError, /expected null, came "test"/);
await fails(calls.assertCalled("createExecution", { body: { other: 1 } }), MockAssertionError, /body.other: expected 1, but it is not there/);
await fails(calls.assertCalled("listExecutions", { query: { limit: 6 } }), MockAssertionError, /query limit: expected '6', came '5'/);
await fails(calls.assertCalled("listExecutions", { headers: { "X-Trace": null } }), MockAssertionError, /header X-Trace: expected none, came '7'/);
await fails(calls.assertCalled("listExecutions", { atLeast: 2, atMost: 3 }), MockAssertionError, /expected 2 to 3 times, came once/);
await fails(calls.assertCalled("listExecutions", { times: 1, atLeast: 1 }), MockError, /not both/);
await fails(calls.assertCalled("listExecution"), MockError, /Did you mean 'listExecutions'/);
// @ts-expect-error: a mistake
await fails(calls.assertCalled("listExecutions", { time: 1 }), MockError, /unknown option 'time'.*Did you mean 'times'/);
await fails(calls.assertNotCalled("listExecutions", { method: "GET", path: "/v1/executions" }), MockAssertionError, /expected never, came once/);
assert.equal((await calls.assertSequence("listExecutions", { operation: "createExecution" })).length, 2);
await fails(calls.assertSequence("createExecution", "listExecutions"), MockAssertionError, /Step 2 of 2, listExecutions, did not come/);
await calls.assertNothingElse("listExecutions", "createExecution");
await fails(calls.assertNothingElse("listExecutions"), MockAssertionError, /POST \/v1\/executions -> 200/);
assert.equal((await calls.filter("listExecutions", { status: 200 })).length, 1);
await mock.checkClient();
await get("/v1/executions?offst=1");
await fails(mock.checkClient(), MockAssertionError, /A request has names .*\n.*\n.*expected the parameter offset, received "offst"/);
assert.equal((await calls.misspelt()).length, 1);
await get("/v1/executions?limit=none");
await fails(calls.assertNoViolations(), MockAssertionError, /A request breaks the contract:\n.*limit=none -> 400/);
await fails(mock.checkClient(), MockAssertionError, /A request breaks the contract/);
assert.equal((await calls.violations()).length, 1);
assert.equal((await calls.dropped())[0].count, 1);
assert.equal(await calls.count("listExecutions"), 3);
await calls.assertCalled("listExecutions", { times: 3 });
await fails(calls.filter("listExecutions"), MockError, /journalSize/);
await fails(calls.count("listExecutions", { query: { limit: 5 } }), MockError, /1 requests that may be meant/);
await fails(calls.assertCalled("listExecutions", { times: 1, query: { limit: 5 } }), MockAssertionError, /which is not known/);
await fails(calls.assertNothingElse("createExecution"), MockAssertionError, /1 × GET \/v1\/executions -> 200  listExecutions  \(no longer in the journal\)/);

// faults
const failing = await server.sandbox({ faults: { fault: "broken", operation: "listExecutions", refused: 503, times: 1 } });
await fails(failing.assertFaultStruck("broken"), MockAssertionError, /to strike at least once, struck never of 0 .*\nNo request/);
const list = async () => (await fetch(`${failing.url}/v1/executions`, { headers: failing.headers })).status;
assert.deepEqual([await list(), await list()], [503, 200]);
await failing.assertFaultStruck("broken", { times: 1 });
await fails(failing.assertFaultStruck("broken", { atLeast: 2 }), MockAssertionError, /struck once of 2 .*\n.*-> 503 .*\(fault broken\)/);
await fails(failing.assertFaultStruck("brokn"), MockError, /Did you mean 'broken'/);
const added = await failing.fault([{ fault: "one", refused: 500 }, { fault: "two", refused: 500 }]);
assert.deepEqual(added.map(({ name, struck }) => [name, struck]), [["one", 0], ["two", 0]]);
await failing.fault("faults: [{fault: three, refused: 500}]");
await failing.deleteFault("one");
assert.deepEqual((await failing.faults()).map(({ name }) => name), ["broken", "two", "three"]);
const asked = [{ operation: "createExecution", repeat: 2 }];
assert.deepEqual((await failing.previewFaults(asked)).map(({ does }) => does), ["refused-500", "refused-500"]);
const once = { refused: 503, times: 1, slow: "3s" };
const [first, second] = await failing.previewFaults(asked, once);
assert.deepEqual([first.does, first.waits[0].for, second.faults], ["refused-503", "3s", []]);
await fails(failing.previewFaults([{ operation: "createExecutions" }]), MockError, /Did you mean 'createExecution'/);
await failing.fault({ fault: "idle", operation: "getExecution", method: "POST", slow: "1s" });
await fails(failing.assertFaultStruck("idle"), MockAssertionError, /this never strikes: no request to getExecution has the method POST\./);
await failing.clearFaults();
assert.deepEqual(await failing.faults(), []);
await fails(failing.fault("no-such-file-of-faults"), MockError, /Unknown faults/);
await fails(failing.fault({ operation: "listExecution", refused: 503 }), MockError, /Did you mean 'listExecutions'/);

// what can be mistaken
const other = await server.sandbox({ frozen: true });
await fetch(`${other.url}/v1/executions`, { headers: { Authorization: "Bearer b3sk_another" } });
await fails(other.requests.assertCalled(), MockAssertionError, /1 came for the sandbox 'default'/);
// @ts-expect-error: a mistake
await fails(server.sandbox({ frozn: true }), MockError, /unknown option 'frozn'.*Did you mean 'frozen'/);
await fails(server.sandbox({ name: "gone", scenario: "no-such" }), MockError, /no-such/);
await server.sandbox({ name: "gone" }); // the one before was closed again
// @ts-expect-error: a mistake
await fails(other.executions({ state: "x" }), MockError, /Did you mean 'status'/);
// @ts-expect-error: a mistake
await fails(other.signal(undefined, "approve"), MockError, /expected an execution or its id/);
await fails(attach("http://127.0.0.1:1"), MockError, /cannot be reached at http:\/\/127.0.0.1:1: ECONNREFUSED/);
// @ts-expect-error: a mistake
await fails(start({ comand: "x" }), MockError, /Did you mean 'command'/);
await fails(start({ command: "no-such-program" }), MockError, /no execmock to start: tried `no-such-program`. Install it with/);
await fails(start({ command: [process.execPath, "-e", "console.error('No module named execmock')"] }), MockError, /no execmock to start/);
await fails(start({ command: [process.execPath, "-e", "console.log('hello')"] }), MockError, /serve ended with 0:\nhello/);
await fails(start({ command: [process.execPath, "-e", "setInterval(() => {}, 1e6)"], timeout: 1 }), MockError, /within 1 ms/);
await fails(start({ args: ["--sped", "60"] }), MockError, /ended with 2:\n.*Did you mean '--speed'/);

await other.close();
await other.close();
await server.close();
assert.equal((await server.health()).status, "ok"); // what was only reached runs on
await started.close();
await started.close();
await fails(server.health(), MockError, /cannot be reached/);
console.log(JSON.stringify(sent));
