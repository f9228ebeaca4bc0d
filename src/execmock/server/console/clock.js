// The sandbox's clock, as it goes on between two messages of the server.
import { useEffect, useState } from "./vendor/preact.js";
import { instant } from "./text.js";

export class SandboxClock {
  constructor({ now, frozen, speed }) {
    this.at = instant(now);
    this.frozen = frozen;
    this.speed = speed;
    this.since = performance.now();
  }

  /** The clock's present instant in milliseconds. */
  get now() {
    return this.frozen ? this.at : this.at + (performance.now() - this.since) * this.speed;
  }
}

/** Returns the clock's present instant, and shows the component again as it goes on. */
export function useNow(clock, every = 1000) {
  const [, tick] = useState(0);
  useEffect(() => {
    if (!clock || clock.frozen) {
      return undefined;
    }
    const timer = setInterval(() => document.hidden || tick((count) => count + 1), every);
    return () => clearInterval(timer);
  }, [clock, every]);
  return clock ? clock.now : 0;
}
