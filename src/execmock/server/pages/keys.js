// The key that the page's requests carry, and the keys that the server was started with.

import { element, labelled } from "./dom.js";

/** Fills the part of the page about keys and returns its field; `changed` is called with what is entered there. */
export function showKeys({ strict, keys }, place, key, changed) {
  const field = element("input", { id: "key", value: key, autocomplete: "off", spellcheck: false });
  field.addEventListener("change", () => changed(field.value.trim()));
  place.replaceChildren(
    element("p", {}, said(strict, keys)),
    element("p", { className: "fields" }, labelled("Requests of this page carry", field)),
    ...(keys.length ? [table(keys)] : []),
  );
  return field;
}

function said(strict, keys) {
  if (!strict) {
    return "Any key is accepted, as Authorization: Bearer KEY. A key that the server was started with has its own scope.";
  }
  return keys.length
    ? "Only these keys are accepted, as Authorization: Bearer KEY."
    : "Only keys that the server was started with are accepted; they are shown on its own machine alone.";
}

function table(keys) {
  const rows = keys.map(({ key, scope, sandbox }) => {
    return element("tr", {}, ...[element("code", {}, key), scope, sandbox].map((cell) => element("td", {}, cell)));
  });
  const head = element("tr", {}, ...["Key", "Scope", "Sandbox"].map((name) => element("th", { scope: "col" }, name)));
  return element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows));
}
