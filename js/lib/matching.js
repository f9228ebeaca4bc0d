import { checkNames } from "./errors.js";
import { requestLine } from "./report.js";

/**
 * @typedef {import("./index.js").JournalEntry} Entry
 * @typedef {import("./index.js").RequestCount} Count
 * @typedef {import("./index.js").Meant & { operation?: string }} Wanted
 */

const PLAIN = /** @type {const} */ (["operation", "method", "path", "status", "execution"]);
const COUNTED = /** @type {const} */ (["operation", "method", "path", "status"]);
const REST = /** @type {const} */ (["body", "headers", "query"]);
const BOUNDS = ["times", "atLeast", "atMost"];
const MOST_SHOWN = 3;
const MOST_LETTERS = 200;

/**
 * Return what a step means: the name of an operation, or an object that says more.
 * @param {string} call @param {import("./index.js").Step | undefined} step @returns {Wanted}
 */
export function wantedFrom(call, step) {
  if (typeof step === "string" || step === undefined) return { operation: step };
  checkNames(call, step, [...PLAIN, ...REST, ...(call === "assertCalled" ? BOUNDS : [])]);
  return step;
}

/**
 * Whether a request is meant; undefined where that cannot be known, for its body was cut.
 * @param {Wanted} wanted @param {Entry} entry
 */
export function fits(wanted, entry) {
  const { body, ...others } = wanted;
  if (differences(others, entry).length) return false;
  if (body === undefined) return true;
  return entry.bodyCut ? undefined : !bodyDifferences(body, entry.body, "body").length;
}

/**
 * Whether requests that were counted are meant; undefined where that cannot be known of them.
 * @param {Wanted} wanted @param {Count} count
 */
export function fitsCounted(wanted, count) {
  // What was counted by its outcome alone has no method.
  const unknown = [...(count.method === null ? ["operation", "method"] : []), ...(count.path === null ? ["path"] : [])];
  const asked = COUNTED.filter((name) => wanted[name] !== undefined);
  if (asked.some((name) => !unknown.includes(name) && wanted[name] !== count[name])) return false;
  const sure = !asked.some((name) => unknown.includes(name));
  return sure && [wanted.execution, ...REST.map((name) => wanted[name])].every((one) => one === undefined) ? true : undefined;
}

/**
 * What keeps a request from being meant, a sentence each.
 * @param {Wanted} wanted @param {Entry} entry
 */
export function differences(wanted, entry) {
  const found = /** @type {string[]} */ ([]);
  for (const name of PLAIN) {
    if (wanted[name] !== undefined && wanted[name] !== entry[name]) {
      found.push(`${name}: expected ${wanted[name]}, came ${entry[name] ?? "none"}`);
    }
  }
  const headers = Object.fromEntries(Object.entries(entry.headers).map(([name, value]) => [name.toLowerCase(), value]));
  for (const [name, value] of Object.entries(wanted.headers ?? {})) {
    const came = headers[name.toLowerCase()];
    found.push(...oneDifference(`header ${name}`, texts(value), came === undefined ? [] : [came]));
  }
  const given = new URLSearchParams(entry.query);
  for (const [name, value] of Object.entries(wanted.query ?? {})) {
    found.push(...oneDifference(`query ${name}`, texts(value), given.getAll(name)));
  }
  if (wanted.body === undefined) return found;
  const cut = `body: only its start is kept, ${entry.bodyCut} bytes were cut`;
  return [...found, ...(entry.bodyCut ? [cut] : bodyDifferences(wanted.body, entry.body, "body"))];
}

/**
 * The requests that come nearest, each with what is different about it, as lines.
 * @param {Wanted} wanted @param {readonly Entry[]} entries
 */
export function nearestRequests(wanted, entries) {
  const ranked = entries.map((entry) => ({ entry, differences: differences(wanted, entry) }));
  const other = (/** @type {Entry} */ entry) => Number(entry.operation !== (wanted.operation ?? entry.operation));
  ranked.sort(
    (a, b) => other(a.entry) - other(b.entry) || a.differences.length - b.differences.length || b.entry.number - a.entry.number,
  );
  return ranked.slice(0, MOST_SHOWN).flatMap(({ entry, differences: lines }) => [
    `  ${requestLine(entry)}`,
    ...lines.map((line) => `      ${line}`),
    ...entry.violations.map(({ message }) => `      refused: ${message}`),
  ]);
}

/** @param {Wanted} wanted */
export function wantedText({ operation = "any operation", ...rest }) {
  const names = Object.entries(rest).filter(([, value]) => value !== undefined);
  const said = names.map(([name, value]) => `${name} ${typeof value === "object" ? short(value) : value}`);
  return said.length ? `${operation} with ${said.join(", ")}` : operation;
}

/** @param {unknown} value */
function texts(value) {
  return value === null ? [] : (Array.isArray(value) ? value : [value]).map(String);
}

/** @param {string} where @param {readonly string[]} wanted @param {readonly string[]} came */
function oneDifference(where, wanted, came) {
  if (JSON.stringify(wanted) === JSON.stringify(came)) return [];
  const expected = wanted.map((one) => `'${one}'`).join(", ") || "none";
  return [`${where}: expected ${expected}, ${came.length ? `came ${came.map((one) => `'${one}'`).join(", ")}` : "but it is not there"}`];
}

/**
 * Of an object the named properties count, all else must be the same.
 * @param {any} wanted @param {any} came @param {string} where @returns {string[]}
 */
function bodyDifferences(wanted, came, where) {
  if (isObject(wanted) && isObject(came)) {
    return Object.entries(wanted).flatMap(([name, value]) =>
      Object.hasOwn(came, name)
        ? bodyDifferences(value, came[name], `${where}.${name}`)
        : [`${where}.${name}: expected ${short(value)}, but it is not there`],
    );
  }
  if (Array.isArray(wanted) && Array.isArray(came) && wanted.length === came.length) {
    return wanted.flatMap((value, index) => bodyDifferences(value, came[index], `${where}[${index}]`));
  }
  return wanted === came ? [] : [`${where}: expected ${short(wanted)}, came ${short(came)}`];
}

/** @param {unknown} value */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {unknown} value */
function short(value) {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= MOST_LETTERS ? text : `${text.slice(0, MOST_LETTERS)}...`;
}
