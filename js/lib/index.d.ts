/** Start `execmock serve` on a free port; it ends with this process, however that ends. */
export function start(options?: StartOptions): Promise<Server>;

/** Reach a server that runs, by its address such as http://127.0.0.1:4010. */
export function attach(url: string, options?: AttachOptions): Promise<Server>;

export interface StartOptions {
  /**
   * The program, or the program and its first arguments. By default what the variable EXECMOCK names, else
   * `execmock`, else `python3 -m execmock` or `python -m execmock`, whichever is there.
   */
  command?: string | readonly string[];
  /** More for `execmock serve`, such as ["--scenarios", "approvals"]; a free port unless --port is among them. */
  args?: readonly string[];
  cwd?: string;
  /** Variables of its environment besides those of this process. */
  env?: Record<string, string>;
  /** Milliseconds within which it must be ready; 30,000 by default. */
  timeout?: number;
  /** Whether to pass on what it prints, to standard error. */
  log?: boolean;
}

export interface AttachOptions {
  /** Where the control API is, if not at the same address (`--control-port`). */
  controlUrl?: string;
  /** What the server's `--control-key` is. */
  controlKey?: string;
  /** The certificate, in PEM, of an https server that no authority vouches for. */
  ca?: string;
}

/** A server, which may serve any number of tests at once, each in a sandbox. */
export interface Server {
  /** Where the API is served, without a slash at the end. */
  readonly url: string;
  /** Where the control API is served; mostly the same. */
  readonly controlUrl: string;
  readonly controlKey: string | undefined;
  health(): Promise<Health>;
  /** Make a sandbox: a key, a clock, executions, scenarios and a journal of its own. */
  sandbox(options?: SandboxOptions): Promise<Sandbox>;
  /** End a server that was started; one that was reached runs on. */
  close(): Promise<void>;
}

export interface SandboxOptions {
  /** What executions go through that name or bind no other: a name, YAML text, or an object. */
  scenario?: ScenarioLike;
  /** What it begins with: a shipped world's name, YAML text, or an object. */
  world?: WorldLike;
  name?: string;
  key?: string;
  /** How fast its clock runs; 60 makes an hour of a minute. */
  speed?: number;
  /** Whether its clock stands still until it is advanced. */
  frozen?: boolean;
  /** The clock's first instant; now by default. */
  start?: string | Date;
  /** Makes outcomes the same in every run; with `start` and `name` ids and tokens too. */
  seed?: number;
  /** Properties of create requests whose values decide, with the seed, what chances and ranges give. */
  drawBy?: readonly string[];
  /** Requests that its journal keeps. */
  journalSize?: number;
  /** Whether its journal keeps the bodies of answers too. */
  journalAnswers?: boolean;
  /** Zone of the embed operation's local times. */
  timezone?: string;
  /** What goes wrong on purpose: faults as objects, YAML text or a shipped file's name. */
  faults?: FaultLike;
  /** Whether a test that would have passed fails when its client broke the contract (see `checkClient`). */
  strictClient?: boolean;
  /** In a strict test, allow names that the contract does not know, but nearly. */
  allowMisspelt?: boolean;
}

