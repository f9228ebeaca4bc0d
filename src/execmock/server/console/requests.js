// The requests that came, live, and what was wrong with each.
import { html, useEffect, useMemo, useRef, useState } from "./vendor/preact.js";
import { Choice, Copy, Part } from "./controls.js";
import { curl, keyFor, playwright, pytest, requestOf } from "./code.js";
import { operationsOf } from "./form.js";
import { Nearest } from "./nearest.js";
import { go, to } from "./router.js";
import { useAnswer } from "./store.js";
import { clockTime, counted, instant, visible } from "./text.js";
import { Json } from "./views.js";
import { Windowed } from "./windowed.js";

const NOTHING = { text: "", operation: "", status: "", wrong: "" };
let kept = NOTHING;

/** Returns a header of a request, by its name in small letters. */
function headerOf({ headers }, sought) {
  return Object.entries(headers).find(([name]) => name.toLowerCase() === sought)?.[1];
}

const isPreflight = (entry) => entry.method === "OPTIONS" && headerOf(entry, "access-control-request-method") !== undefined;

/** Whether the request came for which a browser's preflight asked. */
function isFollowed(preflight, requests) {
  const [origin, method] = [headerOf(preflight, "origin"), headerOf(preflight, "access-control-request-method")];
  return requests.some((one) => one.number > preflight.number && one.method === method && one.path === preflight.path && headerOf(one, "origin") === origin);
}

/** Returns the words in which an answer refuses a request that keeps the contract, or an empty text. */
function refused({ status, violations, answer }) {
  return status >= 400 && !violations.length && typeof answer?.message === "string" ? answer.message : "";
}

/** Returns what stands out about a request, in a few words each. */
export function marks(entry) {
  return [
    ...(isPreflight(entry) ? ["preflight"] : []), ...(entry.originRefused ? ["origin refused"] : []),
    ...(entry.violations.length ? [counted(entry.violations.length, "violation")] : []),
    ...(refused(entry) ? ["refused"] : []), ...(entry.misspelt.length ? ["misspelt"] : []), ...(entry.warning ? ["warning"] : []), ...entry.faults.map((name) => `fault ${name}`),
  ];
}

function chosen(entries, { text, operation, status, wrong }) {
  const sought = text.trim().toLowerCase();
  return entries.filter((entry) => (!operation || entry.operation === operation) && (!status || String(entry.status)[0] === status)
    && (!wrong || marks(entry).some((mark) => mark !== "preflight"))
    && (!sought || `${entry.method} ${entry.path}?${entry.query} ${entry.operation} ${entry.execution} ${entry.status}`.toLowerCase().includes(sought))).reverse();
}

