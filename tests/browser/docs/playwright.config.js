import { defineConfig } from "@playwright/test";

const { CHROMIUM, EMBED_PORT, EXECMOCK = "execmock", EXECMOCK_PORT, OUTPUT_DIR } = process.env;
const mock = `http://127.0.0.1:${EXECMOCK_PORT}`;

export default defineConfig({
  testDir: ".",
  workers: 1,
  timeout: 120_000, // a busy machine is no failure
  reporter: "line",
  outputDir: OUTPUT_DIR,
  use: {
    baseURL: mock,
    launchOptions: { executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage"] },
  },
  webServer: {
    command: `${EXECMOCK} serve --port ${EXECMOCK_PORT} --embed-port ${EMBED_PORT}`,
    url: `${mock}/_execmock/health`,
  },
});
