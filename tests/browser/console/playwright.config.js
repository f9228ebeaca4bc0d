import { defineConfig } from "@playwright/test";

const { CHROMIUM, EXECMOCK = "execmock", EXECMOCK_PORT, KEY_PORT, LOCKED_PORT, OUTPUT_DIR } = process.env;
const mock = `http://127.0.0.1:${EXECMOCK_PORT}`;
const locked = `--port ${KEY_PORT} --control-port ${LOCKED_PORT} --control-key b3sk_control`;

export default defineConfig({
  testDir: ".",
  workers: 1,
  timeout: 120_000, // a busy machine is no failure
  reporter: "line",
  expect: { timeout: Number(process.env.PATIENCE ?? 30_000) },
  outputDir: OUTPUT_DIR,
  use: {
    baseURL: mock,
    launchOptions: { executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage"] },
  },
  webServer: [
    {
      command: `${EXECMOCK} serve --port ${EXECMOCK_PORT} --cors-origin http://shop.test --journal-answers --quiet`,
      url: `${mock}/_execmock/health`,
    },
    { command: `${EXECMOCK} serve ${locked} --quiet`, url: `http://127.0.0.1:${LOCKED_PORT}/_execmock/health` },
  ],
});