export function Requests({ model, name }) {
  const { requests } = model.state;
  const [wanted, setWanted] = useState(kept);
  const change = (changes) => setWanted((kept = { ...kept, ...changes }));
  const found = useMemo(() => chosen(requests, wanted), [requests, wanted]);
  const operations = [...new Set(requests.map(({ operation }) => operation).filter(Boolean))].sort();
  const entry = name && requests.find(({ number }) => String(number) === name);
  return html`<section aria-labelledby="requests-title" class="list requests">
    <div class="head"><h2 id="requests-title">Requests</h2><p class="count" role="status">${counted(found.length, "request")}</p>
      <button type="button" onClick=${() => model.act(() => model.clearRequests(), "The journal is empty.")}>Clear</button></div>
    ${model.sandbox !== "default" && html`<p class="quiet">Requests that no key leads here, such as a browser's preflights, are in the sandbox default.</p>`}
    <form class="filters" role="search" onSubmit=${(event) => event.preventDefault()}>
      <label class="choice"><span>Search</span><input type="search" id="search" value=${wanted.text} placeholder="path, execution…  (press /)" onInput=${(event) => change({ text: event.target.value })} /></label>
      <${Choice} label="Operation" value=${wanted.operation} options=${operations} all="any" onChange=${(operation) => change({ operation })} />
      <${Choice} label="Status" value=${wanted.status} options=${[["2", "2xx"], ["3", "3xx"], ["4", "4xx"], ["5", "5xx"], ["0", "none"]]} all="any" onChange=${(status) => change({ status })} />
      <label class="check"><input type="checkbox" checked=${Boolean(wanted.wrong)} onChange=${(event) => change({ wrong: event.target.checked })} /> only what stands out</label>
    </form>
    <div class=${entry ? "beside" : ""}>
      <${RequestList} model=${model} entries=${found} onOpen=${(number) => go("requests", String(number))} />
      ${name && (entry ? html`<${Request} model=${model} entry=${entry} />` : html`<p class="quiet">Request ${visible(name)} is no longer here.</p>`)}
    </div>
    <${Nearest} model=${model} operations=${operationsOf(model.state.contract)} />
  </section>`;
}

const COLUMNS = [
  { name: "Time", width: "5.5rem" }, { name: "Request", width: "minmax(13rem, 3fr)" }, { name: "Answer", width: "4.5rem" },
  { name: "Stands out", width: "minmax(9rem, 1.4fr)" }, { name: "Operation", width: "minmax(8rem, 1fr)" }, { name: "Scenario", width: "minmax(7rem, 1fr)" },
];

/** A list of requests, newest first. */
export function RequestList({ model, entries, onOpen }) {
  const cells = (entry) => {
    const path = `${entry.path}${entry.query ? `?${entry.query}` : ""}`;
    return [
      clockTime(instant(entry.at)), html`<a href=${to("requests", String(entry.number))} tabindex="-1" title=${visible(path)}><b>${visible(entry.method)}</b> ${visible(path)}</a>`,
      html`<span class=${entry.status >= 400 || !entry.status ? "bad-text" : ""}>${entry.status || "none"}</span>`,
      marks(entry).map((mark) => html`<span class="mark ${mark === "preflight" ? "" : "wrong"}">${visible(mark)}</span> `),
      entry.operation ?? "", visible(model.rows.get(entry.execution)?.scenario ?? ""),
    ];
  };
  return html`<${Windowed} label="Requests" columns=${COLUMNS} count=${entries.length} height=${32} keyOf=${(index) => entries[index].number}
    row=${(index) => cells(entries[index])} onOpen=${(index) => onOpen(entries[index].number)} empty="No request yet. What clients send to the API shows here at once." />`;
}

/** One request with its answer, and what is to be said of it. */
export function Request({ model, entry }) {
  const again = requestOf(model.state, entry);
  const place = useRef();
  // On a narrow screen it stands below the list.
  useEffect(() => place.current.scrollIntoView({ block: "nearest" }), [entry.number]);
  const codes = [["curl", curl(again)], ["pytest", pytest(again, entry.status)], ["Playwright", playwright(again, entry.status)]];
  return html`<div ref=${place}><${Part} title=${`${visible(entry.method)} ${visible(entry.path)}`} id="request-title" actions=${html`<a class="button" href=${to("requests")}>Close</a>`}>
    <p>Answered ${entry.status || "nothing"} after ${entry.took < 10 ? entry.took.toFixed(1) : Math.round(entry.took)} ms, at ${visible(entry.at)}${entry.operation ? html`, as <b>${entry.operation}</b>` : ", as no operation of the contract"}.
      ${entry.execution && html` It is about <a href=${to("executions", entry.execution)}>${visible(entry.execution)}</a>.`}</p>
    <${Reasons} model=${model} entry=${entry} />
    <p class="codes">Copy as ${codes.map(([label, text]) => html`<${Copy} label=${label} text=${text} /> `)}</p>
    ${entry.query && html`<h3>Query</h3><dl class="terms">${[...new URLSearchParams(entry.query)].map(([name, value]) => html`<div><dt>${visible(name)}</dt><dd>${visible(value)}</dd></div>`)}</dl>`}
    <h3>Headers</h3><dl class="terms">${Object.entries(entry.headers).map(([name, value]) => html`<div><dt>${visible(name)}</dt><dd>${visible(value)}</dd></div>`)}</dl>
    ${entry.body !== null && html`<${Json} value=${entry.body} label=${entry.bodyCut ? `Body, without the last ${counted(entry.bodyCut, "byte")}` : "Body"} />`}
    ${entry.answer !== undefined ? html`<${Json} value=${entry.answer ?? ""} label="Answer" />` : html`<p class="quiet">The bodies of answers are kept with <code>execmock serve --journal-answers</code>.</p>`}
  </${Part}></div>`;
}

/** Returns what is said of a place, without the place. */
function saidOf({ location: where, message }) {
  return message.startsWith(where) ? message.slice(where.length).replace(/^:\s*/, "") : message;
}

/** Where the contract says how a place has to be. */
function Contracted({ model, operation, location: where }) {
  const { value } = useAnswer(() => model.api.get("contract/place", { operation, location: where }), [operation, where]);
  return value && html`<small> ${visible(value.file)}${value.line === null ? "" : `, line ${value.line}`}: <code>${visible(value.pointer)}</code></small>`;
}

function Reasons({ model, entry }) {
  const origin = headerOf(entry, "origin");
  const { server, requests } = model.state;
  const [key, wantsKey] = [keyFor(model.state), entry.violations.some(({ location: where }) => /^header\/authorization$/i.test(where))];
  const said = [
    ...(entry.originRefused ? [html`<b>The browser keeps the answer from the page:</b> ${visible(entry.originRefused)}.
      Start the server with <code>--cors-origin ${visible(origin ?? "ORIGIN")}</code> to let it in.`] : []),
    ...(isPreflight(entry) ? [html`A browser asked whether the page may send the request itself${entry.originRefused ? "; it will not be sent" : ""}.`] : []),
    ...(isPreflight(entry) && !entry.originRefused && !isFollowed(entry, requests) ? [html`That request did not come. Where any origin is let in, a browser keeps back
      what a page sends with its credentials (<code>credentials: "include"</code>): start the server with <code>--cors-origin ${visible(origin ?? "ORIGIN")}</code> to let it in.`] : []),
    ...entry.violations.map((violation) => html`<b>${visible(violation.location)}</b> ${visible(saidOf(violation))}
      ${entry.operation && html`<${Contracted} model=${model} operation=${entry.operation} location=${violation.location} />`}`),
    ...(wantsKey && key !== "KEY" ? [html`The key <code>${visible(key)}</code> opens this sandbox: <code>Authorization: Bearer ${visible(key)}</code>.`] : []),
    ...(wantsKey && server?.auth === "open" ? [html`Any other key opens the sandbox default.`] : []),
    ...entry.misspelt.map((nearly) => html`<b>${visible(nearly.location)}</b> ${visible(saidOf(nearly))}; it was ignored`),
    ...(refused(entry) ? [visible(refused(entry))] : []),
    ...(entry.warning ? [visible(entry.warning)] : []),
    ...entry.faults.map((name) => html`The fault <b>${visible(name)}</b> struck it. <a href=${to("faults")}>Faults</a>`),
  ];
  const wrong = entry.originRefused || marks(entry).some((mark) => mark !== "preflight");
  return said.length ? html`<div class="reasons ${wrong ? "" : "plain"}"><h3>${entry.status >= 400 || entry.originRefused ? "Why" : "What stands out"}</h3><ul>${said.map((one) => html`<li>${one}</li>`)}</ul></div>` : null;
}
