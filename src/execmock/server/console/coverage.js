// Which answers of the contract were met so far: operations by statuses, as the journal counts them.
import { html } from "./html.js";
import { Part } from "./controls.js";
import { useAnswer } from "./store.js";
import { visible } from "./text.js";

export function Coverage({ model }) {
  const { contract, requests, sandbox } = model.state;
  const summary = useAnswer(() => model.api.get("journal/summary", { sandbox }), [sandbox, requests.at(-1)?.number ?? 0, requests.length]);
  const known = new Map(Object.values(contract?.paths ?? {}).flatMap((methods) => Object.values(methods).filter((one) => one?.operationId).map((one) => [one.operationId, Object.keys(one.responses ?? {})])));
  const met = new Map();
  for (const { operation, status, count } of summary.value?.counts ?? []) {
    const key = `${operation ?? ""} ${status}`;
    met.set(key, (met.get(key) ?? 0) + count);
  }
  const statuses = [...new Set([...[...known.values()].flat().filter((status) => /^\d+$/.test(status)), ...[...met.keys()].map((key) => key.split(" ")[1])])].sort();
  const rows = [...known.keys(), ...([...met.keys()].some((key) => key.startsWith(" ")) ? [""] : [])];
  return html`<section aria-labelledby="coverage-title">
    <div class="head"><h2 id="coverage-title">Coverage</h2><p class="count">Which answers clients have met since the sandbox began or was reset.</p></div>
    <${Part} title="Operations by statuses" id="matrix-title"><div class="scroll" tabindex="0" role="group" aria-label="Matrix of operations and statuses"><table class="matrix">
      <thead><tr><th scope="col">Operation</th>${statuses.map((status) => html`<th scope="col">${status}</th>`)}</tr></thead>
      <tbody>${rows.map((operation) => html`<tr><th scope="row">${visible(operation || "none of the contract")}</th>${statuses.map((status) => {
        const count = met.get(`${operation} ${status}`) ?? 0;
        const open = (known.get(operation) ?? []).includes(status);
        return html`<td class=${count ? "met" : open ? "open" : "none"}>${count || (open ? html`<span title="in the contract, not met yet">·</span>` : "")}</td>`;
      })}</tr>`)}</tbody></table></div>
      <p class="quiet">A number says how often; a dot is an answer of the contract that no request has met yet. <code>Prefer: code=503</code> in a request, or a <a href="#/faults">fault</a>, brings one about.</p></${Part}>
  </section>`;
}
