// A scenario's steps from top to bottom, each with its ways out; lines at the side lead to where they go.
import { html } from "./vendor/preact.js";
import { kindOf } from "./controls.js";
import { visible, words } from "./text.js";

const [WIDTH, LINE, HEAD, GAP, LANE] = [290, 17, 24, 14, 13];

function placed(steps) {
  let top = 2;
  return steps.map((step) => {
    const height = HEAD + step.next.length * LINE + (step.next.length ? 6 : 0);
    const box = { step, top, height };
    top += height + GAP;
    return box;
  });
}

/** Returns the ways as lines, each with a lane of its own as far as they overlap. */
function lines(boxes) {
  const index = new Map(boxes.map(({ step }, position) => [step.name, position]));
  const found = boxes.flatMap(({ step, top }, from) => step.next.filter(({ to }) => index.has(to)).map((way) => {
    const number = step.next.indexOf(way);
    const target = boxes[index.get(way.to)];
    return { way, from, start: top + HEAD + number * LINE + 7, end: target.top + 12 };
  }));
  const lanes = [];
  const ordered = [...found].sort((one, other) => Math.abs(one.end - one.start) - Math.abs(other.end - other.start));
  for (const line of ordered) {
    const [low, high] = [Math.min(line.start, line.end), Math.max(line.start, line.end)];
    const free = lanes.findIndex((lane) => lane.every(([from, until]) => until < low || from > high));
    line.lane = free < 0 ? lanes.length : free;
    (lanes[line.lane] ??= []).push([low, high]);
  }
  return { found, width: WIDTH + 14 + Math.max(1, lanes.length) * LANE };
}

function said({ when, chance }) {
  return `${when}${chance < 1 ? `, chance ${chance}` : ""}`;
}

const short = (text, most) => text.length > most ? `${text.slice(0, most - 1)}…` : text;

/** Shows a scenario; `at` is the present step, `seen` the steps that were visited. */
export function Graph({ scenario, at, seen = [] }) {
  const boxes = placed(scenario.steps);
  const { found, width } = lines(boxes);
  const height = boxes.length ? boxes.at(-1).top + boxes.at(-1).height + 2 : 0;
  return html`<svg class="graph" viewBox=${`0 0 ${width} ${height}`} width=${width} height=${height} role="img" aria-label=${sentence(scenario, at)}>
    ${found.map(({ way, start, end, lane, from }) => {
      const x = WIDTH + 8 + lane * LANE;
      const used = seen.includes(boxes[from].step.name) && seen.includes(way.to);
      return html`<g class="way ${used ? "used" : ""}"><path class=${way.chance < 1 || way.signal ? "dotted" : ""}
        d=${`M ${WIDTH - 2} ${start} H ${x} V ${end} H ${WIDTH + 2}`} /><path class="tip" d=${`M ${WIDTH + 1} ${end} l 6 -3.5 v 7 z`} /></g>`;
    })}
    ${boxes.map(({ step, top, height: tall }) => html`<g class="step ${kindOf(step.status)} ${step.name === at ? "at" : ""} ${seen.includes(step.name) ? "seen" : ""}">
      <rect x="1" y=${top} width=${WIDTH - 2} height=${tall} rx="5" />
      <text x="10" y=${top + 16} class="title">${short(visible(step.name === step.status ? words(step.status) : `${step.name} · ${words(step.status)}`), 38)}</text>
      ${step.next.map((way, number) => html`<text x="18" y=${top + HEAD + number * LINE + 11}>${short(visible(`${said(way)} → ${words(way.to)}`), 42)}</text>`)}
    </g>`)}
  </svg>`;
}

function sentence({ name, steps }, at) {
  const told = steps.map((step) => `${step.name}${step.name === at ? " (now)" : ""}: ${step.next.map((way) => `${said(way)} to ${way.to}`).join(", ") || "the end"}`);
  return visible(`Steps of ${name}. ${told.join(". ")}`);
}
