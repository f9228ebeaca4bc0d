// A request that a test expects and that did not come: what came nearest to it, and what was different.
import { html, useState } from "./vendor/preact.js";
import { Choice } from "./controls.js";
import { to } from "./router.js";
import { visible } from "./text.js";

/** Returns what a reader wrote as the control API wants it; throws where the body is no JSON. */
export function expectedOf({ operation, status, body }) {
  return { ...(operation && { operation }), ...(Number(status) > 0 && { status: Number(status) }), ...(body.trim() && { body: JSON.parse(body) }) };
}

export function Nearest({ model, operations }) {
  const [wanted, want] = useState({ operation: "", status: "", body: "" });
  const [found, find] = useState(null);
  const [wrong, setWrong] = useState("");
  const change = (changes) => want({ ...wanted, ...changes });
  const submit = async (event) => {
    event.preventDefault();
    let expected;
    try {
      expected = expectedOf(wanted);
    } catch (error) {
      setWrong(`The body is not JSON: ${error.message}`);
      return;
    }
    setWrong("");
    const answer = await model.act(() => model.api.post("journal/nearest", expected, { sandbox: model.sandbox }));
    find(answer ? answer.nearest : null);
  };
  return html`<details class="group-of"><summary>A request that a test expects did not come</summary>
    <form class="filters" onSubmit=${submit}>
      <${Choice} label="Expected operation" value=${wanted.operation} options=${operations} all="any" onChange=${(operation) => change({ operation })} />
      <label class="choice"><span>Expected status</span><input type="number" min="100" max="599" placeholder="any" value=${wanted.status} onInput=${(event) => change({ status: event.target.value })} /></label>
      <label class="choice"><span>Body holds at least, as JSON</span><input class="payload" value=${wanted.body} placeholder='{"workflowId": "wf_1"}' spellcheck=${false} onInput=${(event) => change({ body: event.target.value })} /></label>
      <button type="submit">Show the nearest</button>
      ${wrong && html`<p class="problem" role="alert">${wrong}</p>`}</form>
    <div role="status">${found && (found.length === 0 ? html`<p>No request came at all.</p>` : html`<ol class="nearest">${found.map(({ number, differences }) => html`<li key=${number}><${Named} model=${model} number=${number} />
      ${differences.length === 0 ? html`<p class="fine">It is as expected.</p>` : html`<ul>${differences.map((one) => html`<li>${visible(one)}</li>`)}</ul>`}</li>`)}</ol>`)}</div>
  </details>`;
}

function Named({ model, number }) {
  const entry = model.state.requests.find((one) => one.number === number);
  return html`<a href=${to("requests", String(number))}>${entry ? `${visible(entry.method)} ${visible(entry.path)}, answered ${entry.status || "nothing"}` : `Request ${number}`}</a>`;
}
