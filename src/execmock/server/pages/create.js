// Every scenario by how it ends, each with a button that makes an execution, and what can be done with that.

import { button, copyable, element, labelled, terms } from "./dom.js";
import { curl, send } from "./requests.js";

const BY_STATUS = {
  workflow_succeeded: "It succeeds",
  workflow_failed: "It fails",
  workflow_cancelled: "It is cancelled",
};
const [SIGNALLED, SEVERAL, EMBEDDED] = ["It waits for your signal", "It ends in several ways", "An embedded workflow"];

/** Returns the name of the group that a scenario is shown in. */
export function group({ api, ends, signals }) {
  if (api === "embed") {
    return EMBEDDED;
  }
  if (signals.length > 0) {
    return SIGNALLED;
  }
  if (ends.length !== 1) {
    return SEVERAL;
  }
  return BY_STATUS[ends[0]] ?? `It ends as ${ends[0].replace("workflow_", "").replaceAll("_", " ")}`;
}

/** Fills the part of the page that makes executions. */
export function showScenarios(mock, place) {
  const order = [...Object.values(BY_STATUS), SIGNALLED, SEVERAL];
  const groups = {};
  mock.start.scenarios.forEach((scenario) => (groups[group(scenario)] ??= []).push(scenario));
  const rank = (name) => (order.includes(name) ? order.indexOf(name) : order.length + (name === EMBEDDED));
  const names = Object.keys(groups).sort((one, other) => rank(one) - rank(other));
  place.replaceChildren(...names.map((name) => details(mock, name, groups[name])));
}

function details(mock, name, scenarios) {
  const title = element("summary", {}, name, element("small", {}, ` ${scenarios.length}`));
  const rows = scenarios.map((scenario) => row(mock, scenario));
  return element("details", { className: "group" }, title, element("ul", {}, ...rows));
}

function row(mock, scenario) {
  const { request, magic, name, summary } = scenario;
  const id = scenario.api === "embed" ? request.key : magic ? request.workflowId : name;
  const place = element("div", { className: "made" });
  place.setAttribute("aria-live", "polite");
  const create = button("Create", () => made(mock, scenario, place), { className: "create", ariaLabel: `Create ${id}` });
  const words = element("div", { className: "words" }, element("code", {}, id), ...notes(scenario), " ", summary);
  return element("li", {}, create, words, place);
}

function notes({ magic, default: usual }) {
  const said = [usual && "what happens by default", !magic && "by the scenario header"].filter(Boolean);
  return said.flatMap((text) => [" ", element("small", { className: "tag" }, text)]);
}

/** Fills the part of the page about the header that picks a scenario; returns what writes its line anew. */
export function showHeader(mock, place) {
  const others = mock.start.scenarios.filter(({ api }) => api !== "embed").map((scenario) => {
    return { ...scenario, magic: false, request: { ...scenario.request, workflowId: "wf_of_your_own" } };
  });
  const picked = element("select", { id: "scenario-name" }, ...others.map(({ name }) => element("option", {}, name)));
  const scenario = () => others[Math.max(picked.selectedIndex, 0)];
  const line = element("div", { className: "line" });
  const result = element("div", { className: "made" });
  const written = () => line.replaceChildren(copyable(curl(creation(mock, scenario()))));
  picked.addEventListener("change", written);
  place.replaceChildren(
    element("p", { className: "fields" },
      labelled("Scenario", picked), button("Create", () => made(mock, scenario(), result))),
    line, result,
  );
  written();
  return written;
}

/** Returns the request that makes an execution which follows a scenario. */
function creation(mock, { api, magic, name, request }) {
  const headers = magic ? {} : { "X-Execmock-Scenario": name };
  if (api === "embed") {
    const { id, hashid, key, name: title, ...body } = request;
    return mock.request("executeWorkflow", { path: { id: key }, headers, body: { id_type: "key", ...body } });
  }
  const body = { ...mock.exampleBody("createExecution"), workflowId: "wf_from_the_docs", ...request };
  return mock.request("createExecution", { headers, body });
}

async function made(mock, scenario, place) {
  const request = creation(mock, scenario);
  const answer = await answered(request, place);
  const id = answer?.data.data?.execution?.id ?? answer?.data.id;
  if (!answer) {
    return;
  }
  if (!id) {
    place.replaceChildren(problem(answer), terms([["curl", copyable(curl(request))]]));
    return;
  }
  place.replaceChildren(
    scenario.api === "embed" ? embedded(request, answer.data) : followed(mock, scenario, request, answer.data.data),
  );
}

async function answered(request, place) {
  try {
    return await send(request);
  } catch (error) {
    place.replaceChildren(element("p", { className: "problem" }, `The mock could not be reached: ${error.message}`));
    return null;
  }
}

/** Returns what an answer that is no success says. */
export function problem({ status, reason, data }) {
  const details = (data.details ?? []).map(({ location, message }) => `${location}: ${message}`);
  const said = [`${status} ${data.message ?? reason}`, ...details].join(". ");
  return element("p", { className: "problem" }, said);
}

function embedded(request, { id, status }) {
  return terms([["Status", status], ["Id", copyable(id)], ["Create", copyable(curl(request))]]);
}

function followed(mock, scenario, request, { execution, clientToken }) {
  const { id } = execution;
  const read = mock.request("getExecution", { path: { id } });
  const open = mock.request("getPublicExecution", { path: { id }, query: { token: clientToken } });
  const state = element("div", { className: "state" });
  const again = () => show(read, state);
  const signals = scenario.signals.map((signal) => [signal, mock.signal(id, signal)]);
  const link = element("a", { href: open.url, target: "_blank", rel: "noopener" }, open.url);
  display(state, execution, []);
  return element("div", {},
    element("p", { className: "acts" },
      button("Read again", again),
      ...(mock.signals ? signals : []).map(([signal, asked]) => button(`Send ${signal}`, () => signalled(asked, state, again))),
    ),
    state,
    terms([
      ["Id", copyable(id)],
      ["Client token", copyable(clientToken)],
      ["Public address", copyable(open.url, link)],
      ["Create", copyable(curl(request))],
      ["Read", copyable(curl(read))],
      ["Read without a key", copyable(curl(open))],
      ...signals.map(([signal, asked]) => [`Send ${signal}`, copyable(curl(asked))]),
    ]),
  );
}

async function show(read, state) {
  const answer = await answered(read, state);
  if (answer?.data.data) {
    display(state, answer.data.data.execution, answer.data.data.events);
  } else if (answer) {
    state.replaceChildren(problem(answer));
  }
}

async function signalled(request, state, again) {
  const answer = await answered(request, state);
  if (answer && answer.status !== 200) {
    state.replaceChildren(problem(answer));
  } else if (answer) {
    await again();
  }
}

function display(state, execution, events) {
  const lines = events.map(({ createdAt, title, message }) => {
    const time = element("time", { dateTime: createdAt }, createdAt.slice(11, 19));
    return element("li", {}, time, " ", title ?? message ?? "");
  });
  const status = element("strong", { className: "status" }, execution.status);
  state.replaceChildren(element("p", {}, "Status: ", status), element("ol", { className: "timeline" }, ...lines));
}
