// The sandbox as a whole: snapshots to go back to, emptying it, and others beside it.
import { html, useState } from "./vendor/preact.js";
import { Part, Sure, download } from "./controls.js";
import { clockTime, counted, visible } from "./text.js";

const MOST = 10;
// Kept for as long as the page is open, whatever is shown.
let taken = [];

export function Sandbox({ model }) {
  const { sandbox, clock, sandboxes } = model.state;
  const [, show] = useState(0);
  const [name, setName] = useState("");
  const [over, setOver] = useState(false);
  const here = { sandbox };
  const own = sandboxes.find(({ id }) => id === sandbox);
  const path = `sandboxes/${encodeURIComponent(sandbox)}`;
  const take = () => model.act(async () => {
    const count = model.rows.total;
    const document = await model.api.get("snapshot", here);
    const label = name.trim() || `${sandbox} at ${clockTime(clock.now)}`;
    taken = [{ label, document, count }, ...taken].slice(0, MOST);
    setName((now) => now === name ? "" : now);
    show((count) => count + 1);
  }, "The snapshot is taken.");
  const leave = async () => {
    const still = model.here();
    if (await model.act(() => model.api.delete(path), `The sandbox ${sandbox} was deleted.`) && still()) {
      await model.open("default");
    }
  };
  const restore = (document, label) => model.act(() => model.api.put("snapshot", document, here), `The sandbox is again as in ${label}.`);
  const dropped = (file) => file && model.act(async () => {
    let document;
    try {
      document = JSON.parse(await file.text());
    } catch {
      model.set({ error: [`${file.name} is not JSON; expected a snapshot.`] });
      return;
    }
    await restore(document, file.name);
  });
  return html`<section aria-labelledby="sandbox-title">
    <div class="head"><h2 id="sandbox-title">Sandbox ${visible(sandbox)}</h2><p class="count">${counted(model.rows.total, "execution")}${own ? html`, organization <code>${visible(own.organizationId)}</code>` : ""}${own?.world ? `, world ${own.world}` : ""}</p></div>
    <${Part} title="Snapshots" id="snapshots-title">
      <form class="filters" onSubmit=${(event) => (event.preventDefault(), take())}><label class="choice"><span>Name</span><input value=${name} onInput=${(event) => setName(event.target.value)} placeholder="before the refund" /></label><button type="submit" class="primary">Take a snapshot</button></form>
      ${taken.length === 0 ? html`<p class="quiet">A snapshot holds executions, clock and counters. It is kept while this page is open; download it to keep it longer, as carefully as a key.</p>`
        : html`<ul class="snapshots">${taken.map(({ label, document, count }) => html`<li><b>${visible(label)}</b> <small>${counted(count, "execution")}</small>
          <button type="button" onClick=${() => restore(document, label)}>Restore</button> <button type="button" onClick=${() => download(`${label.replace(/[^\w.-]+/g, "-")}.json`, JSON.stringify(document))}>Download</button></li>`)}</ul>`}
      <label class="drop ${over ? "over" : ""}" onDragOver=${(event) => (event.preventDefault(), setOver(true))} onDragLeave=${() => setOver(false)}
        onDrop=${(event) => (event.preventDefault(), setOver(false), dropped(event.dataTransfer.files[0]))}>Drop a snapshot here, or choose one: <input type="file" accept=".json,application/json" onChange=${(event) => (dropped(event.target.files[0]), (event.target.value = ""))} /></label>
    </${Part}>
    <${Part} title="Begin again" id="again-title"><p class="row-of">
      <${Sure} label=${own?.world ? `Go back to the world ${own.world}` : "Reset"} question="Press again: executions and journal go" act=${() => model.act(() => model.api.post(`${path}/reset`), "The sandbox was reset.")} />
      <${Sure} label="Empty it" question="Press again: all executions go" act=${() => model.act(() => model.api.post(`${path}/reset`, undefined, { empty: true }), "The sandbox is empty.")} />
      ${sandbox !== "default" && html`<${Sure} label="Delete the sandbox" question="Press again: it goes with all in it" act=${leave} />`}</p></${Part}>
    <${Part} title="Keys" id="keys-title"><${Keys} server=${model.state.server} sandbox=${sandbox} /></${Part}>
    <${Another} model=${model} />
  </section>`;
}

/** The keys that open a sandbox, as far as the server may tell them. */
function Keys({ server, sandbox }) {
  const known = (server?.keys ?? []).filter((one) => one.sandbox === sandbox);
  return html`<p>${known.map(({ key, scope }) => html`<code>${visible(key)}</code> (${visible(scope)}) `)}
    ${known.length ? "opens it." : "Only a key of its own opens it, which was shown when it was created."}
    ${server?.auth === "open" && sandbox === "default" && html` So does any other key that belongs to no sandbox: <code>--auth strict</code> ends that.`}</p>`;
}

function Another({ model }) {
  const [name, setName] = useState("");
  const [made, setMade] = useState(null);
  const create = async (event) => {
    event.preventDefault();
    const result = await model.act(() => model.api.post("sandboxes", name.trim() ? { name: name.trim() } : {}));
    if (result) {
      setMade(result);
      setName((now) => now === name ? "" : now);
      await model.act(() => model.readSandboxes());
    }
  };
  return html`<${Part} title="Another sandbox" id="another-title">
    <form class="filters" onSubmit=${create}><label class="choice"><span>Name</span><input value=${name} onInput=${(event) => setName(event.target.value)} placeholder="a new one" maxlength="100" /></label><button type="submit">Create the sandbox</button></form>
    <div role="status">${made && html`<p>The key <code>${visible(made.keys[0].key)}</code> opens <b>${visible(made.id)}</b>. It is shown this once. <button type="button" onClick=${() => model.open(made.id)}>Look at it</button></p>`}</div>
  </${Part}>`;
}
