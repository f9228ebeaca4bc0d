// What the page shows first is asked for before its other modules are read: this one runs as soon as it is there.
import { Api } from "./api.js";

/** The APIs whose executions the page shows. */
export const APIS = ["executions", "embed"];
/** Where the browser keeps which sandbox is looked at. */
export const KEPT = "execmock sandbox";
// More than the largest screen shows.
const FIRST = 40;

export const api = new Api();

/** Returns the newest executions of each API, as pages of the list, and the clock that their times are told by. */
async function newest(sandbox) {
  const pages = APIS.map((name) => api.get("executions", { sandbox, api: name, limit: FIRST, history: false }));
  const [clock, ...lists] = await Promise.all([api.get("clock", { sandbox }), ...pages]);
  return { clock, lists };
}

const asked = sessionStorage.getItem(KEPT) ?? "default";
let early = newest(asked);
early.catch(() => {});

/** Returns what is shown first of a sandbox: what was asked for early, where it is of that one. */
export function first(sandbox) {
  const mine = sandbox === asked ? early : null;
  early = null;
  // A key may be missing, which those now learn who ask for one.
  return mine?.catch(() => newest(sandbox)) ?? newest(sandbox);
}
