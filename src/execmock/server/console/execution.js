// One execution: its timeline, what it waits for, its views through time, its scenario, its requests.
import { html, useEffect, useMemo, useRef, useState } from "./vendor/preact.js";
import { useNow } from "./clock.js";
import { Choice, Field, Part, Status, kindOf } from "./controls.js";
import { addressOf, curl, keyFor } from "./code.js";
import { Graph } from "./graph.js";
import { RequestList } from "./requests.js";
import { go, to } from "./router.js";
import { useAnswer } from "./store.js";
import { instant, span, visible, words } from "./text.js";
import { Timeline, stretches } from "./timeline.js";
import { Views } from "./views.js";

const eventsOf = (view) => (view?.events ?? []).map((event) => ({ ...event, at: instant(event.createdAt), title: event.title ?? event.message ?? event.eventType }));

/** Reads an execution whenever it moved, the clock was moved, or an event is due. */
function useTracked(model, id) {
  const { sandbox, clock, edition } = model.state;
  const row = model.rows.get(id);
  const path = `executions/${encodeURIComponent(id)}`;
  const [seen, see] = useState(0);
  useEffect(() => {
    model.state.followed[id] = () => see((count) => count + 1);
    return () => delete model.state.followed[id];
  }, [id, sandbox]);
  const tracked = useAnswer(async () => {
    const [standing, ahead] = await Promise.all([model.api.get(path, { sandbox }), model.api.get(`${path}/ahead`, { sandbox })]);
    return { ...standing, ahead: ahead.steps };
  }, [id, sandbox, seen, row?.status, row?.step, clock, edition]);
  const scenario = useAnswer(() => model.api.get(`${path}/scenario`, { sandbox }), [id, sandbox, tracked.value?.version ?? ""]);
  return { tracked, scenario: scenario.value };
}

export function Execution({ model, id }) {
  const { tracked, scenario } = useTracked(model, id);
  const now = useNow(model.state.clock, 500);
  const [picked, pick] = useState(null);
  const [whole, showWhole] = useState(false);
  const value = tracked.value;
  const events = useMemo(() => eventsOf(value?.view), [value]);
  const requests = useMemo(() => model.state.requests.filter(({ execution }) => execution === id).reverse(), [model.state.requests, id]);
  if (!value) {
    return html`<p><a href=${to("executions")}>All executions</a></p>${tracked.error ? html`<p class="problem" role="alert">${visible(tracked.error.message)}</p>` : html`<p class="quiet">Loading…</p>`}`;
  }
  const seen = value.history.map(({ step }) => step);
  return html`<article aria-labelledby="execution-title">
    <div class="head"><a class="button" href=${to("executions")}>All executions</a>
      <h2 id="execution-title" tabindex="-1"><code>${visible(id)}</code></h2> <span role="status"><${Status} status=${value.status} /></span>
      <span>follows <a href=${to("scenarios", value.scenario)}>${visible(value.scenario)}</a>${value.step === value.status ? "" : html`, step <b>${visible(value.step)}</b>`}${value.nextAt ? html`, next change in <b>${span(Math.max(0, instant(value.nextAt) - now))}</b>` : ""}</span></div>
    <${Acts} model=${model} tracked=${value} scenario=${scenario} />
    <${Part} title="Timeline" id="timeline-title" actions=${html`<button type="button" aria-pressed=${whole} disabled=${!value.ahead.length} onClick=${() => showWhole(!whole)}>All that is ahead</button>`}>
      <${Timeline} tracked=${value} scenario=${scenario} ahead=${value.ahead} now=${now} picked=${picked} events=${events} whole=${whole} />
      <${History} tracked=${value} scenario=${scenario} events=${events} now=${now} onPick=${pick} />
    </${Part}>
    <${Part} title="What the API shows" id="views-title"><${Views} model=${model} id=${id} history=${value.history} events=${events} picked=${picked} onPick=${pick} now=${now} /></${Part}>
    ${scenario && html`<${Part} title="Scenario" id="graph-title"><div class="scroll" tabindex="0" role="group" aria-label="Steps of the scenario"><${Graph} scenario=${scenario} at=${value.step} seen=${seen} /></div></${Part}>`}
    <${Part} title="Its requests" id="own-requests">${requests.length
      ? html`<${RequestList} model=${model} entries=${requests} onOpen=${(number) => go("requests", String(number))} />` : html`<p class="quiet">No client has asked for it yet.</p>`}</${Part}>
    <${Addresses} model=${model} tracked=${value} />
  </article>`;
}

/** The history as a list, with how long each step took. */
function History({ tracked, scenario, events, now, onPick }) {
  const over = scenario?.steps.find(({ name }) => name === tracked.step)?.next.length === 0;
  const steps = stretches(tracked.history, now).map((one, index, all) => ({ at: one.from, text: one.step === one.status ? words(one.status) : `${words(one.status)} (${one.step})`, more: `${one.signal ? `by the signal ${one.signal}; ` : ""}${over && index === all.length - 1 ? "the end" : span(one.until - one.from)}`, kind: kindOf(one.status) }));
  const rows = [...steps, ...events.map(({ at, title, eventType }) => ({ at, text: title, more: eventType, kind: "event" }))].sort((one, other) => one.at - other.at);
  const first = rows[0].at;
  return html`<ol class="history" aria-label="What happened">${rows.map((row, index) => html`<li key=${index} class=${row.kind}>
    <button type="button" class="small" onClick=${() => onPick(row.at)} aria-label=${`Look at +${span(row.at - first)}`}>+${span(row.at - first)}</button> ${visible(row.text)} <small>${visible(row.more)}</small></li>`)}</ol>`;
}

