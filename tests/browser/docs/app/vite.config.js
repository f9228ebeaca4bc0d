import { defineConfig } from "vite";
import { block } from "../readme.js";

const ID = "virtual:readme";

// The page's own code calls the API by what the README tells it to paste.
const readme = {
  name: "readme",
  resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
  load: (id) => (id === `\0${ID}` ? block("page") : undefined),
};

export default defineConfig({
  root: new URL(".", import.meta.url).pathname,
  cacheDir: process.env.OUTPUT_DIR && `${process.env.OUTPUT_DIR}/vite`,
  plugins: [readme],
  logLevel: "error",
  server: { host: "localhost", port: Number(process.env.PAGE_PORT), strictPort: true },
});
