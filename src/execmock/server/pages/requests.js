// Requests to this mock, as data: sent by the page, and written as curl lines that do the same.

/** Where the mock is reached, which may be under a prefix that a proxy takes off. */
export const BASE = new URL("..", window.location.href).href.replace(/\/$/, "");

/** Returns the address of another port of this mock. */
export function onPort(port) {
  const { protocol, hostname } = window.location;
  return `${protocol}//${hostname}:${port}`;
}

/** Returns a request {method, url, headers, body} as a line for a shell; each part is quoted, for zsh expands `?`. */
export function curl({ method, url, headers = {}, body }) {
  const words = ["curl -s", quoted(url)];
  if (method !== (body === undefined ? "GET" : "POST")) {
    words.splice(1, 0, `-X ${method}`);
  }
  words.push(...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`));
  if (body !== undefined) {
    words.push(`-d ${quoted(JSON.stringify(body))}`);
  }
  return words.join(" ");
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Sends a request and returns {status, reason, headers, data}; the data of an answer that is no JSON is its text. */
export async function send({ method, url, headers, body }) {
  const answer = await fetch(url, { method, headers, body: body === undefined ? body : JSON.stringify(body) });
  const text = await answer.text();
  return { status: answer.status, reason: answer.statusText, headers: answer.headers, data: parsed(text) };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
