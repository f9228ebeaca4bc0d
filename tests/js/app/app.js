// A page with a button that orders, or with ?id=ID&token=TOKEN an order; it is read every 3 seconds to its end.
import { createOrder, readOrder } from "./orders.js";

const API = "https://api.example.com";
const KEY = "the-key-of-the-shop";
const EVERY = 3000;
const ENDS = new Set(["workflow_succeeded", "workflow_failed", "workflow_cancelled"]);
const query = new URLSearchParams(location.search);
const find = (id) => document.getElementById(id);

function show(execution) {
  find("status").textContent = execution.status.replace("workflow_", "").replaceAll("_", " ");
  find("status").dataset.end = ENDS.has(execution.status) ? execution.status : "";
  find("timeline").replaceChildren(...execution.events.map(line));
}

function line(event) {
  const item = document.createElement("li");
  const time = document.createElement("time");
  time.dateTime = event.createdAt;
  time.textContent = event.createdAt.slice(11, 19);
  item.append(time, event.title);
  return item;
}

async function poll(id, token) {
  let ended = false;
  try {
    const execution = await readOrder(API, id, token);
    show(execution);
    ended = ENDS.has(execution.status);
    find("trouble").hidden = true;
  } catch (error) {
    find("trouble").textContent = `The order cannot be read just now. ${error.message}`;
    find("trouble").hidden = false;
  }
  if (!ended) setTimeout(poll, EVERY, id, token);
}

find("order").addEventListener("click", async () => {
  const { execution, clientToken } = await createOrder(API, KEY, query.get("workflow") ?? "wf_orders");
  poll(execution.id, clientToken);
});
find("order").hidden = query.has("id");
if (query.has("id")) poll(query.get("id"), query.get("token"));
