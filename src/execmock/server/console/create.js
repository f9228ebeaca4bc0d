// New executions: one for each scenario by a click, one from a form, many from a world.
import { html, useEffect, useMemo, useRef, useState } from "./vendor/preact.js";
import { addressOf, curl, keyFor } from "./code.js";
import { Field, Part, Status } from "./controls.js";
import { Addresses } from "./execution.js";
import { Fields, bodyOf, fieldsOf, operationOf, readForm } from "./form.js";
import { Graph } from "./graph.js";
import { to } from "./router.js";
import { holdsWords, number, visible, words } from "./text.js";

const GROUPS = ["It waits for your signal", "It succeeds", "It fails", "It is cancelled", "It ends in several ways", "An embedded workflow"];

/** Returns the name of the group that a scenario is shown in: how it ends, and what it needs for that. */
export function groupOf({ api, ends, signals }) {
  if (api === "embed") {
    return GROUPS[5];
  }
  if (signals.length) {
    return GROUPS[0];
  }
  if (ends.length !== 1) {
    return GROUPS[4];
  }
  const known = { workflow_succeeded: GROUPS[1], workflow_failed: GROUPS[2], workflow_cancelled: GROUPS[3] };
  return known[ends[0]] ?? `It ends as ${words(ends[0])}`;
}

export function Create({ model }) {
  const { scenarios } = model.state;
  const [text, setText] = useState("");
  const [made, setMade] = useState(null);
  const found = scenarios.filter(({ name, summary, request, signals, ends }) => holdsWords(`${name} ${summary} ${JSON.stringify(request)} ${signals} ${ends}`, text));
  const groups = Map.groupBy?.(found, groupOf) ?? grouped(found);
  const names = [...groups.keys()].sort((one, other) => rank(one) - rank(other));
  const create = async (scenario, body) => {
    const sent = creation(model.state, scenario, body);
    const result = await model.act(() => model.api.post("executions", sent, { sandbox: model.sandbox }));
    if (result) {
      setMade({ tracked: result, scenario, sent });
    }
  };
  return html`<section aria-labelledby="new-title">
    <div class="head"><h2 id="new-title">New execution</h2></div>
    <div role="status">${made && html`<${Made} model=${model} made=${made} />`}</div>
    <form role="search" class="filters" onSubmit=${(event) => event.preventDefault()}>
      <label class="choice"><span>Search scenarios</span><input type="search" id="search" value=${text} placeholder="reject, retry, wf_…  (press /)" onInput=${(event) => setText(event.target.value)} /></label></form>
    ${names.map((name) => html`<${Group} key=${name} name=${name} scenarios=${groups.get(name)} open=${text.trim() !== "" || name === names[0]} onCreate=${create} />`)}
    ${names.length === 0 && html`<p class="empty">No scenario fits “${visible(text)}”. <a href=${to("scenarios")}>Write one</a></p>`}
    <${OwnRequest} model=${model} onCreate=${create} />
    <${Fill} model=${model} />
  </section>`;
}

// Other ends stand before what is another API.
const rank = (name) => GROUPS.includes(name) ? GROUPS.indexOf(name) : GROUPS.length - 1.5;

function grouped(scenarios) {
  const groups = new Map();
  scenarios.forEach((scenario) => groups.set(groupOf(scenario), [...(groups.get(groupOf(scenario)) ?? []), scenario]));
  return groups;
}

/** Returns the control API's request that makes an execution which follows a scenario, with more in its body. */
export function creation({ contract }, scenario, body = {}) {
  if (scenario?.api === "embed") {
    const { id, hashid, key, name, ...rest } = scenario.request;
    return { scenario: scenario.name, workflow: key, request: { id_type: "key", ...rest, ...body } };
  }
  const { idempotencyKey, ...example } = bodyOf(contract, "createExecution").example;
  const request = scenario && !Object.keys(body).length ? { ...example, workflowId: "wf_from_the_console", ...scenario.request } : body;
  // What its request picks by itself need not be named, and the line for a shell stays short.
  return scenario && !scenario.magic ? { scenario: scenario.name, request } : { request };
}

function Group({ name, scenarios, open, onCreate }) {
  return html`<details class="group-of" open=${open}><summary>${name} <small>${scenarios.length}</small></summary>
    <ul class="scenarios">${scenarios.map((scenario) => html`<li key=${scenario.name}>
      <button type="button" class="primary" aria-label=${`Create ${scenario.name}`} onClick=${() => onCreate(scenario)}>Create</button>
      <div><a href=${to("scenarios", scenario.name)}><b>${visible(scenario.name)}</b></a> ${scenario.magic && html`<code class="quiet">${visible(scenario.request.workflowId ?? scenario.request.key ?? "")}</code>`}
        <p>${visible(scenario.summary)}</p>
        <details class="shape"><summary>Steps</summary><div class="scroll" tabindex="0" role="group" aria-label=${`Steps of ${scenario.name}`}><${Graph} scenario=${scenario} /></div></details></div></li>`)}</ul>
  </details>`;
}

