// The parts of a YAML text by their kinds, for its colours. What it does not know is plain.

const PATTERN = /(#.*$)|("(?:[^"\\\n]|\\.)*"?|'(?:[^'\n]|'')*'?)|(\{\{.*?\}\})|([\w-]+)(?=\s*:(?:\s|$))|\b(\d+(?:\.\d+)?(?:ms|[smhdw])?(?:\.\.\d+(?:ms|[smhdw]))?)\b|\b(true|false|null)\b/gm;
const KINDS = ["comment", "string", "template", "key", "number", "word"];

/** Returns a line's parts: [kind, text], where the kind is empty for plain text. */
export function parts(line) {
  const found = [];
  let end = 0;
  for (const match of line.matchAll(PATTERN)) {
    if (match.index > end) {
      found.push(["", line.slice(end, match.index)]);
    }
    found.push([KINDS[match.slice(1).findIndex((one) => one !== undefined)], match[0]]);
    end = match.index + match[0].length;
  }
  return end < line.length ? [...found, ["", line.slice(end)]] : found;
}
