import type { AttachOptions, StartOptions } from "./index.js";

/** A plugin of Vitest that starts a server for the run, or reaches the one at `url`. */
export function execmock(options?: StartOptions & AttachOptions & { url?: string }): {
  name: string;
  [hook: string]: any;
};
