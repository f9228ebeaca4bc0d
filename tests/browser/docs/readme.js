// The blocks of code in the README, with the addresses that a test uses in place of those that it shows.
import { readFileSync } from "node:fs";

const TEXT = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
const { README_PORT, PAGE_PORT } = process.env;

/** Where the mock of the README is, and the origin of the page. */
export const MOCK = `http://127.0.0.1:${README_PORT}`;
export const PAGE = `http://localhost:${PAGE_PORT}`;

/** Returns the block that the README marks with a name. */
export function block(name) {
  const found = TEXT.match(new RegExp(`<!-- tested: ${name} -->\n\`\`\`\\w+\n([^]*?)\`\`\``));
  if (!found) {
    throw new Error(`the README has no block ${name}`);
  }
  return found[1].replaceAll("http://127.0.0.1:4010", MOCK).replaceAll("http://localhost:5173", PAGE);
}
