// JSON as lines with their paths, and what is otherwise than in another one.

/** Returns the lines of a value: {path, depth, text}. */
export function lines(value) {
  const found = [];
  walk(value, "", "$", 0, "", found);
  return found;
}

function walk(value, before, path, depth, after, found) {
  if (value === null || typeof value !== "object") {
    found.push({ path, depth, text: `${before}${JSON.stringify(value)}${after}` });
    return;
  }
  const list = Array.isArray(value);
  const entries = list ? value.map((inner, index) => [index, inner]) : Object.entries(value);
  const [open, close] = list ? "[]" : "{}";
  if (!entries.length) {
    found.push({ path, depth, text: `${before}${open}${close}${after}` });
    return;
  }
  found.push({ path, depth, text: before + open });
  entries.forEach(([name, inner], index) => {
    const comma = index < entries.length - 1 ? "," : "";
    walk(inner, list ? "" : `${JSON.stringify(name)}: `, `${path}/${name}`, depth + 1, comma, found);
  });
  found.push({ path: `${path}/`, depth, text: close + after });
}

const plain = (text) => text.replace(/,$/, "");

/** Returns the lines of `now`, and those of `before` that are gone, with a mark: added, changed, gone or same. */
export function differences(before, now) {
  const [old, fresh] = [lines(before), lines(now)];
  const known = new Map(old.map((line) => [line.path, line]));
  const kept = new Set(fresh.map(({ path }) => path));
  const marked = fresh.map((line) => {
    const was = known.get(line.path);
    const mark = !was ? "added" : plain(was.text) === plain(line.text) ? "same" : "changed";
    return { ...line, mark, was: mark === "changed" ? plain(was.text) : null };
  });
  const gone = old.filter(({ path }) => !kept.has(path)).map((line) => ({ ...line, mark: "gone", was: null }));
  gone.forEach((line) => {
    const index = old.findIndex(({ path }) => path === line.path);
    const above = old.slice(0, index).reverse().find(({ path }) => kept.has(path));
    const at = above ? marked.findIndex(({ path }) => path === above.path) + 1 : 0;
    marked.splice(at, 0, line);
  });
  return marked;
}
