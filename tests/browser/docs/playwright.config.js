import { defineConfig } from "@playwright/test";
import { MOCK, PAGE, block } from "./readme.js";

const { CHROMIUM, EMBED_PORT, EXECMOCK = "execmock", EXECMOCK_PORT, OUTPUT_DIR, STRICT_PORT } = process.env;
const mock = `http://127.0.0.1:${EXECMOCK_PORT}`;
const strict = `http://127.0.0.1:${STRICT_PORT}`;
// The command of the README, but for the port.
const [, readme] = block("serve").match(/^make serve ARGS='(.+)'$/m);
const keys = "--auth strict --key b3sk_reader=read --key b3sk_writer --control-port 0 --control-key b3sk_control";

export default defineConfig({
  testDir: ".",
  workers: 1,
  timeout: 120_000, // a busy machine is no failure
  reporter: "line",
  expect: { timeout: 30_000 },
  outputDir: OUTPUT_DIR,
  use: {
    baseURL: mock,
    launchOptions: { executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage"] },
  },
  webServer: [
    {
      command: `${EXECMOCK} serve --port ${EXECMOCK_PORT} --embed-port ${EMBED_PORT}`,
      url: `${mock}/_execmock/health`,
    },
    { command: `${EXECMOCK} serve --port ${STRICT_PORT} ${keys}`, url: `${strict}/openapi.yaml` },
    { command: `${EXECMOCK} serve --port ${new URL(MOCK).port} ${readme}`, url: `${MOCK}/_execmock/health` },
    { command: "../node_modules/.bin/vite app", url: PAGE },
  ],
});
