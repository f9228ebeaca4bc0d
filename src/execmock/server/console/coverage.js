// What clients met of the contract so far, what they never did, and what shows it.
import { html, useState } from "./vendor/preact.js";
import { Part } from "./controls.js";
import { useAnswer } from "./store.js";
import { visible } from "./text.js";

const KINDS = [
  ["answer", "operations by statuses"], ["example", "documented errors"], ["status", "statuses of executions"],
  ["transition", "transitions"], ["branch", "scenario branches"], ["fault", "faults"],
];
const NAMES = {
  example: ([operation, status, name]) => `${operation} ${status} ${name}`,
  status: ([api, status]) => (api === "executions" ? status : `${api} ${status}`),
  branch: ([scenario, step, trigger, next]) => `${scenario}: ${step} → ${next} (${trigger})`,
  fault: ([name]) => name,
};

export function Coverage({ model }) {
  const { requests, sandbox } = model.state;
  const [all, setAll] = useState(false);
  const found = useAnswer(() => model.api.get("coverage", { sandbox, all }), [sandbox, all, requests.at(-1)?.number ?? 0, requests.length]);
  const units = found.value?.units ?? [];
  const of = (kind) => units.filter((unit) => unit.kind === kind);
  return html`<section aria-labelledby="coverage-title">
    <div class="head"><h2 id="coverage-title">Coverage</h2><p class="count">What clients have met since the ${all ? "server" : "sandbox"} began${all ? "" : " or was reset"}.</p>
      <label class="check"><input type="checkbox" checked=${all} onChange=${(event) => setAll(event.target.checked)} /> of all sandboxes</label></div>
    <${Part} title="Summary" id="summary-title"><${Summary} units=${units} /></${Part}>
    <${Part} title="Operations by statuses" id="matrix-title"><${Matrix} units=${of("answer")} label="Matrix of operations and statuses" corner="Operation" />
      <p class="quiet">A number says how often; a dot is an answer of the contract that no request has met yet. <code>Prefer: code=503</code> in a request, or a <a href="#/faults">fault</a>, brings one about.</p></${Part}>
    <${Part} title="Transitions" id="transitions-title"><${Matrix} units=${of("transition")} label="Matrix of transitions" corner="From, to" />
      <p class="quiet">A number says how often two views in turn showed it, one in parentheses how often it happened without a client that saw it.</p></${Part}>
    ${KINDS.filter(([kind]) => NAMES[kind] && of(kind).length > 0).map(([kind, title]) => html`<${Part} key=${kind} title=${title[0].toUpperCase() + title.slice(1)} id=${`${kind}-title`}><${List} units=${of(kind)} name=${NAMES[kind]} label=${title} /></${Part}>`)}
  </section>`;
}

function Summary({ units }) {
  const rows = [...KINDS, ["", "all"]].map(([kind, title]) => {
    const declared = units.filter((unit) => unit.declared && (!kind || unit.kind === kind));
    return [title, declared.filter((unit) => unit.met > 0).length, declared.length];
  });
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Summary of coverage"><table>
    <thead><tr><th scope="col">Kind</th><th scope="col">Met</th><th scope="col">Of</th><th scope="col">Part</th></tr></thead>
    <tbody>${rows.map(([title, met, declared]) => html`<tr><th scope="row">${title}</th><td>${met}</td><td>${declared}</td><td>${declared ? `${Math.floor((100 * met) / declared)} %` : "–"}</td></tr>`)}</tbody></table></div>`;
}

/** Units by their last two names. */
function Matrix({ units, label, corner }) {
  const cells = new Map(units.map((unit) => [JSON.stringify(unit.names.slice(-2)), unit]));
  const columns = [...new Set(units.map((unit) => unit.names.at(-1)))].sort();
  const rows = [...new Set(units.map((unit) => unit.names.at(-2)))];
  return html`<div class="scroll" tabindex="0" role="group" aria-label=${label}><table class="matrix">
    <thead><tr><th scope="col">${corner}</th>${columns.map((column) => html`<th scope="col">${visible(column)}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr><th scope="row">${visible(row || "none of the contract")}</th>${columns.map((column) => html`<${Cell} unit=${cells.get(JSON.stringify([row, column]))} />`)}</tr>`)}</tbody></table></div>`;
}

function Cell({ unit }) {
  if (!unit) {
    return html`<td class="none"></td>`;
  }
  if (unit.met) {
    return html`<td class="met">${unit.met}</td>`;
  }
  const missing = `not met yet${unit.way ? `; ${unit.way} shows it` : ""}`;
  return html`<td class="open"><span title=${visible(missing)}>${unit.unseen ? `(${unit.unseen})` : "·"}</span></td>`;
}

function List({ units, name, label }) {
  return html`<div class="scroll" tabindex="0" role="group" aria-label=${`Table of ${label}`}><table class="matrix">
    <thead><tr><th scope="col">Name</th><th scope="col">Met</th><th scope="col">What shows it</th></tr></thead>
    <tbody>${units.map((unit) => html`<tr><th scope="row">${visible(name(unit.names))}</th><${Cell} unit=${unit} /><td>${unit.met ? "" : visible((unit.way ?? "").replaceAll("\`", ""))}</td></tr>`)}</tbody></table></div>`;
}
