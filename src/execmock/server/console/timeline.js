// What an execution went through, to scale, and dotted what may come.
import { html } from "./vendor/preact.js";
import { kindOf } from "./controls.js";
import { clockTime, duration, instant, span, visible, words } from "./text.js";

// So much of the width, at least, is for the past; what would reach farther is cut off and told in words.
const PAST = 0.66;
const LEAST = 2;

/** Returns the stretches of an execution in order: {step, status, from, until, signal}, the last until now. */
export function stretches(history, now) {
  return history.map((visit, index) => ({ ...visit, from: instant(visit.at), until: index + 1 < history.length ? instant(history[index + 1].at) : now }));
}

/** Shows the past in full, to scale, what time alone leads to, and the present step's ways out. */
export function Timeline({ tracked, scenario, ahead, now, picked, events, whole }) {
  const past = stretches(tracked.history, now);
  const from = past[0].from;
  const step = scenario?.steps.find(({ name }) => name === tracked.step);
  const ended = !step?.next.length && !ahead.length;
  const last = past.at(-1);
  const over = ended ? Math.max(last.from, ...events.map(({ at }) => at)) : now;
  const lived = Math.max(over - from, 1000);
  const coming = ahead.length ? instant(ahead.at(-1).at) : step?.next.some(({ signal }) => signal) ? over + lived / 3 : over;
  const end = Math.max(whole ? coming : Math.min(coming, from + lived / PAST), from + lived * (ended ? 1.04 : 1.25));
  const x = (at) => Math.max(0, Math.min(100, ((at - from) / (end - from)) * 100));
  const wide = (start, until) => `max(${LEAST}px, ${x(until) - x(start)}%)`;
  const future = ended ? [] : [{ ...last, from: now, until: ahead.length ? instant(ahead[0].at) : null }, ...toCome(ahead)];
  const beyond = ahead.find(({ at }) => instant(at) > end);
  return html`<div class="timeline">
    <div class="track" aria-hidden="true">
      ${past.map((one, index) => html`<div class="stretch ${kindOf(one.status)}" key=${index} title=${`${one.status}, ${span(one.until - one.from)}`}
        style=${{ left: `${x(one.from)}%`, width: wide(one.from, Math.min(one.until, Math.max(over, one.from))) }}><span>${visible(words(one.status))}</span></div>`)}
      ${future.filter((one) => x(one.from) < 100).map((one, index) => html`<div class="stretch coming ${kindOf(one.status)}" key=${`f${index}`} title=${one.from <= now ? `${one.status}, until it moves` : `${one.status}, in ${span(one.from - now)}`}
        style=${{ left: `${x(one.from)}%`, width: wide(one.from, Math.min(one.until ?? end, end)) }}><span>${visible(words(one.status))}</span></div>`)}
      ${events.map(({ at, title }, index) => html`<i class="event" key=${`e${index}`} title=${visible(title)} style=${{ left: `${x(at)}%` }}></i>`)}
      ${!ended && html`<i class="now" title="now" style=${{ left: `${x(now)}%` }}></i>`}
      ${picked !== null && html`<i class="picked" style=${{ left: `${x(picked)}%` }}></i>`}
    </div>
    <div class="axis" aria-hidden="true"><span>${clockTime(from, now)}</span><span>${span(end - from)} in all</span><span>${clockTime(end, now)}${beyond ? ` … ${words(beyond.status)} in ${span(instant(beyond.at) - now)}` : ""}</span></div>
    <h3>What may come</h3>
    <${Ways} step=${step} tracked=${tracked} now=${now} ahead=${ahead} />
  </div>`;
}

/** Returns the steps to come as stretches; the last one has no end. */
function toCome(ahead) {
  return ahead.map((visit, index) => ({ ...visit, from: instant(visit.at), until: index + 1 < ahead.length ? instant(ahead[index + 1].at) : null }));
}

/** The ways out of the present step, with their chances, and what time alone leads to. */
function Ways({ step, tracked, now, ahead }) {
  if (!step) {
    return html`<p class="quiet">It was led to a step that its scenario does not name.</p>`;
  }
  if (!step.next.length) {
    return html`<p class="quiet">Nothing: ${words(step.status)} is the end.</p>`;
  }
  const since = instant(tracked.history.at(-1).at);
  return html`<ul class="ways">${step.next.map((way) => html`<li>
    <b>${visible(way.when)}</b> → ${visible(words(way.to))}${way.chance < 1 ? html` <small>chance ${way.chance}</small>` : ""}
    ${way.soonest !== null && html` <small>${left(since + duration(way.soonest), since + duration(way.latest), now)}</small>`}
  </li>`)}
  ${ahead.length > 0 && html`<li class="quiet">By time alone: ${ahead.slice(0, 8).map(({ status, at }) => `${words(status)} in ${span(instant(at) - now)}`).join(", then ")}${ahead.length > 8 ? "…" : "."}</li>`}
  </ul>`;
}

function left(soonest, latest, now) {
  if (latest <= now) {
    return "";
  }
  return soonest === latest || soonest <= now ? `in ${span(latest - now)}` : `in ${span(soonest - now)} to ${span(latest - now)}`;
}
