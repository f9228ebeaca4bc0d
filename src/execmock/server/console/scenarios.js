// Scenarios: their text, checked by the server while it is typed, what would happen, and saving into the sandbox.
import { html, useEffect, useRef, useState } from "./vendor/preact.js";
import { Part, Refused, Status, Sure } from "./controls.js";
import { creation } from "./create.js";
import { Editor } from "./editor.js";
import { Graph } from "./graph.js";
import { go, to } from "./router.js";
import { useAnswer, useShown } from "./store.js";
import { counted, visible } from "./text.js";

const NEW = `scenario: my-scenario
summary: Says in a sentence what happens.
bind: {workflowId: wf_my_scenario}
steps:
  - status: workflow_queued
    next: {after: 1s}
  - status: workflow_running
    next: {after: 2s}
  - status: workflow_succeeded
`;
const PAUSE = 250;
// What was written and not saved, kept while the page is open.
const drafts = new Map();

export function Scenarios({ model, name }) {
  const { scenarios, sandbox } = model.state;
  const [sought, seek] = useState("");
  const found = scenarios.filter((one) => `${one.name} ${one.summary}`.toLowerCase().includes(sought.trim().toLowerCase()));
  return html`<section aria-labelledby="scenarios-title" class="with-list">
    <div class="names"><div class="head"><h2 id="scenarios-title">Scenarios</h2><a class="button" href=${to("scenarios", "+")}>New</a></div>
      <label class="choice"><span>Search</span><input type="search" id="search" value=${sought} onInput=${(event) => seek(event.target.value)} placeholder="press /" /></label>
      <p class="count">${counted(found.length, "scenario")}</p>
      <ul tabindex="0" aria-label="Scenarios">${found.map((one) => html`<li key=${one.name}><a href=${to("scenarios", one.name)} aria-current=${one.name === name ? "true" : undefined} title=${visible(one.summary)}>${visible(one.name)}</a></li>`)}</ul></div>
    ${name === null ? html`<p class="quiet">A scenario says what an execution goes through. Choose one to see and change it, or write a new one.</p>`
      : html`<${Scenario} key=${`${sandbox}/${name}`} model=${model} name=${name} />`}
  </section>`;
}

