import { MockError } from "./errors.js";

/**
 * An answer of the server: its status, and its body decoded from JSON, null where there is none.
 * @typedef {{ status: number, body: any }} Answer
 * Sends a request to the server, whatever carries it.
 * @typedef {(method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>} Send
 */

/** Calls the control API, always about one sandbox where it has one. */
export class Control {
  /** @type {Send} */ #send;
  /** @type {string | undefined} */ #sandbox;

  /** @param {Send} send @param {string} [sandbox] */
  constructor(send, sandbox) {
    this.#send = send;
    this.#sandbox = sandbox;
  }

  /**
   * The same about a sandbox.
   * @param {string} sandbox
   */
  of(sandbox) {
    return new Control(this.#send, sandbox);
  }

  /**
   * Return the decoded answer; MockError with the answer's own words when it is refused.
   * @param {string} method @param {string} path @param {unknown} [body] @param {Record<string, unknown>} [query]
   * @returns {Promise<any>}
   */
  async call(method, path, body, query = {}) {
    // Where the path names a sandbox, the query does not.
    const about = this.#sandbox === undefined || path.startsWith("/sandboxes") ? {} : { sandbox: this.#sandbox };
    const given = Object.entries({ ...about, ...query }).filter(([, value]) => value !== undefined);
    const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
    return read(await this.#send(method, `/_execmock${path}${text && `?${text}`}`, body));
  }
}

/**
 * Return the body of an answer; MockError when it is a refusal.
 * @param {Answer} answer
 */
export function read({ status, body }) {
  if (status < 400) return body;
  // The place is the control API's (query/status); the caller of a method knows what was passed.
  const details = (body?.details ?? []).map((/** @type {any} */ detail) => detail.message.replace(/^[^:]*: /, ""));
  throw new MockError([body?.message ?? `it was answered with ${status}`, ...details].join("; "), status);
}
