// The docs page: first what a front end needs, then every operation in Swagger UI, ready to be tried.

import { showHeader, showScenarios } from "./create.js";
import { showKeys } from "./keys.js";
import { filled, operations } from "./links.js";
import { Mock } from "./mock.js";
import { openBy } from "./open.js";
import { showPrefer } from "./prefer.js";
import { BASE, onPort } from "./requests.js";

/** The name under which the browser keeps the key that was filled in last. */
const FILLED_IN = "execmock key";
const find = (id) => document.getElementById(id);

/** Returns the contract with this page's own mock as its server, but for operations on another port of the mock. */
function served(contract, elsewhere) {
  const own = structuredClone(contract);
  own.servers = [{ url: BASE, description: "This mock" }];
  own.info.description = split(contract)[0];
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

/** Returns the first paragraph of the contract's description, and the rest: notes that stand at the page's end. */
function split(contract) {
  const [first, ...rest] = (contract.info.description ?? "").split(/\n\s*\n/);
  return [first, rest.join("\n\n")];
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

/** Returns the names of the security schemes that take a bearer key. */
function bearerSchemes(contract) {
  const schemes = Object.entries(contract.components?.securitySchemes ?? {});
  return schemes.filter(([, scheme]) => scheme.type === "http" && scheme.scheme === "bearer").map(([name]) => name);
}

/** Returns the key that the reader entered, on an earlier visit and on their own; undefined if there is none. */
function remembered() {
  try {
    const entered = Object.values(JSON.parse(localStorage.getItem("authorized")) ?? {}).map(({ value }) => value);
    return entered.find((value) => typeof value === "string" && value !== localStorage.getItem(FILLED_IN));
  } catch {
    return undefined;
  }
}

/** Adds the notes of the contract to Swagger UI's layout, after the operations and the schemas. */
function withNotes(notes) {
  return ({ React }) => {
    const h = React.createElement;
    const DocsLayout = ({ getComponent }) => {
      const [Base, Markdown] = [getComponent("BaseLayout", true), getComponent("Markdown", true)];
      const about = h("details", { className: "part notes" }, h("summary", null, "About this contract"),
        h(Markdown, { source: notes }));
      return h("div", null, h(Base), notes ? about : null);
    };
    return { components: { DocsLayout } };
  };
}

/** Tells of each key that the reader gives to Swagger UI. */
function withKeys(taken) {
  const authorizeWithPersistOption = (original) => (given) => {
    original(given);
    Object.values(given).filter(({ value }) => typeof value === "string").forEach(({ value }) => taken(value));
  };
  return { statePlugins: { auth: { wrapActions: { authorizeWithPersistOption } } } };
}

/** Shows the operations; calls `taken` with each key that the reader gives them, `ready` when they are shown. */
function swagger(contract, elsewhere, taken, ready) {
  let sent;
  const ui = SwaggerUIBundle({
    spec: served(contract, elsewhere),
    domNode: find("docs"),
    plugins: [withNotes(split(contract)[1]), withKeys(taken)],
    layout: "DocsLayout",
    deepLinking: true,
    tryItOutEnabled: true,
    persistAuthorization: true,
    displayRequestDuration: true,
    defaultModelsExpandDepth: 0,
    validatorUrl: null,
    // Of its themes the one whose every colour can be read.
    syntaxHighlight: { theme: "obsidian" },
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
    onComplete: ready,
  });
  return ui;
}

/** Opens or closes the operations of Swagger UI: "none", the "list" of them, or each one in "full". */
function expand(ui, contract, how) {
  for (const [, , { tags = ["default"], operationId }] of operations(contract)) {
    for (const tag of tags) {
      ui.layoutActions.show(["operations-tag", tag], how !== "none");
      ui.layoutActions.show(["operations", tag, operationId], how === "full");
    }
  }
}

function show([contract, elsewhere, start]) {
  let key = remembered() ?? start.key ?? "";
  const mock = new Mock(contract, elsewhere, start, () => key);
  find("loading").remove();
  find("parts").hidden = false;
  showScenarios(mock, find("scenarios"));
  const lines = [showPrefer(mock, find("prefer")), showHeader(mock, find("scenario"))];
  const taken = (used) => {
    key = field.value = used;
    lines.forEach((write) => write());
  };
  const authorize = (used) => bearerSchemes(contract).forEach((scheme) => ui.preauthorizeApiKey(scheme, used));
  const field = showKeys(start, find("keys"), key, (entered) => {
    taken(entered);
    authorize(entered);
    ui.authActions.persistAuthorizationIfNeeded();
  });
  const ui = swagger(contract, elsewhere, taken, () => {
    authorize(key);
    // The next server at this address may have another key.
    localStorage.setItem(FILLED_IN, start.key ?? "");
    openBy(find("open"), (how) => expand(ui, contract, how));
  });
}

async function read(address) {
  const answer = await fetch(address);
  if (!answer.ok) {
    throw new Error(`the server answered ${answer.status}`);
  }
  return answer.json();
}

Promise.all(["../openapi.json", "elsewhere.json", "start.json"].map(read))
  .then(show)
  .catch((error) => {
    (find("loading") ?? find("docs")).textContent = `The contract could not be loaded: ${error.message}`;
  });
