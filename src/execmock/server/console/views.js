// Both views of an execution at an instant of its past, with what was otherwise at the instant before.
import { html, useMemo, useState } from "./vendor/preact.js";
import { differences } from "./diff.js";
import { Copy } from "./controls.js";
import { useAnswer } from "./store.js";
import { clockTime, counted, instant, iso, visible } from "./text.js";

/** Returns the instants at which something changed, in order. */
export function instants(history, events) {
  return [...new Set([...history.map(({ at }) => instant(at)), ...events.map(({ at }) => at)])].sort((one, other) => one - other);
}

export function Views({ model, id, history, events, picked, onPick, now }) {
  const all = useMemo(() => instants(history, events), [history, events]);
  const index = picked === null ? all.length - 1 : Math.max(0, all.filter((at) => at <= picked).length - 1);
  const ask = (at) => at === undefined ? Promise.resolve(null) : model.api.get(`executions/${encodeURIComponent(id)}/views`, { sandbox: model.sandbox, at: iso(at) });
  const then = useAnswer(() => ask(all[index]), [id, all[index], model.sandbox, history.length, events.length]);
  const [whole, compareAll] = useState(false);
  const other = index ? all[whole ? 0 : index - 1] : undefined;
  const before = useAnswer(() => ask(other), [id, other ?? null, model.sandbox]);
  const told = toldOf(history, events, all[index]);
  return html`<div class="scrub">
    <label><span>Look at</span>
      <input type="range" min="0" max=${all.length - 1} value=${index} step="1" aria-valuetext=${`${clockTime(all[index], now)}, ${told}`}
        onInput=${(event) => onPick(Number(event.target.value) === all.length - 1 ? null : all[Number(event.target.value)])} /></label>
    <output>${clockTime(all[index], now)} · ${visible(told)}${index === all.length - 1 ? " (the latest change)" : ""}</output>
    <label class="check"><input type="checkbox" checked=${whole} onChange=${(event) => compareAll(event.target.checked)} /> compared with the beginning</label>
  </div>
  ${then.value && html`<div class="views">
    <${View} title="With a key" now=${then.value.private} before=${index ? before.value?.private : null} />
    ${then.value.public && html`<${View} title="With a client token" now=${then.value.public} before=${index ? before.value?.public : null} />`}
  </div>`}`;
}

function toldOf(history, events, at) {
  const visits = history.filter((visit) => instant(visit.at) === at).map(({ status, signal }) => signal ? `${signal} led to ${status}` : status);
  const titles = events.filter((event) => event.at === at).map(({ title }) => title);
  return [...visits, ...titles].join(", ") || "created";
}

const SIGNS = { added: "+", changed: "~", gone: "−", same: " " };

function View({ title, now, before }) {
  const lines = useMemo(() => differences(before ?? now, now), [before, now]);
  const changed = lines.filter(({ mark }) => mark !== "same").length;
  return html`<figure class="json">
    <figcaption>${title} <small>${before ? changed ? `${counted(changed, "line")} changed` : "nothing changed" : ""}</small> <${Copy} text=${JSON.stringify(now, null, 2)} /></figcaption>
    <pre tabindex="0" aria-label=${title}>${lines.map(({ path, depth, text, mark, was }) => html`<div class=${mark} key=${path + mark}
      title=${was ? visible(`was ${was}`) : undefined}><i aria-hidden="true">${SIGNS[mark]}</i>${"  ".repeat(depth)}${visible(text)}${was && html` <small>was ${visible(was.replace(/^"[^"]*": /, ""))}</small>`}</div>`)}</pre>
  </figure>`;
}

/** Shows a value as JSON. */
export function Json({ value, label }) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return html`<figure class="json"><figcaption>${label} <${Copy} text=${text} /></figcaption><pre tabindex="0" aria-label=${label}>${visible(text)}</pre></figure>`;
}
