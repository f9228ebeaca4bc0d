// A shop's page: orders, follows an order, lists them, and tells what is answered to requests that are wrong.
import { call, follow } from "virtual:readme";
import "./tracing.js";

const find = (id) => document.getElementById(id);
const item = (text) => Object.assign(document.createElement("li"), { textContent: text });
const query = new URLSearchParams(location.search);
let offset = 0;

find("order").addEventListener("click", async () => {
  const body = JSON.stringify({ workflowId: query.get("workflow"), sourceSystem: "shop", sourceEntityType: "order" });
  const { data } = await call("POST", "/v1/executions", { body });
  find("public").href = `?${new URLSearchParams({ id: data.execution.id, token: data.clientToken })}`;
  find("public").hidden = false;
  await follow(data.execution.id, show);
});

find("more").addEventListener("click", async () => {
  const { data } = await call("GET", `/v1/executions?limit=5&offset=${offset}`);
  find("orders").append(...data.items.map(({ id }) => item(id)));
  offset += data.items.length;
  find("more").disabled = !data.hasMore;
});

find("wrong").addEventListener("click", async () => {
  const asked = [
    ["POST", "/v1/executions", { body: "{}" }],
    ["GET", `/v1/public/executions/${query.get("id")}?token=wrong`],
    ["GET", "/v1/executions/nothing"],
    ["POST", "/api/v1/workflows/nothing/execute", { body: "{}" }],
    ["GET", "/v1/executions", { Prefer: "code=503" }],
    ["DELETE", "/v1/executions"],
    ["GET", "/v1/execution"],
  ];
  for (const [method, path, more] of asked) {
    const { status, message, details, requestId } = await call(method, path, more);
    const places = (details ?? []).map((detail) => detail.location);
    find("answers").append(item(JSON.stringify({ status, message, places, whole: Boolean(requestId) })));
  }
});

async function publicly(id, token) {
  const { status, data } = await call("GET", `/v1/public/executions/${id}?${new URLSearchParams({ token })}`);
  show({ status: status === 200 ? data.status : status }, data?.events ?? []);
}

function show({ status }, events) {
  find("status").textContent = status;
  find("timeline").replaceChildren(...events.map(({ title }) => item(title)));
}

if (query.has("token")) {
  await publicly(query.get("id"), query.get("token"));
}
