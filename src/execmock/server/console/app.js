// The console: a page over the control API of the server that it comes from.
import { html, render, useEffect, useState } from "./html.js";
import { Bar } from "./bar.js";
import { Coverage } from "./coverage.js";
import { Create } from "./create.js";
import { Execution } from "./execution.js";
import { Executions } from "./executions.js";
import { Faults } from "./faults.js";
import { Model } from "./model.js";
import { Requests } from "./requests.js";
import { go, to, useRoute } from "./router.js";
import { Sandbox } from "./sandbox.js";
import { Scenarios } from "./scenarios.js";
import { useStore } from "./store.js";

const PARTS = [
  ["executions", "Executions"], ["new", "New"], ["scenarios", "Scenarios"], ["faults", "Faults"], ["requests", "Requests"], ["sandbox", "Sandbox"], ["coverage", "Coverage"],
];

function App({ model }) {
  const state = useStore(model);
  const route = useRoute();
  useKeys(route);
  useEffect(() => {
    document.title = `${PARTS.find(([part]) => part === route.part)?.[1] ?? "Console"} · ${state.sandbox} · execmock`;
  }, [route, state.sandbox]);
  if (state.locked) {
    return html`<${Locked} model=${model} wrong=${state.locked === "wrong"} />`;
  }
  return html`<a class="skip" href="#main" onClick=${(event) => (event.preventDefault(), document.getElementById("main").focus())}>To the content</a>
    <${Bar} model=${model} route=${route} />
    <nav aria-label="Parts">${PARTS.map(([part, name]) => html`<a href=${to(part)} aria-current=${route.part === part ? "page" : undefined}>${name}</a>`)}
      <a class="away" href="../docs/" hidden=${state.server === null || Object.keys(state.server.elsewhere).includes("createExecution")}>API docs</a></nav>
    <main id="main" tabindex="-1">${shown(model, route)}</main>`;
}

function shown(model, { part, name }) {
  const key = `${model.sandbox} ${name}`;
  switch (part) {
    case "new": return html`<${Create} key=${model.sandbox} model=${model} />`;
    case "scenarios": return html`<${Scenarios} model=${model} name=${name} />`;
    case "faults": return html`<${Faults} model=${model} />`;
    case "requests": return html`<${Requests} model=${model} name=${name} />`;
    case "sandbox": return html`<${Sandbox} key=${model.sandbox} model=${model} />`;
    case "coverage": return html`<${Coverage} model=${model} />`;
    default: return name ? html`<${Execution} key=${key} model=${model} id=${name} />` : html`<${Executions} key=${model.sandbox} model=${model} />`;
  }
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

const model = new Model();
render(html`<${App} model=${model} />`, document.getElementById("app"));
model.open();
