// The executions of a sandbox, newest first: the newest at once, the others page by page after that.
import { instant } from "./text.js";

const PAGE = 500;
/** How many executions the page keeps; of larger sandboxes it shows the newest. */
export const MOST = 20_000;

export class ExecutionRows {
  #known = new Map();
  #order = null;
  #loading = null;
  #asked = false;
  // Beyond every number that a list has.
  #newest = 1e9;
  #cleared = 0;

  constructor(api, sandbox, changed) {
    this.api = api;
    this.sandbox = sandbox;
    this.changed = changed;
    this.total = 0;
    this.loaded = false;
    this.edition = 0;
  }

  get(id) {
    return this.#known.get(id);
  }

  /** Every row, newest first. */
  get all() {
    // Those of one instant stand as the server has them: the one that came last is the newest.
    this.#order ??= [...this.#known.values()].sort((one, other) => other.created - one.created || other.number - one.number);
    return this.#order;
  }

  /** Takes in an execution as a message of the stream has it. */
  take(execution) {
    const old = this.#known.get(execution.id);
    this.#keep(execution, old?.number ?? (this.#newest += 1), old ? old.fresh : true);
    // Until all are read, one that is not known here may have been there for long.
    this.total += !old && execution.history?.length === 1 ? 1 : 0;
    this.#count();
    this.#touched();
  }

  /** Takes in the newest alone, a page of each API. */
  first(lists) {
    lists.forEach((list) => this.#take(list, 0));
    this.#settle(lists.map(({ total }) => total));
  }

  /** Reads the list anew; where that is under way, what it has read may be old, so it begins again. */
  load() {
    this.#asked = true;
    this.#loading ??= this.#loadAll().finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #loadAll() {
    while (this.#asked) {
      this.#asked = false;
      await this.#load();
    }
  }

  async #load() {
    const seen = new Set();
    const totals = await Promise.all(early.apis.map((api) => this.#page(api, 0, PAGE, seen)));
    this.#settle(totals);
    for (const [index, api] of early.apis.entries()) {
      for (let offset = PAGE; offset < Math.min(totals[index], MOST); offset += PAGE) {
        await this.#page(api, offset, PAGE, seen);
        this.#touched();
        if (this.#asked) {
          return;
        }
      }
    }
    [...this.#known.keys()].filter((id) => !seen.has(id) && !this.#known.get(id).fresh).forEach((id) => this.#known.delete(id));
    this.loaded = true;
    this.#count();
    this.#touched();
  }

  async #page(api, offset, limit, seen) {
    const query = { sandbox: this.sandbox, api, offset, limit, history: false };
    const list = await this.api.get("executions", query);
    list.executions.forEach(({ id }) => seen.add(id));
    this.#take(list, offset);
    return list.total;
  }

  #take({ executions, total }, offset) {
    executions.forEach((execution, index) => this.#keep(execution, total - offset - index));
  }

  /** Forgets all rows, as after a reset. */
  clear() {
    this.#cleared += 1;
    this.#known.clear();
    this.loaded = false;
    this.total = 0;
    this.#touched();
  }

  /** Reads some executions anew, which time has moved beyond what the stream tells. */
  async refresh(ids) {
    const cleared = this.#cleared;
    await Promise.all(ids.map(async (id) => {
      try {
        const execution = await this.api.get(`executions/${encodeURIComponent(id)}`, { sandbox: this.sandbox });
        // What was there before a reset is not there again.
        if (cleared === this.#cleared) {
          this.take(execution);
        }
      } catch (error) {
        if (error.status === 404) {
          this.#known.delete(id);
          this.#touched();
        }
      }
    }));
  }

  /** The next instant at which time alone moves an execution of the list; null where it moves none. */
  get next() {
    let next = null;
    for (const { due } of this.#known.values()) {
      next = due !== null && (next === null || due < next) ? due : next;
    }
    return next;
  }

  #count() {
    if (this.loaded && this.#known.size < MOST) {
      this.total = this.#known.size;
    }
  }

  #settle(totals) {
    this.total = totals.reduce((sum, total) => sum + total, 0);
    this.#touched();
  }

  /** `fresh` rows came by the stream, maybe after the list was read that lacks them. */
  #keep({ id, api, workflow, scenario, status, step, waitsFor, nextAt, createdAt }, number, fresh = false) {
    const [due, created] = [instant(nextAt), instant(createdAt)];
    this.#known.set(id, { id, api, workflow, scenario, status, step, waitsFor, due, created, number, fresh });
  }

  #touched() {
    this.#order = null;
    this.edition += 1;
    this.changed();
  }
}
