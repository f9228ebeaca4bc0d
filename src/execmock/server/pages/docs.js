// Shows the contract that this server serves, with every operation ready to be tried against it.

import { filled, operations } from "./links.js";

/** The name under which the browser keeps the key that was filled in last. */
const FILLED_IN = "execmock key";
/** Where the mock is reached, which may be under a prefix that a proxy takes off. */
const BASE = new URL("..", window.location.href).href.replace(/\/$/, "");

/** Returns the contract with this page's own mock as its server, but for operations on another port of the mock. */
function served(contract, elsewhere) {
  const own = structuredClone(contract);
  own.servers = [{ url: BASE, description: "This mock" }];
  Object.values(own.paths ?? {}).forEach((item) => delete item.servers);
  for (const [, , operation] of operations(own)) {
    const port = elsewhere[operation.operationId];
    delete operation.servers;
    if (port !== undefined) {
      operation.servers = [{ url: onPort(port), description: "This mock, another port" }];
    }
  }
  Object.values(own.components?.parameters ?? {}).forEach(emptied);
  [...operations(own)].forEach(([, , operation]) => operation.parameters?.forEach(emptied));
  return own;
}

/** Lets a header that may be left out start empty: a key of an example would replay the first answer for ever. */
function emptied(parameter) {
  if (parameter.in === "header" && !parameter.required) {
    delete parameter.example;
    delete parameter.examples;
  }
}

/** Returns the address of a request as the contract's paths have it. */
function withoutPrefix(address) {
  return new URL(address.startsWith(BASE) ? window.location.origin + address.slice(BASE.length) : address);
}

function onPort(port) {
  const { protocol, hostname } = window.location;
  return `${protocol}//${hostname}:${port}`;
}

/** Returns the names of the security schemes that take a bearer key. */
function bearerSchemes(contract) {
  const schemes = Object.entries(contract.components?.securitySchemes ?? {});
  return schemes.filter(([, scheme]) => scheme.type === "http" && scheme.scheme === "bearer").map(([name]) => name);
}

/** Returns the names of the schemes for which the reader entered a key, on an earlier visit and on their own. */
function remembered() {
  try {
    const entered = Object.entries(JSON.parse(localStorage.getItem("authorized")) ?? {});
    return entered.filter(([, { value }]) => value !== localStorage.getItem(FILLED_IN)).map(([name]) => name);
  } catch {
    return [];
  }
}

function show([contract, elsewhere, { key }]) {
  document.getElementById("key").textContent = key ?? "to enter with Authorize";
  const known = remembered();
  let sent;
  const ui = SwaggerUIBundle({
    spec: served(contract, elsewhere),
    domNode: document.getElementById("docs"),
    deepLinking: true,
    tryItOutEnabled: true,
    persistAuthorization: true,
    displayRequestDuration: true,
    defaultModelsExpandDepth: 0,
    validatorUrl: null,
    requestInterceptor: (request) => {
      sent = request;
      return request;
    },
    // What was created can be read at once: its id and token go where the contract's links say.
    responseInterceptor: (answer) => {
      const method = (sent.method ?? "get").toLowerCase();
      for (const { path, method: into, name, place, value } of filled(contract, method, withoutPrefix(sent.url), answer)) {
        ui.specActions.changeParam([path, into], name, place, value, false);
      }
      return answer;
    },
    onComplete: () => {
      const unset = key === null ? [] : bearerSchemes(contract).filter((name) => !known.includes(name));
      unset.forEach((scheme) => ui.preauthorizeApiKey(scheme, key));
      // The next server at this address may have another key.
      localStorage.setItem(FILLED_IN, key ?? "");
    },
  });
}

async function read(address) {
  const answer = await fetch(address);
  if (!answer.ok) {
    throw new Error(`the server answered ${answer.status}`);
  }
  return answer.json();
}

function complain(reason) {
  const note = document.createElement("p");
  note.className = "note";
  note.textContent = `The contract could not be loaded: ${reason}`;
  document.getElementById("docs").replaceChildren(note);
}

Promise.all(["../openapi.json", "elsewhere.json", "key.json"].map(read))
  .then(show)
  .catch((error) => complain(error.message));
