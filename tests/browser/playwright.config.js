import { defineConfig } from "@playwright/test";

const mock = `http://127.0.0.1:${process.env.EXECMOCK_PORT ?? 4010}`;
const page = `http://127.0.0.1:${process.env.PAGE_PORT ?? 5173}`;

export default defineConfig({
  testDir: ".",
  fullyParallel: true,
  workers: 2,
  reporter: "line",
  outputDir: process.env.OUTPUT_DIR ?? "test-results",
  use: {
    baseURL: page,
    launchOptions: {
      executablePath: process.env.CHROMIUM || undefined,
      args: ["--no-sandbox", "--disable-dev-shm-usage"],
    },
  },
  webServer: [
    { command: `${process.env.EXECMOCK ?? "execmock"} serve --port ${new URL(mock).port}`, url: `${mock}/_execmock/health` },
    { command: "node serve-page.js", url: page },
  ],
});
