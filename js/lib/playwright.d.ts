import type { BrowserContext, Page, TestType, PlaywrightTestArgs, PlaywrightTestOptions, PlaywrightWorkerArgs, PlaywrightWorkerOptions } from "@playwright/test";
import type { AttachOptions, Sandbox, SandboxOptions, Server, StartOptions } from "./index.js";

export { expect } from "@playwright/test";

/** A sandbox of the test's own. */
export interface PageSandbox extends Sandbox {
  /**
   * Answer in this sandbox what a page asks of an address, such as "https://api.example.com": the page needs no
   * other configuration, and where it sends a key, the sandbox's takes its place.
   */
  route(page: Page | BrowserContext, address: string): Promise<void>;
}

/** Options of `use` in playwright.config, of a project or of `test.use`. */
export interface ExecmockTestOptions {
  /** What the sandbox of each test is made with. */
  mockOptions: SandboxOptions;
}

export interface ExecmockWorkerOptions {
  /** How the server is started, one a worker; or the `url` of one that runs. */
  execmock: StartOptions & AttachOptions & { url?: string };
}

/** Playwright's `test` with a sandbox of its own for every test. */
export const test: TestType<
  PlaywrightTestArgs & PlaywrightTestOptions & ExecmockTestOptions & { mock: PageSandbox },
  PlaywrightWorkerArgs & PlaywrightWorkerOptions & ExecmockWorkerOptions & { mockServer: Server }
>;
