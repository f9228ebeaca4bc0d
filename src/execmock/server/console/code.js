// A request as something to paste: for a shell, for pytest, for Playwright.
import { apiAddress } from "./api.js";

// What a client or a browser adds by itself, or what is hidden in the journal.
const OWN = /^(host|connection|content-length|accept|accept-encoding|accept-language|user-agent|origin|referer|sec-.*|cookie|cache-control|pragma|priority|dnt)$/i;

/** Returns the key to use in a sandbox, `KEY` where none is known. */
export function keyFor({ server, sandbox }) {
  const fit = (server?.keys ?? []).filter((known) => known.sandbox === sandbox && known.scope !== "read");
  return (fit[0] ?? { key: "KEY" }).key;
}

/** Returns the address of an operation's path. */
export function addressOf({ server }, operation, path) {
  return apiAddress(server?.elsewhere[operation]) + path;
}

/** Returns a request of the journal as one to send again. */
export function requestOf(state, entry) {
  const kept = Object.entries(entry.headers).filter(([name]) => !OWN.test(name));
  const headers = Object.fromEntries(kept.map(([name, value]) => [name, value === "***" && /^authorization$/i.test(name) ? `Bearer ${keyFor(state)}` : value]));
  const url = addressOf(state, entry.operation ?? "createExecution", entry.path + (entry.query ? `?${entry.query}` : ""));
  return { method: entry.method, url, headers, body: entry.body };
}

const single = (text) => `'${text.replaceAll("'", "'\\''")}'`;
const textOf = (body) => typeof body === "string" ? body : JSON.stringify(body);

/** Returns a line for a shell. */
export function curl({ method, url, headers, body }) {
  const parts = ["curl -s", ...(method === "GET" || (method === "POST" && body != null) ? [] : [`-X ${method}`]), single(url)];
  parts.push(...Object.entries(headers).map(([name, value]) => `-H ${single(`${name}: ${value}`)}`));
  return [...parts, ...(body == null ? [] : [`-d ${single(textOf(body))}`])].join(" ");
}

/** Returns a test for pytest, with the package's fixture. */
export function pytest({ method, url, headers, body }, status) {
  const { pathname, search } = new URL(url);
  const own = Object.entries(headers).filter(([name]) => !/^(authorization|content-type)$/i.test(name));
  const sent = body == null ? "" : `, json=${python(body)}`;
  return `import requests


def test_it(execmock):
    headers = {**execmock.headers${own.map(([name, value]) => `, ${JSON.stringify(name)}: ${JSON.stringify(value)}`).join("")}}
    answer = requests.request(${JSON.stringify(method)}, f"{execmock.url}${braced(pathname + search)}", headers=headers${sent})
    assert answer.status_code == ${status}
`;
}

const braced = (text) => text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("{", "{{").replaceAll("}", "}}");

/** Returns JSON as Python writes it. */
function python(value) {
  if (value === null || typeof value === "boolean") {
    return { null: "None", true: "True", false: "False" }[String(value)];
  }
  if (Array.isArray(value)) {
    return `[${value.map(python).join(", ")}]`;
  }
  if (typeof value === "object") {
    return `{${Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}: ${python(inner)}`).join(", ")}}`;
  }
  return JSON.stringify(value);
}

/** Returns a test for Playwright, with the fixture of the npm package. */
export function playwright({ method, url, headers, body }, status) {
  const { pathname, search } = new URL(url);
  const own = Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(authorization|content-type)$/i.test(name)));
  const data = body == null ? "" : `, data: ${JSON.stringify(body)}`;
  const more = Object.keys(own).length ? `{ ...mock.headers, ...${JSON.stringify(own)} }` : "mock.headers";
  return `import { test, expect } from "execmock/playwright";

test("it", async ({ mock, request }) => {
  const answer = await request.fetch(mock.url + ${JSON.stringify(pathname + search)}, { method: ${JSON.stringify(method)}, headers: ${more}${data} });
  expect(answer.status()).toBe(${status});
});
`;
}
