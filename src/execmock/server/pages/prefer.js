// Answers that are asked for with `Prefer`: any status and any example that the contract has.

import { button, copyable, element, labelled, terms } from "./dom.js";
import { curl, send } from "./requests.js";

/** Headers of answers that say more than their body. */
const TELLING = ["Retry-After", "WWW-Authenticate", "Allow", "X-Execmock-Warning"];

/** Fills the part of the page that forces answers. */
export function showPrefer(mock, place) {
  const operation = element("select", { id: "prefer-operation" });
  operation.append(...mock.operations.map(({ operationId, method, path }) => {
    return element("option", { value: operationId }, `${method.toUpperCase()} ${path}`);
  }));
  const answer = element("select", { id: "prefer-answer" });
  const line = element("div", { className: "line" });
  const came = element("div", { className: "came" });
  came.setAttribute("aria-live", "polite");
  const asked = () => forced(mock, operation.value, answer.value);
  const written = () => line.replaceChildren(copyable(curl(asked())));
  const listed = () => {
    answer.replaceChildren(...mock.answers(operation.value).map(choices));
    answer.value = [...answer.options].find(({ value }) => value.startsWith("code=429"))?.value ?? answer.value;
    written();
  };
  operation.addEventListener("change", listed);
  answer.addEventListener("change", written);
  place.replaceChildren(
    element("p", { className: "fields" },
      labelled("Request", operation), labelled("Answer", answer),
      button("Send", () => sent(asked(), came)),
    ),
    line, came,
  );
  listed();
  return written;
}

function choices([status, examples]) {
  const code = status.replace(/^5XX$/i, "503").replace(/XX$/i, "00");
  const named = examples.map((name) => element("option", { value: `code=${code}, example=${name}` }, `${code} ${name}`));
  return element("optgroup", { label: code }, ...(named.length ? named : [element("option", { value: `code=${code}` }, code)]));
}

function forced(mock, id, prefer) {
  const { parameters = [] } = mock.operation(id);
  const query = parameters.some((one) => one.in === "query" && one.required) ? { token: "any" } : {};
  const headers = { Prefer: prefer };
  return mock.request(id, { path: { id: "any-id" }, query, headers, body: mock.exampleBody(id) });
}

async function sent(request, place) {
  let answer;
  try {
    answer = await send(request);
  } catch (error) {
    place.replaceChildren(element("p", { className: "problem" }, `The mock could not be reached: ${error.message}`));
    return;
  }
  const { status, reason, headers, data } = answer;
  const told = TELLING.filter((name) => headers.has(name)).map((name) => [name, headers.get(name)]);
  const body = typeof data === "string" ? data : JSON.stringify(data, null, 2);
  place.replaceChildren(terms([["Status", `${status} ${reason}`], ...told]), element("pre", {}, body));
}
