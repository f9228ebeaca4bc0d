// A list of any length, of which only the rows in sight are in the document.
import { html, useEffect, useLayoutEffect, useRef, useState } from "./vendor/preact.js";

const BESIDE = 8;

/** Returns the range of rows to have in the document: the one that is, while it holds what is seen and little more. */
function rangeOf([first, last], seen, end, count) {
  const enough = first <= Math.max(0, seen - 1) && last >= Math.min(count, end + 1) && last <= count;
  return enough && last - first <= end - seen + 3 * BESIDE ? [first, last] : [Math.max(0, seen - BESIDE), Math.min(count, end + BESIDE)];
}

/**
 * Shows `count` rows of one height in a part that scrolls; `row(index)` gives the cells of one.
 * Up, Down, PageUp, PageDown, Home and End move the chosen row, Enter opens it.
 */
export function Windowed({ label, columns, count, height, row, keyOf, onOpen, onRange, empty }) {
  const place = useRef();
  // At first as many as the whole screen would show.
  const [range, setRange] = useState(() => [0, Math.min(count, Math.ceil(innerHeight / height))]);
  const [chosen, choose] = useState(0);
  const look = () => {
    if (!place.current) {
      return; // the last scrolling is told after the list has gone
    }
    const { scrollTop, clientHeight } = place.current;
    setRange((old) => {
      const next = rangeOf(old, Math.floor(scrollTop / height), Math.ceil((scrollTop + clientHeight) / height), count);
      return old[0] === next[0] && old[1] === next[1] ? old : next;
    });
  };
  // Told in the frame that shows it, when its size is known: asked for before, the whole page is laid out twice.
  useLayoutEffect(() => {
    const sized = new ResizeObserver(look);
    sized.observe(place.current);
    return () => sized.disconnect();
  }, [count, height]);
  useEffect(() => onRange?.(...range), [range]);
  const at = Math.min(chosen, Math.max(0, count - 1));
  const move = (event) => {
    const page = Math.max(1, Math.floor(place.current.clientHeight / height) - 2);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -count, End: count };
    if (event.key === "Enter" && event.target === place.current && count) {
      onOpen(at);
    } else if (event.key in steps && event.target === place.current) {
      event.preventDefault();
      const next = Math.max(0, Math.min(count - 1, at + steps[event.key]));
      choose(next);
      const { scrollTop, clientHeight } = place.current;
      const [top, bottom] = [next * height, (next + 1) * height - clientHeight];
      place.current.scrollTop = Math.max(bottom, Math.min(top, scrollTop));
    }
  };
  const [first, last] = [Math.min(range[0], count), Math.min(range[1], count)];
  const shown = Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index);
  const template = columns.map(({ width }) => width).join(" ");
  return html`<div class="windowed" style=${{ "--columns": template, "--row": `${height}px` }}>
    <div class="rows" role="grid" aria-label=${label} aria-rowcount=${count + 1} tabindex="0" ref=${place} onScroll=${look} onKeyDown=${move}
      aria-activedescendant=${count && at >= first && at < last ? `row-${at}` : undefined}>
      <div role="rowgroup" class="heads"><div role="row" aria-rowindex="1" class="row">
        ${columns.map(({ name, sorted, onSort }) => html`<div role="columnheader" aria-sort=${sorted}>
          ${onSort ? html`<button type="button" class="sort" onClick=${onSort}>${name}${{ ascending: " ▲", descending: " ▼" }[sorted] ?? ""}</button>` : name}
        </div>`)}
      </div></div>
      <div role="rowgroup" style=${{ height: `${count * height}px`, position: "relative" }}>
        ${shown.map((index) => html`<div role="row" class="row ${index === at ? "at" : ""}" id=${`row-${index}`} key=${keyOf(index)} aria-rowindex=${index + 2}
          aria-selected=${index === at} style=${{ transform: `translateY(${index * height}px)` }}
          onClick=${(event) => (choose(index), event.target.closest("a, button") || onOpen(index))}>
          ${row(index).map((cell) => html`<div role="gridcell">${cell}</div>`)}
        </div>`)}
      </div>
    </div>
    ${count === 0 && html`<p class="empty">${empty}</p>`}
  </div>`;
}
