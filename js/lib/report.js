const MOST_REQUESTS = 50;

/** @typedef {import("./index.js").JournalEntry} Entry */

/**
 * A request and how it was answered, in a line.
 * @param {Entry} entry
 */
export function requestLine(entry) {
  const query = entry.query ? `?${entry.query}` : "";
  const about = [entry.operation, entry.execution].filter(Boolean).join(" ");
  const line = `${entry.at.slice(11, 23)}  ${entry.method} ${entry.path}${query} -> ${entry.status}`;
  const cut = entry.bodyCut ? `  (body cut by ${entry.bodyCut} bytes)` : "";
  const struck = entry.faults.length ? `  (fault ${entry.faults.join(", ")})` : "";
  return `${about ? `${line}  ${about}` : line}${cut}${struck}`;
}

/**
 * Requests, one a line, with what is wrong with each.
 * @param {readonly Entry[]} entries
 */
export function requestsText(entries) {
  const lines = entries.length > MOST_REQUESTS ? [`(the last ${MOST_REQUESTS} of ${entries.length})`] : [];
  for (const entry of entries.slice(-MOST_REQUESTS)) {
    lines.push(requestLine(entry), ...[...entry.violations, ...entry.misspelt].map(({ message }) => `    ${message}`));
  }
  return lines.join("\n");
}

/** @param {readonly Entry[]} entries @param {number} number */
export function violationsText(entries, number) {
  const title = number === 1 ? "A request breaks the contract:" : `${number} requests break the contract:`;
  const gone = number - entries.length;
  const more = gone > 0 ? [`  (${gone} more, no longer in the journal)`] : [];
  return [title, ...more, ...entries.flatMap((entry) => reasons(entry, entry.violations))].join("\n");
}

/** @param {readonly Entry[]} entries */
export function misspellingsText(entries) {
  const title = entries.length === 1 ? "A request has" : `${entries.length} requests have`;
  const lines = entries.flatMap((entry) => reasons(entry, entry.misspelt));
  return [`${title} names that the contract does not know, but nearly:`, ...lines].join("\n");
}

/** @param {Entry} entry @param {readonly { message: string }[]} details */
function reasons(entry, details) {
  return [`  ${requestLine(entry)}`, ...details.map(({ message }) => `      ${message}`)];
}

/** @param {readonly import("./index.js").Execution[]} executions */
export function timelinesText(executions) {
  return executions.map(timeline).join("\n");
}

/** @param {import("./index.js").Execution} execution */
function timeline(execution) {
  const waits = execution.waitsFor.length ? [`waits for ${execution.waitsFor.join(" or ")}`] : [];
  const moves = execution.nextAt ? [`moves at ${execution.nextAt}`] : [];
  const lines = [`${execution.id} follows ${execution.scenario}: ${[execution.status, ...waits, ...moves].join(", ")}`];
  for (const { at, step, status, signal } of execution.history) {
    const name = step === status ? status : `${status} (${step})`;
    lines.push(`    ${at.slice(11, 23)}  ${name}${signal ? `, by signal ${signal}` : ""}`);
  }
  return lines.join("\n");
}
