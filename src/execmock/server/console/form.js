// A form for the body of the create request, made from the contract: what it lets one write is valid.
import { html } from "./vendor/preact.js";
import { visible } from "./text.js";

/** Returns a part of the contract, with a reference followed. */
export function resolved(contract, part) {
  let found = part;
  for (let step = 0; found?.$ref && step < 20; step += 1) {
    found = found.$ref.slice(2).split("/").reduce((inner, name) => inner?.[name.replaceAll("~1", "/").replaceAll("~0", "~")], contract);
  }
  return found;
}

/** Returns the ids of all operations. */
export function operationsOf(contract) {
  return Object.values(contract?.paths ?? {}).flatMap((methods) => Object.values(methods).map((one) => one?.operationId).filter(Boolean));
}

/** Returns the operation of a name: {path, method, operation}. */
export function operationOf(contract, id) {
  for (const [path, methods] of Object.entries(contract?.paths ?? {})) {
    for (const [method, operation] of Object.entries(methods)) {
      if (operation?.operationId === id) {
        return { path, method, operation };
      }
    }
  }
  return null;
}

/** Returns the schema of an operation's JSON body, and its first example. */
export function bodyOf(contract, id) {
  const content = resolved(contract, operationOf(contract, id)?.operation.requestBody)?.content?.["application/json"];
  const example = resolved(contract, Object.values(content?.examples ?? {})[0])?.value ?? content?.example ?? {};
  return { schema: resolved(contract, content?.schema) ?? {}, example };
}

function kindOf(schema) {
  const types = [schema.type ?? []].flat().filter((type) => type !== "null");
  return schema.enum ? "choice" : types[0] ?? "json";
}

/** Returns the fields of a schema of an object: {name, kind, required, schema}. */
export function fieldsOf(contract, schema) {
  const required = new Set(schema.required ?? []);
  const all = Object.entries(schema.properties ?? {}).map(([name, part]) => {
    const own = resolved(contract, part);
    return { name, kind: kindOf(own), required: required.has(name), schema: own };
  });
  return [...all.filter((field) => field.required), ...all.filter((field) => !field.required)];
}

/** Returns what a reader wrote as a body: {body, wrong}, with a sentence for each field that is wrong. */
export function readForm(fields, written) {
  const [body, wrong] = [{}, {}];
  for (const { name, kind, required, schema } of fields) {
    const text = (written[name] ?? "").trim();
    if (!text) {
      if (required) {
        wrong[name] = "It is required.";
      }
      continue;
    }
    if (kind === "string" || kind === "choice") {
      body[name] = text;
      if (text.length > (schema.maxLength ?? Infinity)) {
        wrong[name] = `At most ${schema.maxLength} characters.`;
      }
      continue;
    }
    try {
      body[name] = JSON.parse(text);
      const type = Array.isArray(body[name]) ? "array" : typeof body[name];
      if (["object", "array", "boolean"].includes(kind) && type !== kind) {
        wrong[name] = `Expected ${kind === "object" ? "an object, such as {\"lines\": 2}" : kind}.`;
      }
    } catch {
      wrong[name] = `Expected JSON${kind === "object" ? ", such as {\"lines\": 2}" : ""}.`;
    }
  }
  return { body, wrong };
}

/** The fields; `written` holds their texts by name. */
export function Fields({ fields, written, wrong, onChange }) {
  return html`<div class="fields">${fields.map(({ name, kind, required, schema }) => {
    const [id, value] = [`field-${name}`, written[name] ?? ""];
    const more = { id, value, onInput: (event) => onChange(name, event.target.value), "aria-invalid": Boolean(wrong[name]), "aria-describedby": wrong[name] ? `${id}-wrong` : undefined };
    const limits = { maxlength: schema.maxLength };
    return html`<div class="wide-field" key=${name}><label for=${id}>${name}${required ? html` <small>required</small>` : ""}</label>
      ${kind === "choice" ? html`<select ...${more}><option value="">–</option>${schema.enum.filter((one) => one !== null).map((one) => html`<option value=${one} selected=${one === value}>${visible(one)}</option>`)}</select>`
        : kind === "string" ? html`<input ...${more} ...${limits} />` : html`<textarea rows="2" spellcheck=${false} placeholder=${kind === "object" ? "{}" : "JSON"} ...${more}></textarea>`}
      ${wrong[name] && html`<small class="problem" id=${`${id}-wrong`}>${wrong[name]}</small>`}</div>`;
  })}</div>`;
}
