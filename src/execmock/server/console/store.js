// State that components watch: changes of one frame are shown together.
import { useEffect, useLayoutEffect, useRef, useState } from "./vendor/preact.js";

export class Store {
  #watchers = new Set();
  #due = false;

  constructor(state) {
    this.state = state;
  }

  /** Replaces some members. */
  set(changes) {
    Object.assign(this.state, changes);
    this.changed();
  }

  /** Tells the watchers, once for all changes until the next frame. */
  changed() {
    if (this.#due || !this.#watchers.size) {
      return;
    }
    this.#due = true;
    // A tab in the background has no frames, and its state is to stay right all the same.
    const next = document.hidden ? (act) => setTimeout(act, 200) : requestAnimationFrame;
    next(() => {
      this.#due = false;
      this.#watchers.forEach((watcher) => watcher());
    });
  }

  watch(watcher) {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}

/** Returns the state of a store, and shows the component again when it has changed. */
export function useStore(store) {
  const [, show] = useState(0);
  // At once: what changes before the first frame is shown too.
  useLayoutEffect(() => store.watch(() => show((count) => count + 1)), [store]);
  return store.state;
}

/** Waits until what has changed is on the screen, or would be if the tab were looked at. */
export function painted() {
  // The second frame begins when the first has been handed on.
  const drawn = new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve))));
  return Promise.race([drawn, new Promise((resolve) => setTimeout(resolve, 200))]);
}

/** Returns a function that says whether the component is still shown: afterwards the reader is elsewhere. */
export function useShown() {
  const shown = useRef(true);
  useEffect(() => () => (shown.current = false), []);
  return () => shown.current;
}

/** Returns what a request gives, anew when `on` changes: {value, error, busy, again}. */
export function useAnswer(ask, on) {
  const [state, set] = useState({ value: null, error: null, busy: true, for: null });
  const [round, again] = useState(0);
  const key = JSON.stringify([on, round]);
  useEffect(() => {
    let wanted = true;
    set((old) => ({ ...old, busy: true }));
    ask().then(
      (value) => wanted && set({ value, error: null, busy: false, for: key }),
      (error) => wanted && set({ value: null, error, busy: false, for: key }),
    );
    return () => (wanted = false);
  }, [key]);
  return { ...state, again: () => again((count) => count + 1) };
}
