// What axios-retry and fetch do when they meet faults; prints it as one line of JSON.
import axios from "axios";
import axiosRetry from "axios-retry";

const [url] = process.argv.slice(2);
const headers = { Authorization: "Bearer b3sk_test" };
const BODY = { workflowId: "wf_shop", sourceSystem: "shop", sourceEntityType: "order" };
const LIST = { url: "/v1/executions" };
const CREATE = { ...LIST, method: "post", data: BODY };

async function meeting(fault, work) {
  const control = `${url}/_execmock/faults`;
  const type = { "Content-Type": "application/json" };
  const added = await fetch(control, { method: "POST", headers: type, body: JSON.stringify({ faults: [fault] }) });
  if (!added.ok) throw new Error(await added.text());
  try {
    return await work();
  } finally {
    await fetch(control, { method: "DELETE" });
  }
}

function retrying(fault, asked, options = {}) {
  return meeting(fault, async () => {
    const client = axios.create({ baseURL: url, headers, ...options });
    const delays = [];
    const retryDelay = (count, error) => {
      delays.push(axiosRetry.linearDelay(1000)(count, error));
      return 0;
    };
    axiosRetry(client, { retries: 3, retryDelay });
    const seen = await client.request(asked).then(
      (answer) => answer.status,
      (error) => error.response?.status ?? error.code,
    );
    return { seen, delays };
  });
}

function fetching(fault, timeout = 30_000) {
  return meeting(fault, () =>
    fetch(url + LIST.url, { headers, signal: AbortSignal.timeout(timeout) })
      .then(async (answer) => [answer.status, (await answer.json()).code])
      .catch((error) => error.name),
  );
}

const asksToWait = { status: 429, retryAfter: "7s" };
const results = {
  "a read waits for Retry-After": await retrying({ times: 2, refused: asksToWait }, LIST),
  "a read is tried three times more": await retrying({ refused: 500 }, LIST),
  "a create is not repeated after a 500": await retrying({ refused: 500 }, CREATE),
  "a lost connection is tried again": await retrying({ times: 2, broken: "close" }, LIST),
  "a bad request is not tried again": await retrying({ refused: 400 }, LIST),
  "a timeout is not tried again": await retrying({ slow: "1m" }, LIST, { timeout: 100 }),
  "fetch gives up in time": await fetching({ slow: "1m" }, 100),
  "fetch gives up while the body comes": await fetching({ slow: { bytesPerSecond: 5 } }, 200),
  "fetch fails without an answer": await fetching({ broken: "close" }),
  "fetch fails at half a body": await fetching({ broken: "short-body" }),
  "fetch takes a 503 for an answer": await fetching({ refused: 503 }),
  "fetch is answered": await fetching({ slow: "1ms" }),
};
console.log(JSON.stringify(results));
