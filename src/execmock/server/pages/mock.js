// What this mock can be asked for: its operations with their examples, and requests that use them.

import { operations, resolved } from "./links.js";
import { BASE, onPort } from "./requests.js";

const JSON_TYPE = "application/json";

/** The mock, from its contract, the ports of operations that are elsewhere, and what `start.json` says. */
export class Mock {
  constructor(contract, elsewhere, start, key) {
    this.contract = contract;
    this.start = start;
    this.elsewhere = elsewhere;
    /** Returns the key that requests carry; empty where there is none. */
    this.key = key;
    this.operations = [...operations(contract)].map(([path, method, operation]) => ({ path, method, ...operation }));
  }

  operation(id) {
    return this.operations.find((operation) => operation.operationId === id);
  }

  /** Returns the request of an operation, with its path and query filled in. */
  request(id, { path = {}, query = {}, headers = {}, body } = {}) {
    const operation = this.operation(id);
    const port = this.elsewhere[id];
    const filled = operation.path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(path[name] ?? name));
    const asked = new URLSearchParams(query).toString();
    const sent = { ...this.#authorization(operation), ...headers };
    if (body !== undefined) {
      sent["Content-Type"] = JSON_TYPE;
    }
    const url = (port === undefined ? BASE : onPort(port)) + filled + (asked && `?${asked}`);
    return { method: operation.method.toUpperCase(), url, headers: sent, body };
  }

  #authorization(operation) {
    const asked = (operation.security ?? this.contract.security ?? []).some((ways) => Object.keys(ways).length > 0);
    return asked && this.key() ? { Authorization: `Bearer ${this.key()}` } : {};
  }

  /** Returns the control API's request for a signal. */
  signal(id, signal) {
    const { port, locked } = this.start.control;
    const query = new URLSearchParams({ sandbox: this.start.sandbox });
    const url = `${port === null ? BASE : onPort(port)}/_execmock/executions/${encodeURIComponent(id)}/signal?${query}`;
    const headers = { "Content-Type": JSON_TYPE, ...(locked && { Authorization: "Bearer CONTROL_KEY" }) };
    return { method: "POST", url, headers, body: { signal } };
  }

  /** Tells whether this page may send signals: the control API's own key is not known here, other ports refuse. */
  get signals() {
    const { port, locked } = this.start.control;
    return port === null && !locked;
  }

  /** Returns an example body of an operation, undefined where it takes none. */
  exampleBody(id) {
    const content = resolved(this.contract, this.operation(id).requestBody)?.content?.[JSON_TYPE];
    const named = resolved(this.contract, Object.values(content?.examples ?? {})[0])?.value;
    const body = named ?? content?.example;
    if (body !== undefined) {
      // The first answer would be repeated for as long as the key is.
      const { idempotencyKey, ...rest } = body;
      return rest;
    }
    return content && {};
  }

  /** Returns [status, names of examples] of every answer that the contract has for an operation. */
  answers(id) {
    return Object.entries(this.operation(id).responses ?? {}).map(([status, response]) => {
      const content = resolved(this.contract, response)?.content?.[JSON_TYPE];
      return [status, Object.keys(content?.examples ?? {})];
    });
  }
}
