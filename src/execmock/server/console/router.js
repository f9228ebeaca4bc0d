// Where the reader is: the part of the address after `#`, such as `#/executions/exec_1`.
import { useEffect, useState } from "./vendor/preact.js";

function read() {
  const [part = "", ...rest] = location.hash.replace(/^#\/?/, "").split("/");
  return { part: part || "executions", name: rest.length ? decodeURIComponent(rest.join("/")) : null };
}

/** Returns the address of a part of the page, or of something in it. */
export function to(part, name) {
  return `#/${part}${name === undefined ? "" : `/${encodeURIComponent(name)}`}`;
}

/** Goes to a part of the page. */
export function go(part, name) {
  location.hash = to(part, name);
}

/** Returns where the reader is: {part, name}. */
export function useRoute() {
  const [route, set] = useState(read);
  useEffect(() => {
    const moved = () => set(read());
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  return route;
}
