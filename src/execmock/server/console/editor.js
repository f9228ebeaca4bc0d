// A text to edit, with colours behind it and findings at their lines.
import { html, useEffect, useMemo, useRef } from "./vendor/preact.js";
import { visible } from "./text.js";
import { parts } from "./yaml.js";

const COLOURED = 4000;

/** `begin` puts the reader into the text at once. */
export function Editor({ label, text, findings, onChange, begin = false }) {
  const [behind, numbers, field] = [useRef(), useRef(), useRef()];
  useEffect(() => {
    if (begin) {
      field.current.focus();
    }
  }, []);
  const lines = useMemo(() => text.split("\n"), [text]);
  const byLine = useMemo(() => Object.groupBy?.(findings, ({ line }) => line) ?? grouped(findings), [findings]);
  const scrolled = ({ target }) => {
    behind.current.scrollTop = numbers.current.scrollTop = target.scrollTop;
    behind.current.scrollLeft = target.scrollLeft;
  };
  const jump = ({ line, column }) => {
    const start = lines.slice(0, Math.max(0, line - 1)).reduce((sum, one) => sum + one.length + 1, 0) + Math.max(0, column - 1);
    field.current.focus();
    field.current.setSelectionRange(start, start);
  };
  return html`<div class="editor">
    <div class="sheet">
      <div class="numbers" aria-hidden="true" ref=${numbers}>${lines.map((_, index) => html`<div key=${index} class=${markOf(byLine[index + 1])}>${index + 1}</div>`)}</div>
      <div class="paper">
        <pre aria-hidden="true" ref=${behind}>${lines.length <= COLOURED && lines.map((line, index) => html`<div key=${index} class=${markOf(byLine[index + 1])}>${parts(line).map(([kind, part]) => html`<span class=${kind}>${part}</span>`)}${"\n"}</div>`)}</pre>
        <textarea ref=${field} aria-label=${label} value=${text} spellcheck=${false} autocapitalize="off" autocomplete="off" wrap="off" onScroll=${scrolled}
          aria-invalid=${findings.some(({ advice }) => !advice)} aria-describedby="findings" onInput=${(event) => onChange(event.target.value)}></textarea>
      </div>
    </div>
    <div id="findings" role="status">${findings.length === 0 ? html`<p class="fine">No mistakes.</p>`
      : html`<ul class="findings">${findings.map((finding) => html`<li class=${finding.advice ? "advice" : "mistake"}>
        <button type="button" class="small" onClick=${() => jump(finding)}>${finding.line}:${finding.column}</button> ${finding.advice ? "Advice: " : ""}${visible(finding.message)}</li>`)}</ul>`}</div>
  </div>`;
}

function markOf(found) {
  return !found ? "" : found.some(({ advice }) => !advice) ? "mistake" : "advice";
}

function grouped(findings) {
  const groups = {};
  findings.forEach((finding) => (groups[finding.line] ??= []).push(finding));
  return groups;
}
