// All that the page knows of one sandbox: read once, and kept true by the live stream.
import { Api, ApiError } from "./api.js";
import { SandboxClock } from "./clock.js";
import { ExecutionRows } from "./rows.js";
import { Store, painted } from "./store.js";

/** How many requests the page keeps. */
export const MOST_REQUESTS = 1000;
const JUMP = 1500;

export class Model extends Store {
  #stream = null;
  // Stands for one opening of a sandbox: what was asked during another one comes too late.
  #opened = {};
  /** Ends when what is shown first has come, or will not. */
  begun = Promise.resolve();

  constructor() {
    super({
      server: null, contract: null, sandboxes: [], sandbox: early.sandbox,
      clock: null, scenarios: [], defaultScenario: null, faults: [], held: [], requests: [], followed: {},
      connection: "connecting", locked: null, notice: null, error: null, edition: 0,
    });
    this.api = new Api();
    this.api.onLocked = (wrong) => this.set({ locked: wrong ? "wrong" : "asked" });
    this.rows = this.#newRows();
  }

  get sandbox() {
    return this.state.sandbox;
  }

  /** Returns a function that says whether the sandbox is still open that is now. */
  here() {
    const opened = this.#opened;
    return () => this.#opened === opened;
  }

  /** Returns a function that replaces members while the sandbox is still open that is now. */
  #setter() {
    const still = this.here();
    return (changes) => still() && this.set(changes);
  }

  /** Reads everything, and follows the stream; with a name, those of another sandbox. */
  async open(sandbox = this.sandbox) {
    this.#stream?.stop();
    this.#opened = {};
    const still = this.here();
    this.set({ sandbox, requests: [], followed: {}, clock: null, faults: [], error: null });
    this.rows = this.#newRows();
    sessionStorage.setItem(early.kept.sandbox, sandbox);
    // The newest are shown before all else; the stream has the server look at everything, which takes it long.
    this.begun = this.#newest(sandbox).then((found) => still() && this.#begin(found), () => {});
    await this.begun.then(painted);
    const { Stream } = await import("./stream.js");
    if (still() && !this.state.locked) {
      this.#stream = new Stream(this.api, sandbox, (...told) => still() && this.#take(...told), (...told) => still() && this.#connected(...told));
      await this.#readAll();
    }
  }

  /** Returns the clock and the newest executions of each API, as pages of the list: what was asked for early, if it was. */
  async #newest(sandbox) {
    const asked = sandbox === early.sandbox ? early.answers : null;
    early.answers = null;
    // A key may be missing, which those now learn who ask for one.
    return (await asked?.catch(() => null)) ?? Promise.all([
      this.api.get("clock", { sandbox }), ...early.apis.map((api) => this.api.get("executions", { sandbox, api, ...early.newest })),
    ]);
  }

  #begin([clock, ...lists]) {
    this.set({ clock: new SandboxClock(clock) });
    this.rows.first(lists);
  }

  /** Takes the control key that the reader gave. */
  async unlock(key) {
    this.api.unlock(key);
    this.set({ locked: null });
    await this.open();
  }

  /** Does what a reader asked for; what is refused is shown, where that is `wanted`. Returns whether it was done. */
  async act(what, done, wanted = () => true) {
    try {
      const result = await what();
      this.set({ error: null, notice: done ? { text: typeof done === "function" ? done(result) : done, at: Date.now() } : this.state.notice });
      return result ?? true;
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof TypeError)) {
        throw error;
      }
      if (!wanted()) {
        return false;
      }
      const said = error instanceof ApiError ? error.sentences : ["The server could not be reached."];
      this.set({ error: error instanceof ApiError && error.status === 401 ? null : said, notice: null });
      return false;
    }
  }

  async #readAll() {
    const here = { sandbox: this.sandbox };
    const [still, set] = [this.here(), this.#setter()];
    const done = await this.act(async () => {
      const list = this.rows.load();
      const [server, { sandboxes }, clock, faults] = await Promise.all([
        this.api.get("server"), this.api.get("sandboxes"), this.api.get("clock", here), this.api.get("faults", here),
      ]);
      set({ server, sandboxes, clock: new SandboxClock(clock), faults: faults.faults, held: faults.held });
      await Promise.all([list, this.readScenarios(), this.#readRequests()]);
      this.state.contract ??= await this.api.get("contract");
      set({ edition: this.state.edition + 1 });
    }, undefined, still);
    if (!done && still()) {
      await this.#fallBack();
    }
  }

  /** A sandbox that was kept by the browser may be gone. */
  async #fallBack() {
    if (this.state.locked || this.sandbox === "default") {
      return;
    }
    const [still, gone] = [this.here(), this.sandbox];
    const { sandboxes } = await this.api.get("sandboxes").catch(() => ({ sandboxes: null }));
    if (still() && sandboxes && !sandboxes.some(({ id }) => id === gone)) {
      await this.open("default");
      this.set({ notice: { text: `The sandbox ${gone} is gone; this is the default one.`, at: Date.now() } });
    }
  }

  async readScenarios() {
    const [here, set] = [{ sandbox: this.sandbox }, this.#setter()];
    const [{ scenarios }, { scenario }] = await Promise.all([this.api.get("scenarios", here), this.api.get("default-scenario", here)]);
    set({ scenarios, defaultScenario: scenario });
  }

  async readFaults() {
    const set = this.#setter();
    const { faults, held } = await this.api.get("faults", { sandbox: this.sandbox });
    set({ faults, held });
  }

  async readSandboxes() {
    this.set({ sandboxes: (await this.api.get("sandboxes")).sandboxes });
  }

  /** Empties the journal. */
  async clearRequests() {
    const set = this.#setter();
    await this.api.delete("journal", { sandbox: this.sandbox });
    set({ requests: [] });
  }

  async #readRequests() {
    const set = this.#setter();
    const { entries } = await this.api.get("journal", { sandbox: this.sandbox, limit: MOST_REQUESTS / 4 });
    const later = this.state.requests.filter(({ number }) => number > (entries.at(-1)?.number ?? 0));
    set({ requests: [...entries, ...later] });
  }

  #newRows() {
    return new ExecutionRows(this.api, this.state.sandbox, () => this.changed());
  }

  #connected(state, told) {
    if (state === "back") {
      const seconds = (told / 1000).toFixed(told < 10_000 ? 1 : 0);
      this.set({ connection: "live", notice: { text: `Connected again after ${seconds} s; everything was read anew.`, at: Date.now() } });
      this.state.contract = null;
      this.rows.clear();
      this.#readAll();
    } else {
      this.set({ connection: state });
      if (state === "refused" && told.status === 404) {
        this.#fallBack();
      }
    }
  }

  #take(kind, data) {
    if (kind === "execution") {
      this.rows.take(data);
      this.state.followed[data.id]?.(data);
    } else if (kind === "request") {
      this.#request(data);
    } else if (kind === "clock") {
      this.#clock(data);
    } else if (kind === "scenario") {
      this.readScenarios().catch(() => {});
    } else if (kind === "gap") {
      this.#later();
    } else if (kind === "sandbox") {
      this.#sandbox(data);
    }
  }

  #request(entry) {
    const { requests, faults } = this.state;
    if (entry.number <= (requests.at(-1)?.number ?? 0)) {
      return; // it was in the journal already when that was read
    }
    const kept = requests.length >= MOST_REQUESTS ? requests.slice(requests.length - MOST_REQUESTS + 1) : requests;
    this.set({ requests: [...kept, entry] });
    if (entry.faults.length && faults.length) {
      this.#soon("faults", () => this.readFaults());
    }
  }

  #clock(data) {
    const before = this.state.clock?.now ?? 0;
    const clock = new SandboxClock(data);
    this.set({ clock });
    // The stream tells of the latest executions alone, and a jump may move all of them.
    if (clock.now - before > JUMP && this.rows.total > 1000) {
      this.#later();
    }
  }

  #sandbox({ id, change }) {
    this.#soon("sandboxes", () => this.readSandboxes());
    if (id !== this.sandbox) {
      return;
    }
    if (change === "faults") {
      this.#soon("faults", () => this.readFaults());
    } else if (change === "deleted") {
      this.#fallBack();
    } else {
      this.rows.clear();
      this.set({ requests: [] });
      this.#soon("all", () => this.#readAll());
    }
  }

  #later() {
    this.#soon("rows", () => this.rows.load());
  }

  #waiting = new Map();

  /** Does something once for all that asks for it within a moment. */
  #soon(name, act) {
    if (!this.#waiting.has(name)) {
      this.#waiting.set(name, setTimeout(() => {
        this.#waiting.delete(name);
        act().catch(() => {});
      }, 150));
    }
  }
}