function Scenario({ model, name }) {
  const here = { sandbox: model.sandbox };
  const kept = useAnswer(() => name === "+" ? Promise.resolve({ text: NEW }) : model.api.get(`scenarios/${encodeURIComponent(name)}`, here), [name, model.sandbox]);
  const place = `${model.sandbox}/${name}`;
  const [written, setWritten] = useState(drafts.get(place) ?? null);
  const write = (to) => setWritten((old) => {
    const next = typeof to === "function" ? to(old) : to;
    next === null ? drafts.delete(place) : drafts.set(place, next);
    return next;
  });
  // What all sandboxes share: what differs from that was put into this one.
  const shared = useAnswer(async () => (await model.api.get("scenarios")).scenarios.find((one) => one.name === name) ?? null, [name, model.sandbox]);
  const own = name !== "+" && !shared.busy && !shared.error && kept.value && kept.value.version !== shared.value?.version;
  const [seed, setSeed] = useState(0);
  const shown = useShown();
  const latest = useRef();
  latest.current = written;
  const text = written ?? kept.value?.text ?? "";
  const waited = useWaited(text, PAUSE);
  const checked = useAnswer(() => kept.value ? model.api.post("scenario-check", { text: waited, seed }, here) : Promise.resolve(null), [waited, seed, Boolean(kept.value)]);
  const scenario = checked.value?.scenario;
  if (kept.error) {
    return html`<${Refused} error=${kept.error} />`;
  }
  const save = async () => {
    const saved = await model.act(() => model.api.put(`scenarios/${encodeURIComponent(scenario.name)}`, { text }, here), ({ name: as }) => `${as} was saved into the sandbox ${here.sandbox}; new executions${forWhom(scenario)} follow it.`);
    if (!saved) {
      return;
    }
    await model.act(() => model.readScenarios());
    // A reader who has gone elsewhere meanwhile, or written on, stays there.
    if (shown() && (latest.current === null || latest.current === text)) {
      write(null);
      kept.again();
      go("scenarios", saved.name);
    }
  };
  const remove = async () => {
    const said = shared.value ? `${name} is again as all sandboxes have it.` : `${name} was deleted.`;
    if (await model.act(() => model.api.delete(`scenarios/${encodeURIComponent(name)}`, here), said)) {
      await model.act(() => model.readScenarios());
      write((now) => now === written ? null : now);
      if (shared.value) {
        kept.again();
      } else if (shown()) {
        go("scenarios");
      }
    }
  };
  const create = async () => {
    const made = await model.act(() => model.api.post("executions", creation(model.state, kept.value), here), `An execution that follows ${name} was created.`);
    made && shown() && go("executions", made.id);
  };
  const settled = waited === text && !checked.busy;
  return html`<div class="scenario">
    <div class="head"><h3>${name === "+" ? "A new scenario" : visible(name)}</h3>
      <button type="button" class="primary" disabled=${!settled || !scenario || text === kept.value?.text && name !== "+"} onClick=${save}>Save into the sandbox</button>
      <button type="button" disabled=${!scenario || written !== null} onClick=${() => model.act(() => model.api.put("default-scenario", { scenario: name }, here).then(() => model.readScenarios()), `${name} is what executions follow that name none.`)}>Make it the default</button>
      ${name !== "+" && html`<button type="button" disabled=${written !== null || !kept.value} onClick=${create}>Create one</button>`}
      ${own && html`<${Sure} label=${shared.value ? "Go back to the shared one" : "Delete"} question="Press again: what was saved goes" act=${remove} />`}
      ${written !== null && html`<button type="button" onClick=${() => write(null)}>Undo changes</button>`}</div>
    <${Refused} error=${checked.error} />
    <${Editor} label="Text of the scenario" text=${text} begin=${name === "+"} findings=${checked.value?.findings ?? []} onChange=${write} />
    <div class="pair">
      <${Part} title="What would happen" id="preview-title" actions=${html`<button type="button" onClick=${() => setSeed(seed + 1)}>Other chances</button>`}><${Preview} preview=${checked.value?.preview} /></${Part}>
      <${Part} title="Steps" id="steps-title">${scenario ? html`<div class="scroll" tabindex="0" role="group" aria-label="Steps of the scenario"><${Graph} scenario=${scenario} /></div>` : html`<p class="quiet">Once it has no mistakes.</p>`}</${Part}>
    </div>
  </div>`;
}

/** Returns which executions follow a scenario that is bound, in words. */
function forWhom({ bind, name }) {
  const bound = Object.entries(bind).map(([member, value]) => `${member} ${value}`);
  return bound.length ? ` with ${bound.join(" and ")}` : ` that name ${name}`;
}

/** Returns a value once it has not changed for a while. */
function useWaited(value, pause) {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), settled === "" ? 0 : pause);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

function Preview({ preview }) {
  if (!preview) {
    return html`<p class="quiet">Once it has no mistakes.</p>`;
  }
  const { timeline, ending } = preview;
  const last = ending.stoppedInLoop ? "It goes round in a loop." : ending.final ? "That is the end." : `Then it waits for ${ending.waitsFor.join(" or ") || "nothing that can happen"}.`;
  return html`<ol class="preview">${timeline.slice(0, 200).map((entry) => html`<li><b>+${entry.offset}</b> ${entry.status ? html`<${Status} status=${entry.status} /> ${entry.step === entry.status ? "" : visible(entry.step)}`
    : visible(entry.event ? entry.event.title ?? entry.event.eventType : `signal ${entry.ignoredSignal}: nothing waits for it`)}</li>`)}</ol><p>${visible(last)}</p>`;
}
