// The control API, as this page reaches it: beside its own files, whatever prefix a proxy puts before them.

const BASE = new URL(".", location.href);

/** An answer that is no success. `details` say where something is wrong. */
export class ApiError extends Error {
  constructor(status, body) {
    super(body.message ?? `The server answered ${status}`);
    this.status = status;
    this.details = body.details ?? [];
  }

  /** The message, and each place with what is wrong there. */
  get sentences() {
    return [this.message, ...this.details.map(({ location: where, message }) => message.startsWith(where) ? message : `${where}: ${message}`)];
  }
}

export class Api {
  constructor() {
    this.key = sessionStorage.getItem(early.kept.key) ?? "";
    /** Called when the server wants a control key, or another one. @type {(wrong: boolean) => void} */
    this.onLocked = () => {};
  }

  /** Keeps the control key for as long as this tab is open. */
  unlock(key) {
    this.key = key;
    sessionStorage.setItem(early.kept.key, key);
  }

  url(path, query = {}) {
    const url = new URL(path.replace(/^\//, ""), BASE);
    const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "" && value !== null);
    url.search = new URLSearchParams(given).toString();
    return url;
  }

  headers(more = {}) {
    return { ...(this.key && { Authorization: `Bearer ${this.key}` }), ...more };
  }

  /**
   * Returns what an answer holds; throws an ApiError where it is a refusal.
   * @param {string} method
   * @param {string} path
   * @param {{query?: object, body?: unknown, signal?: AbortSignal}} [options]
   */
  async send(method, path, { query, body, signal } = {}) {
    const headers = this.headers(body === undefined ? {} : { "Content-Type": "application/json" });
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const answer = await fetch(this.url(path, query), { method, headers, body: sent, signal });
    const text = await answer.text();
    if (answer.ok) {
      return text ? JSON.parse(text) : null;
    }
    if (answer.status === 401) {
      this.onLocked(this.key !== "");
    }
    throw new ApiError(answer.status, parsed(text));
  }

  get(path, query, more) {
    return this.send("GET", path, { query, ...more });
  }

  post(path, body, query) {
    return this.send("POST", path, { query, body });
  }

  put(path, body, query) {
    return this.send("PUT", path, { query, body });
  }

  delete(path, query) {
    return this.send("DELETE", path, { query });
  }
}

/** Returns the address of the API itself, where an operation is on `port`, or beside this page. */
export function apiAddress(port) {
  if (port === undefined) {
    return new URL("..", BASE).href.replace(/\/$/, "");
  }
  return `${location.protocol}//${location.hostname}:${port}`;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
