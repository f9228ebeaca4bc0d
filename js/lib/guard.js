// Runs a command and ends it when standard input closes, as it does when the process that holds it ends,
// however that ends: a test runner that is killed leaves no server.
import { spawn } from "node:child_process";

const [program, ...rest] = process.argv.slice(2);
const child = spawn(program, rest, { stdio: ["ignore", "inherit", "inherit"], windowsHide: true });
/** @type {NodeJS.Timeout | undefined} */
let patience;

function end() {
  child.kill("SIGTERM");
  patience ??= setTimeout(() => child.kill("SIGKILL"), 5000);
}

child.on("error", (/** @type {NodeJS.ErrnoException} */ error) => {
  console.error(`${error.code}: ${program}`);
  process.exit(127);
});
child.on("exit", (code) => process.exit(code ?? 1));
process.stdin.on("error", end).on("close", end).on("end", end).resume();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, end);