/** A world of a test's own. What a method refuses is a MockError that says why. */
export interface Sandbox {
  readonly url: string;
  readonly name: string;
  /** The bearer key that opens it. */
  readonly key: string;
  readonly headers: { Authorization: string };
  readonly clock: Clock;
  readonly requests: Requests;
  /** Create an execution as a client would, of a workflow; more of the create's properties go into `fields`. */
  create(workflowId: string, fields?: Record<string, unknown>): Promise<Created>;
  /** Let what follows go through a scenario, unless a request names or binds another; null unsets it. */
  scenario(scenario: ScenarioLike | null): Promise<void>;
  /** Let requests of this sandbox name a scenario, or bind it; returns its name. */
  addScenario(scenario: ScenarioLike): Promise<string>;
  /** Take back a scenario that was added; running executions keep it. */
  deleteScenario(name: string): Promise<void>;
  /** Start from a world; what was here goes, the key stays. */
  world(world: WorldLike): Promise<void>;
  /** Send a signal to an execution whose present step waits for it. */
  signal(execution: ExecutionLike, signal: string, payload?: unknown): Promise<Execution>;
  /** Lead an execution to a status or step at once. */
  jump(execution: ExecutionLike, to: string): Promise<Execution>;
  /** Wait until an execution has reached a status or step; `timeout` is milliseconds of real time, 10,000 by default. */
  wait(execution: ExecutionLike, status: string, options?: { timeout?: number }): Promise<Execution>;
  /** Where an execution stands. To look is no read by the client: it moves nothing that waits to be polled. */
  execution(execution: ExecutionLike): Promise<Execution>;
  /** Those that a filter admits, newest first, at most 50 unless `limit` says otherwise; without history. */
  executions(filter?: ExecutionFilter): Promise<Execution[]>;
  /** The token that opens an execution's public view. */
  clientToken(execution: ExecutionLike): Promise<string>;
  /** Let something go wrong on purpose: faults as objects, YAML text or a shipped file's name; returns them. */
  fault(fault: FaultLike): Promise<Fault[]>;
  /** The faults in their order, with how often each struck. */
  faults(): Promise<Fault[]>;
  /** What the faults, or others as objects, will do to requests, without sending or counting any. */
  previewFaults(requests: PlannedRequest[], faults?: Record<string, unknown> | Record<string, unknown>[]): Promise<PreviewedRequest[]>;
  deleteFault(name: string): Promise<void>;
  clearFaults(): Promise<void>;
  /** That a fault struck so often, by default at least once. */
  assertFaultStruck(name: string, expected?: Bounds): Promise<void>;
  /** Forget executions and requests, or go back to the world it was started from unless it is to be `empty`. */
  reset(options?: { empty?: boolean }): Promise<void>;
  /** All that is in it as one document, as secret as a key. */
  snapshot(): Promise<object>;
  restore(snapshot: object): Promise<void>;
  /** What clients met of the contract in the sandbox, or in `all` of the server; as a file, `execmock coverage` reads it. */
  coverage(options?: { all?: boolean }): Promise<Coverage>;
  /** What happened, for the reader of a test that failed. */
  report(): Promise<{ requests: string; timelines: string }>;
  /** With `strictClient`, fail if a request broke the contract; the fixtures call it after a test. */
  checkClient(): Promise<void>;
  /** Forget the sandbox and all that is in it. */
  close(): Promise<void>;
}

/** What clients met: each unit by its kind and names, how often, and what shows one that was never met. */
export interface Coverage {
  format: "execmock-coverage";
  version: 1;
  units: {
    kind: "answer" | "example" | "status" | "transition" | "branch" | "fault";
    names: string[];
    declared: boolean;
    met: number;
    unseen: number;
    way?: string;
  }[];
  leftOut: number;
}

/** A sandbox's clock. When an advance returns, everything that fell due has happened. It never goes back. */
export interface Clock {
  now(): Promise<Date>;
  state(): Promise<ClockState>;
  freeze(): Promise<ClockState>;
  /** Run on at the speed it had before. */
  unfreeze(): Promise<ClockState>;
  /** Run so many times as fast as real time; a frozen clock runs again. */
  speed(speed: number): Promise<ClockState>;
  /** Let a duration pass at once, such as "5s" or "1h30m". */
  advance(by: string): Promise<ClockState>;
  advanceTo(instant: string | Date): Promise<ClockState>;
  /** Let pass what it takes an execution to reach a status or step by time alone. */
  advanceUntil(execution: ExecutionLike, status: string): Promise<ClockState>;
}

/** The requests that came for a sandbox. An assertion that fails shows what came nearest. */
export interface Requests {
  /** Those that are kept, oldest first. */
  all(): Promise<JournalEntry[]>;
  /** Those before them, counted by kind. */
  dropped(): Promise<RequestCount[]>;
  filter(operation?: string, meant?: Meant): Promise<JournalEntry[]>;
  count(operation?: string, meant?: Meant): Promise<number>;
  /** That it came so often, by default at least once; returns the requests. */
  assertCalled(operation?: string, expected?: Meant & Bounds): Promise<JournalEntry[]>;
  assertNotCalled(operation?: string, meant?: Meant): Promise<void>;
  /** That they came in this order; others may have come in between. */
  assertSequence(...steps: Step[]): Promise<JournalEntry[]>;
  /** That nothing came which no step means. */
  assertNothingElse(...expected: Step[]): Promise<void>;
  /** That no request broke the contract. */
  assertNoViolations(): Promise<void>;
  /** The requests that break the contract. */
  violations(): Promise<JournalEntry[]>;
  /** The requests with names that the contract does not know, but nearly. */
  misspelt(): Promise<JournalEntry[]>;
  clear(): Promise<void>;
}

/** What is said of a request besides its operation. */
export interface Meant {
  method?: string;
  path?: string;
  status?: number;
  execution?: string;
  /** Of an object the named properties count, all else must be the same. */
  body?: unknown;
  /** The named ones count; null: it must not be there. */
  headers?: Record<string, string | null>;
  /** The named ones count; null: it must not be there, an array: all its values in order. */
  query?: Record<string, string | number | boolean | readonly (string | number)[] | null>;
}

