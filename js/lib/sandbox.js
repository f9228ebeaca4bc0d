import { bounds, boundsText, timesText } from "./bounds.js";
import { read } from "./control.js";
import { MockAssertionError, MockError, checkNames } from "./errors.js";
import { misspellingsText, requestsText, timelinesText } from "./report.js";
import { Requests } from "./requests.js";

/**
 * Where a sandbox is: the API's address, and what sends to the control API and to the API.
 * @typedef {{ url: string, control: import("./control.js").Control, api: import("./control.js").Send }} Place
 * @typedef {import("./index.js").SandboxOptions} SandboxOptions
 * @typedef {import("./index.js").Sandbox} TypedSandbox
 */

const OPTIONS = [
  ...["scenario", "world", "name", "key", "speed", "frozen", "start", "seed", "drawBy", "journalSize"],
  ...["journalAnswers", "timezone", "faults", "strictClient", "allowMisspelt"],
];
const MOST_TIMELINES = 20;

/** A sandbox's clock. Every method returns what it shows then. */
class Clock {
  /** @type {import("./control.js").Control} */ #control;

  /** @param {import("./control.js").Control} control */
  constructor(control) {
    this.#control = control;
  }

  state() {
    return this.#control.call("GET", "/clock");
  }

  async now() {
    return new Date((await this.state()).now);
  }

  freeze() {
    return this.#set({ frozen: true });
  }

  unfreeze() {
    return this.#set({ frozen: false });
  }

  /** @param {number} speed */
  speed(speed) {
    return this.#set({ speed, frozen: false });
  }

  /** @param {string} by */
  advance(by) {
    return this.#advance({ by });
  }

  /** @param {string | Date} to */
  async advanceTo(to) {
    return this.#advance({ to: instant(to) });
  }

  /** @param {import("./index.js").ExecutionLike} execution @param {string} status */
  async advanceUntil(execution, status) {
    return this.#advance({ until: { execution: idOf(execution), status } });
  }

  /** @param {object} wanted */
  #set(wanted) {
    return this.#control.call("PUT", "/clock", wanted);
  }

  /** @param {object} wanted */
  #advance(wanted) {
    return this.#control.call("POST", "/clock/advance", wanted);
  }
}

/** @implements {TypedSandbox} */
export class Sandbox {
  /** @type {Place} */ #place;
  /** @type {import("./control.js").Control} */ #control;
  /** @type {SandboxOptions} */ #options;
  #closed = false;

