// Creates an execution, polls it until it is final, lists it, reads it as the public does,
// executes an embedded workflow, and prints what it saw.
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Status = components["schemas"]["ExecutionStatus"];

const TERMINAL: ReadonlySet<Status> = new Set<Status>([
  "workflow_succeeded",
  "workflow_failed",
  "workflow_cancelled",
]);
const POLLS = 2000;
const PAUSE_MS = 10;

const baseUrl = process.argv[2];
if (baseUrl === undefined) throw new Error("usage: node tour.js BASE_URL");
const api = createClient<paths>({ baseUrl, headers: { Authorization: "Bearer b3sk_tour" } });

function given<T>(what: string, answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.data === undefined) {
    throw new Error(`${what}: ${answer.response.status} ${JSON.stringify(answer.error)}`);
  }
  return answer.data;
}

const read = async (id: string) =>
  given("get", await api.GET("/v1/executions/{id}", { params: { path: { id } } })).data;

async function untilTerminal(id: string, first: Status) {
  const seen: Status[] = [first];
  for (let poll = 0; poll < POLLS; poll++) {
    const view = await read(id);
    if (view.execution.status !== seen[seen.length - 1]) seen.push(view.execution.status);
    if (TERMINAL.has(view.execution.status)) return { seen, view };
    await new Promise((resume) => setTimeout(resume, PAUSE_MS));
  }
  throw new Error(`still ${seen[seen.length - 1]} after ${POLLS} polls`);
}

const created = given(
  "create",
  await api.POST("/v1/executions", {
    body: { sourceEntityType: "order", sourceSystem: "tour", workflowId: "wf_tour", requestPayload: { lines: 2 } },
  }),
).data;
const id = created.execution.id;
const { seen, view } = await untilTerminal(id, created.execution.status);

const page = given("list", await api.GET("/v1/executions", { params: { query: { limit: 100 } } })).data;
const readPublic = (token: string) =>
  api.GET("/v1/public/executions/{id}", { params: { path: { id }, query: { token } } });
const shown = given("public read", await readPublic(created.clientToken)).data;
const refused = await readPublic("not-the-token");
const embedded = given(
  "execute",
  await api.POST("/api/v1/workflows/{id}/execute", {
    params: { path: { id: "workflow_15" } },
    body: { id_type: "key", execution_data: { user_name: "Ada Byron" } },
  }),
);
const unknown = await api.GET("/v1/executions/{id}", { params: { path: { id: "exec_none" } } });

console.log(
  JSON.stringify({
    seen,
    finished: view.execution.finishedAt !== undefined,
    listed: page.items.some((item) => item.id === id),
    events: view.events.map((event) => event.id),
    publicStatus: shown.status,
    publicEvents: shown.events.map((event) => event.id),
    embedded: [embedded.object, embedded.status, embedded.key, embedded.execution_data],
    refused: refused.response.status,
    unknown: unknown.error?.code,
  }),
);
