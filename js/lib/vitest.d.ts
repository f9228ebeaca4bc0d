import type { TestAPI } from "vitest";
import type { Sandbox, SandboxOptions } from "./index.js";

export { expect } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    execmock: { url: string; controlUrl: string; controlKey?: string };
  }
}

/**
 * Vitest's `test` with a sandbox of its own for every test that takes `mock`. What it is made with are
 * `mockOptions`: `test.extend({ mockOptions: { frozen: true } })`.
 */
export const test: TestAPI<{ mock: Sandbox; mockOptions: SandboxOptions }>;
