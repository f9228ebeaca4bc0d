// The console: a page over the control API of the server that it comes from.
import { html, render, useEffect, useState } from "./vendor/preact.js";
import { Bar } from "./bar.js";
import { Executions } from "./executions.js";
import { Model } from "./model.js";
import { go, to, useRoute } from "./router.js";
import { useStore } from "./store.js";
import { visible } from "./text.js";

const PARTS = [
  ["executions", "Executions"], ["new", "New"], ["scenarios", "Scenarios"], ["faults", "Faults"], ["requests", "Requests"], ["sandbox", "Sandbox"], ["coverage", "Coverage"],
];

function App({ model }) {
  const state = useStore(model);
  const route = useRoute();
  useKeys(route);
  useEffect(() => {
    document.title = [...(route.name ? [visible(route.name)] : []), PARTS.find(([part]) => part === route.part)?.[1] ?? "Console", state.sandbox, "execmock"].join(" · ");
  }, [route, state.sandbox]);
  // What was refused in one place is not to be read in another.
  useEffect(() => () => model.state.error && model.set({ error: null }), [route]);
  if (state.locked) {
    return html`<${Locked} model=${model} wrong=${state.locked === "wrong"} />`;
  }
  return html`<a class="skip" href="#main" onClick=${(event) => (event.preventDefault(), document.getElementById("main").focus())}>To the content</a>
    <${Bar} model=${model} route=${route} />
    <nav aria-label="Parts">${PARTS.map(([part, name]) => html`<a href=${to(part)} aria-current=${route.part === part ? "page" : undefined}>${name}</a>`)}
      <a class="away" href="../docs/" hidden=${state.server === null || Object.keys(state.server.elsewhere).includes("createExecution")}>API docs</a></nav>
    <main id="main" tabindex="-1">${shown(model, route)}</main>`;
}

// The list is there at once; what the other parts need is read when they are opened, or when there is time for it.
const LATER = {
  new: () => import("./create.js").then(({ Create }) => Create), scenarios: () => import("./scenarios.js").then(({ Scenarios }) => Scenarios),
  faults: () => import("./faults.js").then(({ Faults }) => Faults), requests: () => import("./requests.js").then(({ Requests }) => Requests),
  sandbox: () => import("./sandbox.js").then(({ Sandbox }) => Sandbox), coverage: () => import("./coverage.js").then(({ Coverage }) => Coverage),
  execution: () => import("./execution.js").then(({ Execution }) => Execution),
};
const read = {};

/** Reads the component of a part, once. */
async function reading(part) {
  read[part] ??= await LATER[part]();
}

function Later({ part, ...given }) {
  const [tried, show] = useState({});
  useEffect(() => {
    // Also where another reading has ended since it was shown as loading.
    reading(part).then(() => show({}), () => show({ failed: true }));
  }, [part]);
  if (read[part]) {
    return html`<${read[part]} ...${given} />`;
  }
  return tried.failed ? html`<p class="problem" role="alert">This part could not be read from the server. Is it running? Then load the page again.</p>` : html`<p class="quiet">Loading…</p>`;
}

function shown(model, { part, name }) {
  if (part in LATER) {
    // What a part keeps belongs to a sandbox; the text of a search stays when one request or scenario is opened.
    return html`<${Later} key=${`${part} ${model.sandbox}`} part=${part} model=${model} name=${name} />`;
  }
  return name ? html`<${Later} key=${`${model.sandbox} ${name}`} part="execution" model=${model} id=${name} />` : html`<${Executions} key=${model.sandbox} model=${model} />`;
}

/** `/` goes to the search, Escape back from one thing to the list. */
function useKeys(route) {
  useEffect(() => {
    const pressed = (event) => {
      const writing = event.target.closest("input, textarea, select");
      if (event.key === "/" && !writing && !event.ctrlKey && !event.metaKey) {
        const search = document.getElementById("search");
        if (search) {
          event.preventDefault();
          search.focus();
        }
      } else if (event.key === "Escape" && !writing && route.name) {
        go(route.part);
      }
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [route]);
}

function Locked({ model, wrong }) {
  const [key, setKey] = useState("");
  return html`<main class="locked"><h1>execmock</h1>
    <form onSubmit=${(event) => (event.preventDefault(), model.unlock(key))}>
      <p>This server's control API has a key: what <code>--control-key</code> was given. It is kept until this tab is closed.</p>
      <label class="choice"><span>Control key</span><input type="password" autocomplete="off" value=${key} onInput=${(event) => setKey(event.target.value)} /></label>
      <button type="submit" class="primary" disabled=${!key}>Open</button>
      ${wrong && html`<p class="problem" role="alert">That is not the key.</p>`}
    </form></main>`;
}

// For so long what is shown first may come in one piece.
const PATIENCE = 200;
const model = new Model();
const opened = model.open();
await Promise.race([model.begun, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
render(html`<${App} model=${model} />`, document.getElementById("app"));
// What fails here is read again when it is opened, and said then.
opened.then(() => Object.keys(LATER).forEach((part) => reading(part).catch(() => {})));
