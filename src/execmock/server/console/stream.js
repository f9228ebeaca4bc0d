// The live stream. It is read by fetch, since EventSource cannot send a control key.

const FIRST_PAUSE = 300;
const LONGEST_PAUSE = 5000;
// The server says something every 15 seconds; a connection that is silent for longer is gone.
const SILENCE = 40_000;

/** Reads a sandbox's stream until it is stopped, and connects again when it breaks. */
export class Stream {
  #api;
  #sandbox;
  #stopped = new AbortController();
  #last = null;
  #lost = null;

  /** `onMessage(kind, data)` learns of what happens, `onState(state, lost)` of the connection: see `#run`. */
  constructor(api, sandbox, onMessage, onState) {
    this.#api = api;
    this.#sandbox = sandbox;
    this.onMessage = onMessage;
    this.onState = onState;
    this.#run();
  }

  stop() {
    this.#stopped.abort();
  }

  /** States are `live`, `back` with the milliseconds for which it was lost, `lost`, and `refused` with an error. */
  async #run() {
    let pause = FIRST_PAUSE;
    while (!this.#stopped.signal.aborted) {
      try {
        await this.#read(() => (pause = FIRST_PAUSE));
      } catch (error) {
        if (error.status && error.status < 500) {
          this.onState("refused", error);
          return;
        }
      }
      if (this.#stopped.signal.aborted) {
        return;
      }
      this.#lost ??= performance.now();
      this.onState("lost");
      await new Promise((resolve) => setTimeout(resolve, pause));
      pause = Math.min(LONGEST_PAUSE, pause * 1.6);
    }
  }

  async #read(opened) {
    const broken = new AbortController();
    this.#stopped.signal.addEventListener("abort", () => broken.abort(), { signal: broken.signal });
    let silence = setTimeout(() => broken.abort(), SILENCE);
    const headers = this.#api.headers(this.#last === null ? {} : { "Last-Event-ID": this.#last });
    try {
      const url = this.#api.url("stream", { sandbox: this.#sandbox });
      const answer = await fetch(url, { headers, signal: broken.signal });
      if (!answer.ok) {
        throw Object.assign(new Error(answer.statusText), { status: answer.status });
      }
      opened();
      this.onState(this.#lost === null ? "live" : "back", this.#lost === null ? 0 : performance.now() - this.#lost);
      this.#lost = null;
      const decoder = new TextDecoder();
      let rest = "";
      for (const reader = answer.body.getReader(); ;) {
        const { value, done } = await reader.read();
        if (done) {
          return;
        }
        clearTimeout(silence);
        silence = setTimeout(() => broken.abort(), SILENCE);
        const messages = (rest + decoder.decode(value, { stream: true })).split("\n\n");
        rest = messages.pop();
        messages.forEach((message) => this.#take(message));
      }
    } finally {
      clearTimeout(silence);
      broken.abort();
    }
  }

  #take(message) {
    const fields = Object.fromEntries(message.split("\n").map((line) => {
      const end = line.indexOf(": ");
      return [line.slice(0, end), line.slice(end + 2)];
    }));
    if (fields.event) {
      this.#last = fields.id;
      this.onMessage(fields.event, JSON.parse(fields.data));
    }
  }
}