/** What can be done to it: the signals that it waits for, and jumps. */
function Acts({ model, tracked, scenario }) {
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState("");
  const [target, setTarget] = useState("");
  const path = `executions/${encodeURIComponent(tracked.id)}`;
  const here = { sandbox: model.sandbox };
  // What the scenario reads of a payload.
  const read = useMemo(() => [...new Set([...(scenario?.text ?? "").matchAll(/signal\.payload\.(\w+)/g)].map(([, name]) => name))], [scenario]);
  const sent = useRef(false);
  useEffect(() => {
    // The button that was pressed is gone, and with it the place of one who uses keys.
    if (sent.current && document.activeElement === document.body) {
      sent.current = false;
      document.getElementById("execution-title")?.focus();
    }
  }, [tracked]);
  const send = (signal) => {
    let payload;
    try {
      payload = text.trim() ? JSON.parse(text) : undefined;
    } catch (error) {
      setWrong(`The payload is not JSON: ${error.message}`);
      return;
    }
    setWrong("");
    model.act(() => model.api.post(`${path}/signal`, { signal, ...(payload === undefined ? {} : { payload }) }, here), `${signal} was sent.`);
    sent.current = true;
  };
  const targets = useMemo(() => [...new Set((scenario?.steps ?? []).flatMap(({ name, status }) => [name, status]))], [scenario]);
  const present = scenario?.steps.find(({ name }) => name === tracked.step);
  const later = present?.next.length ? scenario.signals : [];
  return html`<div class="acts" role="group" aria-label="What can be done">
    ${tracked.waitsFor.length > 0 && html`<div class="signals"><p>It waits for:</p>
      ${tracked.waitsFor.map((signal) => html`<button type="button" class="primary" onClick=${() => send(signal)}>Send ${visible(signal)}</button>`)}
      <label class="choice"><span>Payload, as JSON</span><input class="payload" value=${text} placeholder=${JSON.stringify(read.length ? Object.fromEntries(read.map((name) => [name, "…"])) : { by: "Ada" })} onInput=${(event) => setText(event.target.value)} spellcheck=${false} /></label>
      ${read.length > 0 && html`<p class="quiet">Its scenario reads ${read.join(" and ")}.</p>`}
      ${wrong && html`<p class="problem" role="alert">${wrong}</p>`}</div>`}
    ${tracked.waitsFor.length === 0 && html`<p class="quiet">It waits for no signal now. ${later.length > 0 && `Later it may wait for ${later.map(visible).join(" or ")}: “To its next change” leads on.`}</p>`}
    <form class="jump" onSubmit=${(event) => (event.preventDefault(), target && model.act(() => model.api.post(`${path}/jump`, { to: target }, here), `It was led to ${target}.`))}>
      <${Choice} label="Jump to" value=${target} options=${targets} all="a step or status…" onChange=${setTarget} /> <button type="submit" disabled=${!target}>Jump</button></form>
  </div>`;
}

/** What to copy: id, token, lines for a shell, the address that the customer's page reads. */
export function Addresses({ model, tracked }) {
  const { state } = model;
  const token = useAnswer(() => tracked.api === "executions" ? model.api.get(`executions/${encodeURIComponent(tracked.id)}/client-token`, { sandbox: state.sandbox }) : Promise.resolve(null), [tracked.id, state.sandbox]);
  if (tracked.api !== "executions") {
    return html`<${Part} title="To copy" id="copy-title"><dl><${Field} name="Id" value=${tracked.id} /></dl></${Part}>`;
  }
  const read = { method: "GET", url: addressOf(state, "getExecution", pathOf(state, "getExecution", tracked.id)), headers: { Authorization: `Bearer ${keyFor(state)}` }, body: null };
  const open = token.value && `${addressOf(state, "getPublicExecution", pathOf(state, "getPublicExecution", tracked.id))}?token=${encodeURIComponent(token.value.clientToken)}`;
  return html`<${Part} title="To copy" id="copy-title"><dl>
    <${Field} name="Id" value=${tracked.id} />
    ${open && html`<${Field} name="Client token" value=${token.value.clientToken} /><${Field} name="Public address" value=${open}><a href=${open} target="_blank" rel="noopener">Open as your page sees it</a></${Field}>`}
    <${Field} name="Read" value=${curl(read)} />
  </dl></${Part}>`;
}

function pathOf({ contract }, operation, id) {
  const found = Object.entries(contract?.paths ?? {}).find(([, methods]) => methods.get?.operationId === operation);
  return (found?.[0] ?? "/v1/executions/{id}").replace("{id}", encodeURIComponent(id));
}
