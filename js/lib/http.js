import http from "node:http";
import https from "node:https";
import { MockError } from "./errors.js";

/**
 * Return what sends requests to a server. Not `fetch`: a test's environment may replace that by a browser's,
 * and pages of other origins may not use the control API.
 * @param {string} url @param {{ key?: string, ca?: string }} [options]
 * @returns {import("./control.js").Send}
 */
export function sender(url, { key, ca } = {}) {
  const { protocol, hostname, port } = new URL(url);
  const client = protocol === "https:" ? https : http;
  return (method, path, body, headers = {}) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const sent = {
      ...(text === undefined ? {} : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) }),
      ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
      ...headers,
    };
    return new Promise((answered, failed) => {
      const options = { method, path, hostname: hostname.replace(/^\[|\]$/g, ""), port, headers: sent, ca };
      const request = client.request(options, (response) => {
        const parts = /** @type {Buffer[]} */ ([]);
        response.on("data", (part) => parts.push(part));
        response.on("error", failed);
        response.on("end", () => {
          const status = response.statusCode ?? 0;
          try {
            answered({ status, body: decoded(Buffer.concat(parts).toString("utf8"), status) });
          } catch (error) {
            failed(new MockError(`${url} answered ${method} ${path} with ${status} and no JSON: is that execmock?`, status));
          }
        });
      });
      request.on("error", (/** @type {NodeJS.ErrnoException} */ error) => {
        failed(new MockError(`execmock cannot be reached at ${url}: ${error.code ?? ""} ${error.message}`));
      });
      request.end(text);
    });
  };
}

/** @param {string} text @param {number} status */
function decoded(text, status) {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (status >= 400) return { message: `it was answered with ${status}: ${text.slice(0, 200)}` };
    throw error;
  }
}
