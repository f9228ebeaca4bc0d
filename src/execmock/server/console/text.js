// How texts, instants and durations are shown. Texts may come from anywhere.

// Characters that show nothing, or that turn round what stands beside them, are shown by their numbers.
const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** Returns a text in which every character can be seen. */
export function visible(text) {
  return String(text).replace(INVISIBLE, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Returns the milliseconds of an instant's text, null of null. */
export function instant(text) {
  return text === null || text === undefined ? null : Date.parse(text);
}

/** Returns an instant as the API writes it. */
export function iso(milliseconds) {
  return new Date(milliseconds).toISOString();
}

/** Returns the time of day, with the date where that is another than that of `now`. */
export function clockTime(milliseconds, now = milliseconds) {
  const [date, time] = iso(milliseconds).split("T");
  return date === iso(now).split("T")[0] ? time.slice(0, 8) : `${date} ${time.slice(0, 8)}`;
}

/** @type {[string, number][]} */
const UNITS = [["d", 86_400_000], ["h", 3_600_000], ["m", 60_000], ["s", 1000]];

/** Returns a span of time by its two largest units, such as `1h 30m`; below a second in milliseconds. */
export function span(milliseconds) {
  const length = Math.round(Math.abs(milliseconds));
  if (length < 1000) {
    return `${length}ms`;
  }
  const first = UNITS.findIndex(([, size]) => length >= size);
  const [[unit, size], next] = [UNITS[first], UNITS[first + 1]];
  const whole = Math.floor(length / size);
  if (!next) {
    return length < 10_000 && length % 1000 ? `${(Math.floor(length / 100) / 10).toFixed(1)}s` : `${whole}s`;
  }
  const rest = Math.floor((length - whole * size) / next[1]);
  return rest ? `${whole}${unit} ${rest}${next[0]}` : `${whole}${unit}`;
}

const SIZES = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Returns the milliseconds of a duration as the API writes it, such as `1h30m`. */
export function duration(text) {
  return [...text.matchAll(/([\d.]+)(ms|[smhdw])/g)].reduce((sum, [, count, unit]) => sum + count * SIZES[unit], 0);
}

/** Returns a number with its thousands apart. */
export function number(count) {
  // The browser's own way takes long at its first use.
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Returns whether a text holds every word that is sought. */
export function holdsWords(text, sought) {
  const known = text.toLowerCase();
  return sought.toLowerCase().split(/\s+/).every((word) => known.includes(word));
}

/** Returns a count with its word, such as `1 fault` or `3 faults`. */
export function counted(count, word, plural = `${word}s`) {
  return `${number(count)} ${count === 1 ? word : plural}`;
}

/** Returns a status without what all statuses begin with, in words. */
export function words(name) {
  return name.replace(/^workflow_/, "").replaceAll("_", " ");
}
