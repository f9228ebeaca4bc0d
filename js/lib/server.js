import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Control, read } from "./control.js";
import { MockError, checkNames } from "./errors.js";
import { sender } from "./http.js";
import { openSandbox } from "./sandbox.js";

const GUARD = fileURLToPath(new URL("guard.js", import.meta.url));
const COMMANDS = [["execmock"], ["python3", "-m", "execmock"], ["python", "-m", "execmock"]];
const START = ["command", "args", "cwd", "env", "timeout", "log"];
const ATTACH = ["controlUrl", "controlKey", "ca"];
const MOST_LINES = 20;

/**
 * @typedef {import("./index.js").StartOptions} StartOptions
 * @typedef {import("./index.js").Server} TypedServer
 */

/**
 * A server, started or reached. It may serve any number of tests at once, each in a sandbox.
 * @implements {TypedServer}
 */
export class Server {
  /** @type {import("./control.js").Send} */ #send;
  /** @type {import("./control.js").Send} */ #api;
  /** @type {() => Promise<void>} */ #end;

  /** @param {{ url: string, controlUrl?: string, controlKey?: string, ca?: string, end?: () => Promise<void> }} where */
  constructor({ url, controlUrl = url, controlKey, ca, end = async () => {} }) {
    this.url = url;
    this.controlUrl = controlUrl;
    this.controlKey = controlKey;
    this.#send = sender(controlUrl, { key: controlKey, ca });
    this.#api = sender(url, { ca });
    this.#end = end;
  }

  async health() {
    return read(await this.#send("GET", "/_execmock/health"));
  }

  /** @param {import("./index.js").SandboxOptions} [options] */
  sandbox(options) {
    return openSandbox({ url: this.url, control: new Control(this.#send), api: this.#api }, options);
  }

  close() {
    return this.#end();
  }
}

/**
 * @param {string} url
 * @param {import("./index.js").AttachOptions} [options]
 */
export async function attach(url, options = {}) {
  checkNames("attach", options, ATTACH);
  const trimmed = (/** @type {string} */ address) => address.replace(/\/+$/, "");
  const server = new Server({ ...options, url: trimmed(url), controlUrl: trimmed(options.controlUrl ?? url) });
  const health = await server.health();
  if (health?.status !== "ok") throw new MockError(`${server.controlUrl} does not answer as execmock does`);
  return server;
}

/** @param {StartOptions} [options] */
export async function start(options = {}) {
  checkNames("start", options, START);
  const named = options.command ?? process.env.EXECMOCK;
  const commands = named ? [typeof named === "string" ? [named] : named] : COMMANDS;
  for (const command of commands) {
    const started = await launch(command, options);
    if (started) return started;
  }
  const tried = commands.map((command) => `\`${command.join(" ")}\``).join(", ");
  throw new MockError(
    `no execmock to start: tried ${tried}. Install it with \`pip install execmock\`, ` +
      "or name its command, as in start({ command: [\".venv/bin/execmock\"] }) or in the variable EXECMOCK.",
  );
}

/**
 * Start one command; undefined where there is no such program or module.
 * @param {readonly string[]} command @param {StartOptions} options
 * @returns {Promise<Server | undefined>}
 */
async function launch(command, { args = [], cwd, env, timeout = 30_000, log = false }) {
  const port = args.some((arg) => /^--port(=|$)/.test(arg)) ? [] : ["--port", "0"];
  const child = spawn(process.execPath, [GUARD, ...command, "serve", ...port, ...args], {
    cwd,
    env: { ...process.env, PYTHONUNBUFFERED: "1", ...env },
    stdio: ["pipe", "pipe", "pipe"],
    windowsHide: true,
  });
  const ended = new Promise((done) => child.once("close", done));
  const end = async () => {
    child.ref();
    child.stdin.end();
    await ended;
  };
  const said = /** @type {string[]} */ ([]);
  const where = await address(child, said, timeout, log);
  if (where.url === undefined) {
    await end();
    if (isMissing(said)) return undefined;
    throw new MockError(`${command.join(" ")} serve ${where.problem}:\n${said.join("\n")}`);
  }
  // A test process ends without it; the guard then sees its standard input close.
  for (const handle of [child, child.stdin, child.stdout, child.stderr]) /** @type {any} */ (handle).unref();
  const controlKey = valueOf("--control-key", args) ?? { ...process.env, ...env }.EXECMOCK_CONTROL_KEY;
  return new Server({ url: where.url, controlUrl: where.controlUrl, controlKey, end });
}

/**
 * Read what a server prints until it says where it is, and on to its end: a pipe that is full stops it.
 * @param {import("node:child_process").ChildProcessWithoutNullStreams} child
 * @param {string[]} said @param {number} timeout @param {boolean} log
 * @returns {Promise<{ url?: string, controlUrl?: string, problem: string }>}
 */
function address(child, said, timeout, log) {
  return new Promise((settle) => {
    let url = /** @type {string | undefined} */ (undefined);
    const found = (/** @type {{ url?: string, controlUrl?: string, problem: string }} */ where) => {
      clearTimeout(late);
      settle(where);
    };
    const late = setTimeout(() => found({ problem: `did not say where it is within ${timeout} ms` }), timeout);
    const hear = (/** @type {string} */ line) => {
      said.push(line);
      if (said.length > MOST_LINES) said.shift();
      if (log) process.stderr.write(`${line}\n`);
      url ??= line.match(/ is ready at (https?:\/\/\S+)/)?.[1];
      const control = line.match(/^ *Control API +(https?:\/\/\S+)\/_execmock\//)?.[1];
      if (url && control) found({ url, controlUrl: control, problem: "" });
    };
    createInterface({ input: child.stdout }).on("line", hear);
    createInterface({ input: child.stderr }).on("line", hear);
    child.once("close", (code) => found({ problem: `ended with ${code}` }));
    child.once("error", (error) => found({ problem: `could not be started: ${error.message}` }));
    child.stdin.on("error", () => {}); // it had ended already
  });
}

/** @param {readonly string[]} said */
function isMissing(said) {
  return said.some((line) => /^(ENOENT|EACCES): |No module named '?execmock/.test(line));
}

/** @param {string} flag @param {readonly string[]} args */
function valueOf(flag, args) {
  const at = args.findIndex((arg) => arg === flag || arg.startsWith(`${flag}=`));
  if (at < 0) return undefined;
  return args[at] === flag ? args[at + 1] : args[at].slice(flag.length + 1);
}
