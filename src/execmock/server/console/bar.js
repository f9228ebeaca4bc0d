// What stands above every view: the sandbox, its clock, and what is wrong on purpose.
import { html, useEffect, useState } from "./vendor/preact.js";
import { useNow } from "./clock.js";
import { Choice, isUsedUp } from "./controls.js";
import { to } from "./router.js";
import { counted, iso, span, visible } from "./text.js";

const SPEEDS = [1, 10, 60];
const STEPS = [["+1 s", "1s"], ["+1 m", "1m"], ["+1 h", "1h"]];

export function Bar({ model, route }) {
  const { state } = model;
  const ids = state.sandboxes.map(({ id }) => id);
  return html`<header class="bar">
    <h1><a href=${to("executions")}>execmock</a></h1>
    <${Choice} label="Sandbox" value=${state.sandbox} options=${ids.length ? ids : [state.sandbox]} onChange=${(id) => model.open(id)} />
    <${Clock} model=${model} route=${route} />
    <${Connection} state=${state.connection} />
  </header>
  <${FaultStrip} model=${model} />
  <${Notice} model=${model} />`;
}

function Clock({ model, route }) {
  const { clock, sandbox } = model.state;
  const now = useNow(clock, clock && clock.speed > 1 ? 250 : 1000);
  if (!clock) {
    return html`<div class="clock" aria-busy="true">…</div>`;
  }
  const here = { sandbox };
  const change = (body) => model.act(() => model.api.put("clock", body, here));
  const advance = (body) => model.act(() => model.api.post("clock/advance", body, here));
  const { next } = model.rows;
  const followed = route.part === "executions" && route.name ? model.rows.get(route.name) : null;
  const ending = followed && !/succeeded/.test(followed.status) && !isOver(model, followed) && endOf(model, followed);
  return html`<div class="clock" role="group" aria-label="Clock of the sandbox">
    <time dateTime=${iso(now)} title="The sandbox's clock, in UTC">${iso(now).slice(0, 19).replace("T", " ")}</time>${clock.frozen && html`<span class="quiet">frozen</span>`}
    <button type="button" aria-pressed=${clock.frozen} onClick=${() => change({ frozen: !clock.frozen })}>Freeze</button>
    <span class="group">${speeds(clock).map((speed) => html`<button type="button" aria-pressed=${!clock.frozen && clock.speed === speed}
      onClick=${() => change({ frozen: false, speed })}>${speed}×</button>`)}</span>
    <span class="group">${STEPS.map(([label, by]) => html`<button type="button" onClick=${() => advance({ by })}>${label}</button>`)}</span>
    <button type="button" disabled=${next === null} title=${next === null ? "Time alone moves nothing" : `The next change of any execution of the sandbox, in ${span(next - now)}`}
      onClick=${() => advance({ next: "change" })}>To the next change</button>
    ${followed?.due > now && html`<button type="button" title=${`in ${span(followed.due - now)}`} onClick=${() => advance({ to: iso(followed.due) })}>To its next change</button>`}
    ${ending && html`<button type="button" onClick=${() => advance({ until: { execution: followed.id, status: ending } })}>Until this one succeeds</button>`}
  </div>`;
}

function speeds({ speed }) {
  return SPEEDS.includes(speed) ? SPEEDS : [...SPEEDS, speed];
}

/** Returns whether nothing leads on from where an execution is. */
function isOver(model, row) {
  const scenario = model.state.scenarios.find(({ name }) => name === row.scenario);
  return scenario?.steps.find(({ name }) => name === row.step)?.next.length === 0;
}

/** Returns the status in which an execution would have succeeded; null where its scenario has none. */
function endOf(model, row) {
  const scenario = model.state.scenarios.find(({ name }) => name === row.scenario);
  return scenario?.ends.find((status) => /succeeded|completed/.test(status)) ?? null;
}

const STATES = { connecting: "Connecting…", live: "Live", lost: "Connection lost; trying again…", refused: "Refused" };

function Connection({ state }) {
  return html`<span class="connection ${state}" role="status">${STATES[state] ?? state}</span>`;
}

function FaultStrip({ model }) {
  const { held } = model.state;
  const faults = model.state.faults.filter((one) => !isUsedUp(one));
  if (!faults.length && !held.length) {
    return null;
  }
  const names = faults.map(({ name }) => visible(name)).join(", ");
  return html`<p class="strip" role="status">
    ${faults.length > 0 && html`<strong>${counted(faults.length, "fault")} on:</strong> ${names}`}
    ${held.length > 0 && html` · ${counted(held.length, "answer")} held by the clock`}
    <a href=${to("faults")}>Show</a>
    <button type="button" class="small" onClick=${() => model.act(() => model.api.delete("faults", { sandbox: model.sandbox }), "All faults are off.")}>All off</button>
  </p>`;
}

const LONG = 6000;

function Notice({ model }) {
  const { notice, error } = model.state;
  const [, pass] = useState(0);
  useEffect(() => {
    const timer = notice && setTimeout(() => pass((count) => count + 1), LONG + 50);
    return () => clearTimeout(timer);
  }, [notice]);
  const fresh = notice && Date.now() - notice.at < LONG;
  return html`<div class="notices">
    <div role="status">${fresh && html`<p class="notice">${visible(notice.text)}</p>`}</div>
    <div role="alert">${error && html`<p class="problem">${error.map((one) => html`<span>${visible(one)} </span>`)}
      <button type="button" class="small" onClick=${() => model.set({ error: null })}>Dismiss</button></p>`}</div>
  </div>`;
}

