// Faults: what can be switched on, and what is on.
import { html, useState } from "./vendor/preact.js";
import { Choice, Part, isUsedUp } from "./controls.js";
import { operationsOf } from "./form.js";
import { counted, visible } from "./text.js";

/** @type {[string, [string, object][]][]} */
const KINDS = [
  ["Refused", [
    ["429 too many requests", { refused: { status: 429, retryAfter: "5s" } }], ["500 server error", { refused: 500 }], ["503 unavailable", { refused: 503 }],
    ["502 page of a gateway", { refused: { status: 502, form: "gateway" } }], ["401 key expired", { refused: 401 }], ["403 not permitted", { refused: 403 }], ["500 with an empty body", { refused: { status: 500, form: "empty" } }],
  ]],
  ["Connection", [
    ["reset in place of an answer", { broken: "reset" }], ["closed in place of an answer", { broken: "close" }], ["answer lost, yet done", { broken: "lost" }], ["reset in the middle of the body", { broken: "reset-during" }],
  ]],
  ["Broken body", [
    ["malformed JSON", { broken: "malformed-json" }], ["shorter than it says", { broken: "short-body" }], ["text cut in a character", { broken: "truncated-utf8" }], ["says it is HTML", { broken: "wrong-type" }], ["gzip that is none", { broken: "no-gzip" }],
  ]],
];
const LATE = [0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 12, 20, 30];

/** Returns what a fault does, for whom and how often, as the control API wants it. */
export function faultOf(does, { operation, workflow, times, chance, skip }) {
  return {
    ...does, ...(operation && { operation }), ...(workflow.trim() && { workflow: workflow.trim() }),
    ...(Number(times) > 0 && { times: Number(times) }), ...(Number(skip) > 0 && { skip: Number(skip) }), ...(chance < 100 && { probability: chance / 100 }),
  };
}

export function Faults({ model }) {
  const { faults, held, contract, server } = model.state;
  const [wanted, want] = useState({ operation: "", workflow: "", times: "", skip: "", chance: 100, late: 3 });
  const change = (changes) => want({ ...wanted, ...changes });
  const here = { sandbox: model.sandbox };
  const on = (body, said) => model.act(() => model.api.post("faults", body, here).then(() => model.readFaults()), said);
  const operations = operationsOf(contract);
  const switchOn = (does, label) => on({ faults: [faultOf(does, wanted)] }, `${label} is on.`);
  return html`<section aria-labelledby="faults-title">
    <div class="head"><h2 id="faults-title">Faults</h2><p class="count">What goes wrong on purpose, until it is switched off.</p></div>
    <${Active} model=${model} faults=${faults} held=${held} />
    <${Part} title="For which requests" id="which-title"><div class="filters">
      <${Choice} label="Operation" value=${wanted.operation} options=${operations} all="every one" onChange=${(operation) => change({ operation })} />
      <label class="choice"><span>Workflow</span><input value=${wanted.workflow} placeholder="any" onInput=${(event) => change({ workflow: event.target.value })} /></label>
      <label class="choice"><span>Leave alone the first</span><input type="number" min="0" max="1000000" value=${wanted.skip} placeholder="0" onInput=${(event) => change({ skip: event.target.value })} /></label>
      <label class="choice"><span>Strike the next</span><input type="number" min="1" max="1000000" value=${wanted.times} placeholder="all" onInput=${(event) => change({ times: event.target.value })} /></label>
      <label class="choice"><span>Chance ${wanted.chance} %</span><input type="range" min="1" max="100" value=${wanted.chance} onInput=${(event) => change({ chance: Number(event.target.value) })} /></label>
    </div></${Part}>
    <div class="kinds">
      ${KINDS.map(([title, kinds], index) => html`<${Part} title=${title} id=${`kind-${index}`}><p class="row-of">${kinds.map(([label, does]) => html`<button type="button" onClick=${() => switchOn(does, label)}>${label}</button>`)}</p></${Part}>`)}
      <${Part} title="Slow" id="kind-slow"><label class="choice"><span>Answers come ${LATE[wanted.late]} s late</span>
        <input type="range" min="0" max=${LATE.length - 1} value=${wanted.late} aria-valuetext=${`${LATE[wanted.late]} seconds`} onInput=${(event) => change({ late: Number(event.target.value) })} /></label>
        <p class="row-of"><button type="button" onClick=${() => switchOn({ slow: `${LATE[wanted.late] * 1000}ms` }, "slowness")}>Slow</button>
          <button type="button" onClick=${() => switchOn({ slow: { by: `${LATE[wanted.late] * 1000}ms`, on: "clock" } }, "slowness by the sandbox's clock")}>Slow by the sandbox's clock</button></p></${Part}>
      <${Part} title="Shipped, as they stand" id="kind-shipped"><p class="row-of">${(server?.faults ?? []).map((name) => html`<button type="button" onClick=${() => on({ name }, `${name} is on.`)}>${name}</button>`)}</p></${Part}>
    </div>
  </section>`;
}

function Active({ model, faults, held }) {
  const here = { sandbox: model.sandbox };
  if (!faults.length) {
    return html`<p class="fine" role="status">No fault is on.</p>`;
  }
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Faults that are on"><table><caption>On now${held.length > 0 && `, ${counted(held.length, "answer")} held by the clock`}</caption>
    <thead><tr><th scope="col">Off</th><th scope="col">Fault</th><th scope="col">Strikes</th><th scope="col">Met</th><th scope="col">Struck</th><th scope="col">As written</th></tr></thead>
    <tbody>${faults.map((one) => html`<tr key=${one.name}><td><button type="button" class="small" aria-label=${`Switch off ${one.name}`} onClick=${() => model.act(() => model.api.delete(`faults/${encodeURIComponent(one.name)}`, here), `${one.name} is off.`)}>Off</button></td>
      <th scope="row">${visible(one.name)}</th><td>${visible(whom(one.fault))}</td><td>${one.seen}</td><td>${one.struck}${one.fault.times ? ` of ${one.fault.times}` : ""}${isUsedUp(one) ? ": used up" : ""}</td>
      <td><code>${visible(JSON.stringify(one.fault))}</code></td></tr>`)}</tbody></table></div>`;
}

/** Returns which requests a fault strikes, in words. */
function whom({ operation, workflow, times, skip, probability }) {
  return [
    times === undefined ? "every request" : `the next ${counted(times, "request")}`, ...(operation ? [`of ${[operation].flat().join(", ")}`] : []),
    ...(workflow ? [`of the workflow ${workflow}`] : []), ...(skip ? [`after ${counted(skip, "other")}`] : []), ...(probability === undefined ? [] : [`by a chance of ${Math.round(probability * 100)} %`]),
  ].join(" ");
}