export interface Bounds {
  times?: number;
  atLeast?: number;
  atMost?: number;
}

/** An operation of the contract such as "createExecution", or an object that says more. */
export type Step = string | (Meant & { operation?: string });

export interface ExecutionFilter {
  api?: "executions" | "embed";
  status?: string;
  step?: string;
  scenario?: string;
  workflow?: string;
  /** A signal that would move them. */
  waitsFor?: string;
  limit?: number;
  offset?: number;
}

/** An id, or what has one. */
export type ExecutionLike = string | { id: string };
/** A name, YAML text, or the scenario as an object. */
export type ScenarioLike = string | Record<string, unknown>;
/** The name of a shipped world, YAML text, or the world as an object. */
export type WorldLike = string | Record<string, unknown>;
/** A fault, several, YAML text, or the name of a shipped file. */
export type FaultLike = string | Record<string, unknown> | readonly Record<string, unknown>[];

/** What a create answers; `execution` has what the contract says. */
export interface Created {
  execution: { id: string; status: string; [property: string]: any };
  clientToken: string;
  [property: string]: any;
}

export interface Health {
  status: "ok";
  version: string;
  url: string;
  auth: "strict" | "open";
}

export interface ClockState {
  now: string;
  frozen: boolean;
  speed: number;
}

export interface Visit {
  step: string;
  status: string;
  at: string;
  signal?: string;
}

/** Where an execution stands. */
export interface Execution {
  id: string;
  api: string;
  sandbox: string;
  /** The create's `workflowId`, of the embed API the workflow's key. */
  workflow: string;
  scenario: string;
  version: string;
  createdAt: string;
  status: string;
  step: string;
  /** How many reads by id have seen the present step. */
  polls: number;
  /** The signals that would move it. */
  waitsFor: string[];
  /** When time alone leads on. */
  nextAt: string | null;
  history: Visit[];
  /** What the API shows of it. */
  view?: Record<string, any>;
}

/** Something that does not fit: where, and all of it in a sentence. */
export interface Detail {
  location: string;
  message: string;
  expected?: string;
  received?: unknown;
}

/** A request and how it was answered; keys and tokens are hidden. */
export interface JournalEntry {
  number: number;
  at: string;
  method: string;
  path: string;
  query: string;
  headers: Record<string, string>;
  body: any;
  /** How many bytes of the body are not kept. */
  bodyCut: number;
  /** The answer's body, where the journal keeps answers. */
  answer?: any;
  answerCut?: number;
  status: number;
  /** Milliseconds of real time. */
  took: number;
  operation: string | null;
  execution: string | null;
  violations: Detail[];
  /** Whether it keeps the contract. */
  fits: boolean;
  misspelt: Detail[];
  warning?: string | null;
  /** The names of the faults that struck it. */
  faults: string[];
}

/** Something that goes wrong on purpose. */
export interface Fault {
  name: string;
  /** What it does, in a few words. */
  does: string;
  /** As a file of faults has it. */
  fault: Record<string, any>;
  addedAt: string | null;
  /** How many requests it was meant for. */
  seen: number;
  /** How many of them it struck. */
  struck: number;
  /** Why no request can ever meet it, where that is so. */
  neverStrikes?: string;
}

/** A request that is to be sent, as faults look at it. */
export interface PlannedRequest {
  operation: string;
  /** How often it is sent; once by default. */
  repeat?: number;
  /** How long after now: `30s`. */
  at?: string;
  path?: string;
  key?: string;
  query?: Record<string, string>;
  header?: Record<string, string>;
  body?: unknown;
  /** What the execution that it is about will be like. */
  execution?: { id?: string; workflow?: string; scenario?: string; status?: string; step?: string };
}

/** What faults will do to a request. */
export interface PreviewedRequest {
  operation: string;
  method: string;
  path: string;
  /** The names of those that strike it. */
  faults: string[];
  /** What they do to it, such as `refused-503`. */
  does: string | null;
  /** How long its answer waits, and on what. */
  waits: { fault: string; for: string; on: "real" | "clock" }[];
}

/** Requests of one kind that the journal no longer keeps. */
export interface RequestCount {
  operation: string | null;
  method: string | null;
  path: string | null;
  status: number;
  breaksContract: boolean;
  count: number;
}

/** A call that cannot be done. `status` is that of the control API's answer, 0 where none came. */
export class MockError extends Error {
  readonly status: number;
  constructor(message: string, status?: number);
}

/** What was asserted is not so. */
export class MockAssertionError extends Error {}