function Made({ model, made: { tracked, scenario, sent } }) {
  const place = useRef();
  useEffect(() => {
    place.current.scrollIntoView({ block: "nearest" });
    place.current.focus({ preventScroll: true });
  }, [tracked.id]);
  const row = model.rows.get(tracked.id) ?? tracked;
  const line = curl(clientRequest(model.state, scenario, sent));
  return html`<div class="made" ref=${place} tabindex="-1">
    <p><a href=${to("executions", tracked.id)}><b>${visible(tracked.id)}</b></a> was created and follows ${visible(tracked.scenario)}.
      <a class="button" href=${to("executions", tracked.id)}>Watch it</a> <${Status} status=${row.status} /></p>
    <dl><${Field} name="The same by curl" value=${line} /></dl>
    <${Addresses} model=${model} tracked=${tracked} />
  </div>`;
}

/** Returns the request by which a client makes the same. */
function clientRequest(state, scenario, sent) {
  const operation = sent.workflow ? "executeWorkflow" : "createExecution";
  const path = (operationOf(state.contract, operation)?.path ?? "").replace("{id}", encodeURIComponent(sent.workflow ?? ""));
  const named = sent.scenario && !scenario?.magic ? { "X-Execmock-Scenario": sent.scenario } : {};
  const headers = { Authorization: `Bearer ${keyFor(state)}`, "Content-Type": "application/json", ...named };
  return { method: "POST", url: addressOf(state, operation, path), headers, body: sent.request };
}

function OwnRequest({ model, onCreate }) {
  const { contract, scenarios } = model.state;
  const { schema, example } = useMemo(() => bodyOf(contract, "createExecution"), [contract]);
  const fields = useMemo(() => fieldsOf(contract, schema), [contract, schema]);
  const [written, write] = useState({});
  const [scenario, pick] = useState("");
  const [tried, tryIt] = useState(false);
  const texts = { ...starts(fields, example), ...written };
  const { body, wrong } = readForm(fields, texts);
  const submit = (event) => {
    event.preventDefault();
    tryIt(true);
    if (!Object.keys(wrong).length) {
      const named = scenarios.find(({ name }) => name === scenario);
      onCreate(named && { ...named, magic: false }, body);
    }
  };
  return html`<details class="group-of"><summary>From a request of your own</summary>
    <form class="own" onSubmit=${submit} noValidate>
      <label class="choice"><span>Scenario</span><select value=${scenario} onChange=${(event) => pick(event.target.value)}><option value="">what the request picks</option>
        ${scenarios.filter(({ api }) => api === "executions").map(({ name }) => html`<option value=${name} selected=${name === scenario}>${visible(name)}</option>`)}</select></label>
      <${Fields} fields=${fields} written=${texts} wrong=${tried ? wrong : {}} onChange=${(name, text) => write({ ...written, [name]: text })} />
      <button type="submit" class="primary">Create from this</button>
    </form></details>`;
}

function starts(fields, example) {
  const told = fields.filter(({ required, name }) => required && example[name] !== undefined);
  return Object.fromEntries(told.map(({ name, kind }) => [name, kind === "string" || kind === "choice" ? String(example[name]) : JSON.stringify(example[name])]));
}

const COUNTS = [25, 250, 5000];
const MIX = {
  "paid-happy-path": 40, "free-happy-path": 10, "payment-retried": 8, "payment-failed": 7, "node-fails": 7, "waits-for-approval": 8,
  "cancelled-before-payment": 5, "payment-never-comes": 4, backlog: 6, "waits-for-weeks": 3,
};

/** Returns a world of so many executions of the last hours, of the scenarios that there are. */
export function worldOf(count, scenarios) {
  const known = scenarios.filter(({ api }) => api === "executions").map(({ name }) => name);
  const mix = Object.fromEntries(Object.entries(MIX).filter(([name]) => known.includes(name)));
  const weights = Object.keys(mix).length ? mix : Object.fromEntries(known.map((name) => [name, 1]));
  const request = { workflowId: "wf_filled", sourceSystem: "console", sourceEntityType: "order" };
  const older = Math.floor(count / 2);
  const generate = [{ count: older, over: "3d", scenarios: weights, request }, { count: count - older, over: "3h", scenarios: weights, request }];
  return { world: "filled", summary: `${count} executions of the last days.`, sandboxes: { default: { generate } } };
}

function Fill({ model }) {
  const here = { sandbox: model.sandbox };
  const started = (world, said) => model.act(async () => {
    const held = model.state.clock?.frozen;
    await model.api.put("worlds", world, here);
    // A world begins at the present instant, with its clock going.
    return held ? model.api.put("clock", { frozen: true }, here) : null;
  }, said);
  const fill = (count) => started({ world: worldOf(count, model.state.scenarios) }, `The sandbox now has ${number(count)} executions.`);
  const world = (name) => started({ name }, `The sandbox was started from the world ${name}.`);
  const worlds = model.state.server?.worlds ?? [];
  return html`<${Part} title="Many at once" id="fill-title">
    <p>The executions and requests of the sandbox go; its keys and scenarios stay. Its clock is set to the present, frozen if it is now. <a href=${to("sandbox")}>Keep it in a snapshot</a> first, if you want it back.</p>
    <p class="row-of"><button type="button" onClick=${() => model.act(() => model.api.post(`sandboxes/${encodeURIComponent(model.sandbox)}/reset`, undefined, { empty: true }), "The sandbox is empty.")}>Fill with 0</button>
      ${COUNTS.map((count) => html`<button type="button" onClick=${() => fill(count)}>Fill with ${number(count)}</button>`)}
      ${worlds.map((name) => html`<button type="button" onClick=${() => world(name)}>World ${name}</button>`)}</p>
  </${Part}>`;
}
