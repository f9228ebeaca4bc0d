import { MockError } from "./errors.js";

/**
 * How often something is expected, by default at least once: the least, and the most.
 * @param {string} call @param {import("./index.js").Bounds} expected
 */
export function bounds(call, { times, atLeast, atMost }) {
  if (times !== undefined && (atLeast !== undefined || atMost !== undefined)) {
    throw new MockError(`${call} takes times, or atLeast and atMost, not both`);
  }
  if (times !== undefined) return [times, times];
  if (atLeast !== undefined && atMost !== undefined && atLeast > atMost) {
    throw new MockError(`atLeast ${atLeast} is more than atMost ${atMost}`);
  }
  return [atLeast ?? (atMost === undefined ? 1 : 0), atMost ?? Infinity];
}

/** @param {number} least @param {number} most */
export function boundsText(least, most) {
  if (most === Infinity) return least ? `at least ${timesText(least)}` : "any number";
  if (least === most) return timesText(most);
  return least ? `${least} to ${most} times` : `at most ${timesText(most)}`;
}

/** @param {number} number */
export function timesText(number) {
  return ["never", "once", "twice"][number] ?? `${number} times`;
}
