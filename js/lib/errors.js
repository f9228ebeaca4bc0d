/** A call that cannot be done. `status` is that of the control API's answer, 0 where none came. */
export class MockError extends Error {
  /** @param {string} message @param {number} [status] */
  constructor(message, status = 0) {
    super(message);
    this.name = "MockError";
    this.status = status;
  }
}

/** What was asserted is not so. */
export class MockAssertionError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "AssertionError";
  }
}

/**
 * Refuse names that are not known, as in an object of options.
 * @param {string} call @param {object} given @param {readonly string[]} known
 */
export function checkNames(call, given, known) {
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) {
      throw new MockError(`${call}: unknown option '${name}'; expected one of ${known.join(", ")}.${nearest(name, known)}`);
    }
  }
}

/** @param {string} name @param {readonly string[]} known */
function nearest(name, known) {
  const [closest] = known
    .map((one) => /** @type {const} */ ([distance(name.toLowerCase(), one.toLowerCase()), one]))
    .sort(([one], [other]) => one - other);
  return closest && closest[0] <= Math.max(2, name.length / 3) ? ` Did you mean '${closest[1]}'?` : "";
}

/**
 * The number of letters to add, drop or change, by Levenshtein.
 * @param {string} one @param {string} other
 */
function distance(one, other) {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const changed = row[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(changed, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[other.length];
}
