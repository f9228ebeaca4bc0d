// The executions of the sandbox, live.
import { html, useEffect, useMemo, useRef, useState } from "./vendor/preact.js";
import { useNow } from "./clock.js";
import { Choice, Status } from "./controls.js";
import { go, to } from "./router.js";
import { MOST } from "./rows.js";
import { counted, holdsWords, number, span, visible } from "./text.js";
import { Windowed } from "./windowed.js";

const NOTHING = { text: "", status: "", scenario: "", workflow: "", step: "", waits: "", sort: "created", down: true };
// Kept while the reader looks at one execution.
let kept = NOTHING;

const ORDERS = {
  id: ({ id }) => id, workflow: ({ workflow }) => workflow, scenario: ({ scenario }) => scenario, status: ({ status }) => status,
  step: ({ step }) => step, waits: ({ waitsFor }) => waitsFor.join(), due: ({ due }) => due ?? Infinity, created: ({ created }) => created,
};

/** Returns the rows that a filter admits, in its order. */
export function chosenRows(rows, { text, status, scenario, workflow, step, waits, sort, down }) {
  const found = rows.filter((row) => (!status || row.status === status)
    && (!scenario || row.scenario === scenario) && (!workflow || row.workflow === workflow) && (!step || row.step === step)
    && (!waits || (waits === "*" ? row.waitsFor.length > 0 : row.waitsFor.includes(waits)))
    && (!text.trim() || holdsWords(`${row.id} ${row.workflow} ${row.scenario} ${row.step} ${row.status}`, text)));
  if (sort === "created") {
    return down ? found : found.reverse();
  }
  const key = ORDERS[sort];
  const way = down ? -1 : 1;
  return found.sort((one, other) => way * (key(one) < key(other) ? -1 : key(one) > key(other) ? 1 : 0));
}

function values(rows, key) {
  return [...new Set(rows.flatMap(key))].sort();
}

export function Executions({ model }) {
  const { rows, state } = model;
  const [wanted, setWanted] = useState(kept);
  const change = (changes) => setWanted((kept = { ...kept, ...changes }));
  const now = useNow(state.clock);
  const all = rows.all;
  const found = useMemo(() => chosenRows(all, wanted), [rows, rows.edition, wanted]);
  const options = useMemo(() => ({
    status: values(all, ({ status }) => status), scenario: values(all, ({ scenario }) => scenario), step: values(all, ({ step }) => step),
    workflow: values(all, ({ workflow }) => workflow).slice(0, 300), waits: values(all, ({ waitsFor }) => waitsFor),
  }), [rows, rows.loaded, Math.floor(rows.edition / 50), all.length]);
  const seen = useOverdue(model, found, now);
  const filter = (name, label, all) => html`<${Choice} label=${label} value=${wanted[name]} options=${options[name]} all=${all} onChange=${(value) => change({ [name]: value })} />`;
  const head = (name, sort, width) => ({
    name, width, sorted: wanted.sort === sort ? (wanted.down ? "descending" : "ascending") : undefined,
    onSort: () => change({ sort, down: wanted.sort === sort ? !wanted.down : sort === "created" }),
  });
  const columns = [
    head("Execution", "id", "minmax(14.5rem, 1.3fr)"), head("Status", "status", "minmax(11rem, 1fr)"), head("Step", "step", "minmax(7rem, 1fr)"),
    head("Waits for", "waits", "minmax(7rem, 1fr)"), head("Next change in", "due", "9rem"), head("Scenario", "scenario", "minmax(8rem, 1.2fr)"),
    head("Workflow", "workflow", "minmax(8rem, 1.2fr)"), head("Age", "created", "5rem"),
  ];
  const narrowed = found.length !== all.length;
  return html`<section aria-labelledby="executions-title" class="list">
    <div class="head">
      <h2 id="executions-title">Executions</h2>
      <p class="count" role="status">${narrowed ? `${number(found.length)} of ` : ""}${counted(rows.total, "execution")}
        ${!rows.loaded && rows.total > all.length ? `, ${number(all.length)} read so far` : ""}
        ${rows.loaded && rows.total > MOST ? `, of which the newest ${number(MOST)} are here` : ""}</p>
      <a class="button" href=${to("new")}>New execution</a>
    </div>
    <form class="filters" role="search" onSubmit=${(event) => event.preventDefault()}>
      <label class="choice"><span>Search</span><input type="search" id="search" value=${wanted.text} placeholder="id, workflow, step…  (press /)" onInput=${(event) => change({ text: event.target.value })} /></label>
      ${filter("status", "Status", "any")}${filter("scenario", "Scenario", "any")}${filter("workflow", "Workflow", "any")}${filter("step", "Step", "any")}
      <${Choice} label="Waits for" value=${wanted.waits} options=${[["*", "any signal"], ...options.waits]} all="all" onChange=${(waits) => change({ waits })} />
      ${narrowed && html`<button type="button" onClick=${() => setWanted((kept = { ...NOTHING, sort: kept.sort, down: kept.down }))}>Show all</button>`}
    </form>
    <${Windowed} label="Executions" columns=${columns} count=${found.length} height=${34} keyOf=${(index) => found[index].id}
      row=${(index) => cells(found[index], now)} onOpen=${(index) => go("executions", found[index].id)} onRange=${seen}
      empty=${rows.total ? "None of them fits the filters." : html`There is no execution in this sandbox yet. <a href=${to("new")}>Create one</a>, or let your page do it.`} />
  </section>`;
}

function cells({ id, workflow, scenario, status, step, waitsFor, due, created }, now) {
  return [
    html`<a href=${to("executions", id)} tabindex="-1">${visible(id)}</a>`, html`<${Status} status=${status} />`, step === status ? "" : visible(step),
    waitsFor.map(visible).join(", "), due === null ? "" : due <= now ? "now" : span(due - now), visible(scenario),
    html`<span title=${visible(workflow)}>${visible(workflow)}</span>`, span(now - created),
  ];
}

const MOST_OVERDUE = 20;
const PATIENCE = 1000;

/**
 * Reads those rows that are seen anew that time should have moved, which the stream does not tell of in large sandboxes.
 * Returns the function that is told which rows are seen.
 */
function useOverdue(model, found, now) {
  const { clock } = model.state;
  const range = useRef([0, 0]);
  const look = () => {
    const late = (row) => row.due !== null && row.due + PATIENCE * (clock.frozen ? 0 : clock.speed) < now;
    const overdue = clock ? found.slice(...range.current).filter(late).slice(0, MOST_OVERDUE) : [];
    if (overdue.length) {
      model.rows.refresh(overdue.map(({ id }) => id));
    }
  };
  useEffect(look, [Math.floor(now / (PATIENCE * Math.max(1, clock?.speed ?? 1)))]);
  return (...next) => {
    range.current = next;
    look();
  };
}
