import { bounds, boundsText, timesText } from "./bounds.js";
import { MockAssertionError, MockError } from "./errors.js";
import { fits, fitsCounted, nearestRequests, wantedFrom, wantedText } from "./matching.js";
import { requestLine, violationsText } from "./report.js";

/**
 * @typedef {import("./index.js").JournalEntry} Entry
 * @typedef {import("./index.js").RequestCount} Count
 * @typedef {import("./index.js").Requests} TypedRequests
 * @typedef {import("./index.js").Step} Step
 * @typedef {import("./index.js").Meant} Meant
 * @typedef {import("./matching.js").Wanted} Wanted
 * What the journal has: the requests that are kept, oldest first, and counts of those before them.
 * @typedef {{ entries: Entry[], dropped: Count[] }} Evidence
 */

const PAGE = 1000;
const MOST_LISTED = 20;
const MORE = "journalSize: N keeps more";

/**
 * The requests that came for a sandbox. It is read anew by each call.
 * @implements {TypedRequests}
 */
export class Requests {
  /** @type {import("./control.js").Control} */ #control;

  /** @param {import("./control.js").Control} control */
  constructor(control) {
    this.#control = control;
  }

  async all() {
    return (await this.#evidence()).entries;
  }

  async dropped() {
    return (await this.#evidence()).dropped;
  }

  /** @param {string} [operation] @param {Meant} [meant] */
  async filter(operation, meant) {
    const { found, dropped, unsure } = await this.#counted("filter", operation, meant);
    if (dropped || unsure) {
      throw new MockError(`${dropped + unsure} requests that are meant, or may be, are no longer in the journal; ${MORE}`);
    }
    return found;
  }

  /** @param {string} [operation] @param {Meant} [meant] */
  async count(operation, meant) {
    const { found, dropped, unsure } = await this.#counted("count", operation, meant);
    if (unsure) throw new MockError(`${unsure} requests that may be meant are no longer in the journal, or not whole; ${MORE}`);
    return found.length + dropped;
  }

  /** @param {string} [operation] @param {Meant & import("./index.js").Bounds} [expected] */
  async assertCalled(operation, { times, atLeast, atMost, ...meant } = {}) {
    const [least, most] = bounds("assertCalled", { times, atLeast, atMost });
    return this.#assert("assertCalled", { operation, ...meant }, least, most);
  }

  /** @param {string} [operation] @param {Meant} [meant] */
  async assertNotCalled(operation, meant = {}) {
    await this.#assert("assertNotCalled", { operation, ...meant }, 0, 0);
  }

  /** @param {...Step} steps */
  async assertSequence(...steps) {
    const wanted = await Promise.all(steps.map((step) => this.#wanted("assertSequence", step)));
    const { entries, dropped } = await this.#evidence();
    const found = /** @type {Entry[]} */ ([]);
    let from = 0;
    for (const one of wanted) {
      const at = entries.findIndex((entry, index) => index >= from && fits(one, entry));
      if (at < 0) throw new MockAssertionError(sequenceText(wanted, found, entries.slice(from), dropped.length > 0));
      found.push(entries[at]);
      from = at + 1;
    }
    return found;
  }

  /** @param {...Step} expected */
  async assertNothingElse(...expected) {
    const wanted = await Promise.all(expected.map((step) => this.#wanted("assertNothingElse", step)));
    const { entries, dropped } = await this.#evidence();
    const others = [
      ...dropped.filter((count) => !wanted.some((one) => fitsCounted(one, count))).map(countLine),
      ...entries.filter((entry) => !wanted.some((one) => fits(one, entry))).map(requestLine),
    ];
    if (others.length) throw new MockAssertionError(["Requests came that were not expected:", ...listed(others)].join("\n"));
  }

  async assertNoViolations() {
    const { entries, count } = await this.#control.call("GET", "/journal/violations", undefined, { limit: 10_000 });
    if (count) throw new MockAssertionError(violationsText(entries, count));
  }

  async violations() {
    return (await this.#control.call("GET", "/journal/violations", undefined, { limit: 10_000 })).entries;
  }

  async misspelt() {
    return (await this.#control.call("GET", "/journal/misspellings", undefined, { limit: 10_000 })).entries;
  }

  async clear() {
    await this.#control.call("DELETE", "/journal");
  }

  /**
   * All that the journal has, read backwards page by page.
   * @returns {Promise<Evidence>}
   */
  async #evidence() {
    const pages = /** @type {Entry[][]} */ ([]);
    for (let before; ; before = pages[0][0].number) {
      const page = await this.#control.call("GET", "/journal", undefined, { limit: PAGE, before });
      pages.unshift(page.entries);
      if (page.entries.length !== page.count) continue;
      // What was dropped while it was read is counted already.
      const kept = pages.flat().filter((entry) => entry.number > page.dropped.upTo);
      return { entries: kept, dropped: page.dropped.counts };
    }
  }

  /** @param {string} call @param {Step | undefined} step @returns {Promise<Wanted>} */
  async #wanted(call, step) {
    const wanted = wantedFrom(call, step);
    // The server knows the operations, and the nearest name.
    if (wanted.operation !== undefined) {
      await this.#control.call("GET", "/journal", undefined, { limit: 1, operation: wanted.operation });
    }
    return wanted;
  }

  /** @param {string} call @param {string | undefined} operation @param {Meant} [meant] */
  async #counted(call, operation, meant = {}) {
    const wanted = await this.#wanted(call, { operation, ...meant });
    return counted(wanted, await this.#evidence());
  }

  /** @param {string} call @param {Step} step @param {number} least @param {number} most */
  async #assert(call, step, least, most) {
    const wanted = await this.#wanted(call, step);
    const evidence = await this.#evidence();
    const { found, dropped, unsure } = counted(wanted, evidence);
    const came = found.length + dropped;
    if (came >= least && came + unsure <= most) return found;
    const text = failure(wanted, evidence, { found, came, unsure }, least, most);
    throw new MockAssertionError(evidence.entries.length ? text : text + (await this.#elsewhere()));
  }

  /** What to look at where no request came at all: those whose key opens no sandbox are in `default`. */
  async #elsewhere() {
    const { count } = await this.#control.of("default").call("GET", "/journal/count");
    return count ? ` ${count} came for the sandbox 'default': does the client send the key of this one?` : "";
  }
}

/**
 * @param {Wanted} wanted @param {Evidence} evidence
 * @returns {{ found: Entry[], dropped: number, unsure: number }}
 */
function counted(wanted, { entries, dropped }) {
  const number = (/** @type {true | undefined} */ answer) =>
    dropped.filter((count) => fitsCounted(wanted, count) === answer).reduce((sum, { count }) => sum + count, 0);
  const cut = entries.filter((entry) => fits(wanted, entry) === undefined).length;
  return { found: entries.filter((entry) => fits(wanted, entry)), dropped: number(true), unsure: number(undefined) + cut };
}

/**
 * Why what came is not what was expected.
 * @param {Wanted} wanted @param {Evidence} evidence
 * @param {{ found: Entry[], came: number, unsure: number }} what @param {number} least @param {number} most
 */
function failure(wanted, { entries, dropped }, { found, came, unsure }, least, most) {
  const expected = `${wantedText(wanted)}: expected ${boundsText(least, most)}`;
  if (came <= most && came + unsure >= least && unsure) {
    return `${expected}, which is not known: ${unsure} that may be meant are no longer in the journal, or not whole; ${MORE}`;
  }
  if (!entries.length && !dropped.length) return `${expected}, came never.\nNo request came for this sandbox at all.`;
  const lines = [`${expected}, came ${timesText(came)}.`];
  if (found.length) lines.push("They were:", ...listed(found.map(requestLine)));
  const others = entries.filter((entry) => !found.includes(entry));
  if (came < least && others.length) {
    lines.push(found.length ? "The nearest others:" : "The nearest requests:", ...nearestRequests(wanted, others));
  }
  return lines.join("\n");
}

/** @param {readonly Wanted[]} wanted @param {readonly Entry[]} found @param {readonly Entry[]} rest @param {boolean} gone */
function sequenceText(wanted, found, rest, gone) {
  const missing = wanted[found.length];
  const after = found.length ? `after ${requestLine(found[found.length - 1])}` : "at all";
  const lines = [`Step ${found.length + 1} of ${wanted.length}, ${wantedText(missing)}, did not come ${after}.`];
  if (rest.length) lines.push("The nearest requests:", ...nearestRequests(missing, rest));
  if (gone) lines.push(`(Others are no longer in the journal; ${MORE}.)`);
  return lines.join("\n");
}

/** @param {readonly string[]} lines */
function listed(lines) {
  const hidden = lines.length - MOST_LISTED;
  return [...(hidden > 0 ? [`  (${hidden} more)`] : []), ...lines.slice(-MOST_LISTED).map((line) => `  ${line}`)];
}

/** @param {Count} count */
function countLine({ count, method, path, status, operation }) {
  const place = `${method ?? "any method"} ${path ?? "of other paths"}`;
  return `${count} × ${place} -> ${status}${operation ? `  ${operation}` : ""}  (no longer in the journal)`;
}
