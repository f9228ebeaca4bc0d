// Shows an execution to whoever holds its token: ?api=URL&id=ID&token=TOKEN, read every 3 seconds to its end.
const query = new URLSearchParams(location.search);
const EVERY = 3000;
const ENDS = new Set(["workflow_succeeded", "workflow_failed", "workflow_cancelled"]);
const find = (id) => document.getElementById(id);

async function read() {
  const token = encodeURIComponent(query.get("token") ?? "");
  const path = `/v1/public/executions/${encodeURIComponent(query.get("id") ?? "")}?token=${token}`;
  const answer = await fetch(query.get("api") + path);
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${answer.status}: ${body.message}`);
  return body.data;
}

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

async function poll() {
  let ended = false;
  try {
    const execution = await read();
    show(execution);
    ended = ENDS.has(execution.status);
    find("trouble").hidden = true;
  } catch (error) {
    find("trouble").textContent = `The order cannot be read just now. ${error.message}`;
    find("trouble").hidden = false;
  }
  if (!ended) setTimeout(poll, EVERY);
}

poll();
