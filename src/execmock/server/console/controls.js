// Small parts that several views share.
import { html, useEffect, useRef, useState } from "./vendor/preact.js";
import { visible, words } from "./text.js";

/** @type {[RegExp, string][]} */
const KINDS = [
  [/succeeded|confirmed|completed|granted/, "good"], [/failed|error|expired/, "bad"], [/cancel/, "off"],
  [/waiting|awaiting|pending|paused/, "wait"], [/running|started|retry/, "run"],
];

/** Returns what a status is like: good, bad, off, wait, run or plain. */
export function kindOf(status) {
  return KINDS.find(([pattern]) => pattern.test(status))?.[1] ?? "plain";
}

/** Whether a fault has struck as often as it was to. */
export function isUsedUp({ fault, struck }) {
  return fault.times !== undefined && struck >= fault.times;
}

export function Status({ status }) {
  return html`<span class="status ${kindOf(status)}" title=${status}>${visible(words(status))}</span>`;
}

/** A button that copies a text, where the browser lets pages copy. */
export function Copy({ text, label = "Copy" }) {
  const [copied, set] = useState(false);
  if (!navigator.clipboard) {
    return null;
  }
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    set(true);
    setTimeout(() => set(false), 1500);
  };
  return html`<button type="button" class="small" onClick=${copy}>${copied ? "Copied" : label}</button>`;
}

/** A name, its value to read, and a button that copies it. */
export function Field({ name, value, children }) {
  return html`<div class="field"><dt>${name}</dt><dd>${children ?? html`<code>${visible(value)}</code>`} <${Copy} text=${value} /></dd></div>`;
}

/** A part that is opened by its head, and says so to those who cannot see it. */
export function Part({ title, id, children, actions }) {
  return html`<section class="part" aria-labelledby=${id}>
    <div class="head"><h2 id=${id}>${title}</h2>${actions}</div>
    ${children}
  </section>`;
}

/** Sentences of what was refused. */
export function Refused({ error }) {
  const sentences = error?.sentences ?? (error ? [error.message] : []);
  return sentences.length ? html`<ul class="problem" role="alert">${sentences.map((one) => html`<li>${visible(one)}</li>`)}</ul>` : null;
}

/** A choice of one among names; `all` is what the empty choice is called. */
export function Choice({ label, value, options, onChange, all }) {
  const shown = all === undefined ? options : [["", all], ...options.map((one) => Array.isArray(one) ? one : [one, one])];
  return html`<label class="choice"><span>${label}</span>
    <select value=${value} onChange=${(event) => onChange(event.target.value)}>
      ${shown.map((one) => {
        const [name, text] = Array.isArray(one) ? one : [one, one];
        return html`<option value=${name} selected=${name === value}>${visible(text)}</option>`;
      })}
    </select></label>`;
}

/** Asks before something is done that cannot be undone; the second press within a few seconds does it. */
export function Sure({ label, question, act, className = "" }) {
  const [asked, ask] = useState(false);
  const timer = useRef();
  useEffect(() => () => clearTimeout(timer.current), []);
  const press = () => {
    clearTimeout(timer.current);
    if (asked) {
      ask(false);
      act();
    } else {
      ask(true);
      timer.current = setTimeout(() => ask(false), 4000);
    }
  };
  return html`<button type="button" class="${className} ${asked ? "danger" : ""}" onClick=${press}>${asked ? question : label}</button>`;
}

/** Saves a text as a file. */
export function download(name, text, type = "application/json") {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