  /** @param {Place} place @param {string} name @param {string} key @param {SandboxOptions} options */
  constructor(place, name, key, options) {
    this.#place = place;
    this.#control = place.control.of(name);
    this.#options = options;
    this.url = place.url;
    this.name = name;
    this.key = key;
    this.headers = { Authorization: `Bearer ${key}` };
    this.clock = new Clock(this.#control);
    this.requests = new Requests(this.#control);
  }

  /** @param {string} workflowId @param {Record<string, unknown>} [fields] */
  async create(workflowId, fields = {}) {
    const body = { workflowId, sourceSystem: "test", sourceEntityType: "test", ...fields };
    return read(await this.#place.api("POST", "/v1/executions", body, this.headers)).data;
  }

  /** @param {import("./index.js").ScenarioLike | null} scenario */
  async scenario(scenario) {
    const name = scenario === null || isName(scenario) ? scenario : await this.addScenario(scenario);
    await this.#control.call("PUT", "/default-scenario", { scenario: name });
  }

  /** @param {import("./index.js").ScenarioLike} scenario */
  async addScenario(scenario) {
    const name = nameOf(scenario);
    const body = typeof scenario === "string" ? { text: scenario } : { scenario };
    return (await this.#control.call("PUT", `/scenarios/${part(name)}`, body)).name;
  }

  /** @param {string} name */
  async deleteScenario(name) {
    await this.#control.call("DELETE", `/scenarios/${part(name)}`);
  }

  /** @param {import("./index.js").WorldLike} world */
  async world(world) {
    const body = isName(world) ? { name: world } : typeof world === "string" ? { text: world } : { world };
    await this.#control.call("PUT", "/worlds", body);
  }

  /** @param {import("./index.js").ExecutionLike} execution @param {string} signal @param {unknown} [payload] */
  async signal(execution, signal, payload) {
    return this.#control.call("POST", `/executions/${part(idOf(execution))}/signal`, { signal, payload });
  }

  /** @param {import("./index.js").ExecutionLike} execution @param {string} to */
  async jump(execution, to) {
    return this.#control.call("POST", `/executions/${part(idOf(execution))}/jump`, { to });
  }

  /** @param {import("./index.js").ExecutionLike} execution @param {string} status @param {{ timeout?: number }} [options] */
  async wait(execution, status, { timeout = 10_000 } = {}) {
    const asked = { status, timeout: timeout / 1000 };
    return this.#control.call("GET", `/executions/${part(idOf(execution))}/wait`, undefined, asked);
  }

  /** @param {import("./index.js").ExecutionLike} execution */
  async execution(execution) {
    return this.#control.call("GET", `/executions/${part(idOf(execution))}`);
  }

  /** @param {import("./index.js").ExecutionFilter} [filter] */
  async executions(filter = {}) {
    checkNames("executions", filter, ["api", "status", "step", "scenario", "workflow", "waitsFor", "limit", "offset"]);
    return (await this.#control.call("GET", "/executions", undefined, { ...filter })).executions;
  }

  /** @param {import("./index.js").ExecutionLike} execution */
  async clientToken(execution) {
    return (await this.#control.call("GET", `/executions/${part(idOf(execution))}/client-token`)).clientToken;
  }

  /** @param {import("./index.js").FaultLike} fault */
  async fault(fault) {
    const body = isName(fault) ? { name: fault } : typeof fault === "string" ? { text: fault } : { faults: [fault].flat() };
    return (await this.#control.call("POST", "/faults", body)).faults;
  }

  async faults() {
    return (await this.#control.call("GET", "/faults")).faults;
  }

  /** @param {import("./index.js").PlannedRequest[]} requests @param {import("./index.js").FaultLike} [faults] */
  async previewFaults(requests, faults) {
    const body = faults === undefined ? { requests } : { faults: [faults].flat(), requests };
    return (await this.#control.call("POST", "/faults/preview", body)).requests;
  }

  /** @param {string} name */
  async deleteFault(name) {
    await this.#control.call("DELETE", `/faults/${part(name)}`);
  }

  async clearFaults() {
    await this.#control.call("DELETE", "/faults");
  }

  /** @param {string} name @param {import("./index.js").Bounds} [expected] */
  async assertFaultStruck(name, expected = {}) {
    checkNames("assertFaultStruck", expected, ["times", "atLeast", "atMost"]);
    const [least, most] = bounds("assertFaultStruck", expected);
    const { struck, seen, does, neverStrikes } = await this.#control.call("GET", `/faults/${part(name)}`);
    if (struck >= least && struck <= most) return;
    const expectation = `expected to strike ${boundsText(least, most)}, struck ${timesText(struck)}`;
    const came = requestsText(await this.requests.all()) || "No request came for this sandbox at all.";
    const why = neverStrikes ? ` ${neverStrikes}.` : "";
    throw new MockAssertionError(`fault ${name} (${does}): ${expectation} of ${seen} requests that it is meant for.${why}\n${came}`);
  }

  async reset({ empty = false } = {}) {
    await this.#control.call("POST", `/sandboxes/${part(this.name)}/reset`, undefined, empty ? { empty } : {});
  }

  snapshot() {
    return this.#control.call("GET", "/snapshot");
  }

  /** @param {object} snapshot */
  async restore(snapshot) {
    await this.#control.call("PUT", "/snapshot", snapshot);
  }

  coverage({ all = false } = {}) {
    return this.#control.call("GET", "/coverage", undefined, { all });
  }

  async report() {
    const kinds = /** @type {const} */ (["executions", "embed"]);
    const found = await Promise.all(kinds.map((api) => this.executions({ api, limit: MOST_TIMELINES })));
    const whole = await Promise.all(found.flat().map((/** @type {any} */ { id }) => this.execution(id)));
    return { requests: requestsText(await this.requests.all()), timelines: timelinesText(whole) };
  }

  async checkClient() {
    if (!this.#options.strictClient) return;
    await this.requests.assertNoViolations();
    const misspelt = this.#options.allowMisspelt ? [] : await this.requests.misspelt();
    if (misspelt.length) throw new MockAssertionError(misspellingsText(misspelt));
  }

  async close() {
    if (this.#closed) return;
    this.#closed = true;
    await this.#control.call("DELETE", `/sandboxes/${part(this.name)}`);
  }
}

/**
 * Make a sandbox with a key of its own.
 * @param {Place} place @param {SandboxOptions} [options]
 */
export async function openSandbox(place, options = {}) {
  checkNames("sandbox", options, OPTIONS);
  const { name, key, speed, frozen, start, seed, drawBy, journalSize, journalAnswers, timezone } = options;
  const clock = { speed, frozen, now: start === undefined ? undefined : instant(start) };
  const body = { name, seed, drawBy, journalSize, journalAnswers, timezone, clock, keys: [{ key }] };
  const made = await place.control.call("POST", "/sandboxes", body);
  const sandbox = new Sandbox(place, made.id, made.keys[0].key, options);
  try {
    if (options.world !== undefined) await sandbox.world(options.world);
    if (options.scenario !== undefined) await sandbox.scenario(options.scenario);
    if (options.faults !== undefined) await sandbox.fault(options.faults);
  } catch (error) {
    await sandbox.close();
    throw error;
  }
  return sandbox;
}

/**
 * The name of an execution, which may be given as the API or the control API tells of it.
 * @param {import("./index.js").ExecutionLike} execution
 */
function idOf(execution) {
  const id = typeof execution === "string" ? execution : execution?.id;
  if (!id) throw new MockError(`expected an execution or its id, received ${JSON.stringify(execution)}`);
  return id;
}

/** @param {string | Date} given */
function instant(given) {
  return typeof given === "string" ? given : given.toISOString();
}

/** @param {unknown} given @returns {given is string} */
function isName(given) {
  return typeof given === "string" && !/[\n:{]/.test(given);
}

/** @param {import("./index.js").ScenarioLike} scenario */
function nameOf(scenario) {
  const found = typeof scenario === "string" ? scenario.match(/^scenario: *["']?([^\s"'#]+)/m)?.[1] : scenario.scenario;
  if (typeof found !== "string") throw new MockError("a scenario needs a name: `scenario: NAME`");
  return found;
}

/** @param {string} text */
function part(text) {
  return encodeURIComponent(text);
}
