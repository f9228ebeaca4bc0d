// The client of the app: what its pages ask of the API at `api`.

/** Create an order's execution; returns `{ execution, clientToken }`. */
export async function createOrder(api, key, workflowId) {
  const order = { workflowId, sourceSystem: "shop", sourceEntityType: "order" };
  const headers = { "Content-Type": "application/json", Authorization: `Bearer ${key}` };
  return answered(await fetch(`${api}/v1/executions`, { method: "POST", headers, body: JSON.stringify(order) }));
}

/** Read an execution as the holder of its token may: `{ status, events }`. */
export async function readOrder(api, id, token) {
  const query = new URLSearchParams({ token });
  return answered(await fetch(`${api}/v1/public/executions/${encodeURIComponent(id)}?${query}`));
}

async function answered(answer) {
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${answer.status}: ${body.message}`);
  return body.data;
}
