/// <reference lib="esnext.disposable" />

/** A flag of the short form: on, off, or what is particular to it. */
export type Flag = boolean | Record<string, unknown>;

/** How to start a mock. */
export interface StartOptions {
  /**
   * The flags to start with, and to go back to by `reset`: names with `true`, `false` or more,
   * an answer of the Client API, an export of Unleash; or the name of a file with one of these.
   */
  flags?: Record<string, Flag> | string;
  /** More arguments of `unleash-mock serve`, such as `["--seed", "seed.yaml"]`. */
  args?: string[];
  /**
   * More environment variables. Those of this program that configure a mock, such as
   * `UNLEASH_URL` and `HTTP_PORT`, are not passed on.
   */
  env?: Record<string, string>;
  /** How long a start may take, in milliseconds; 10,000 by default. */
  timeout?: number;
}

/** API tokens of the built-in seed. With a seed of your own they are known only if it has them. */
export interface Tokens {
  readonly admin: string;
  /** For SDKs of servers. */
  readonly backend: string;
  /** For SDKs of browsers. */
  readonly frontend: string;
}

/** A variant: its name, or what it carries with it. */
export type Variant = string | { name: string; payload?: { type: "string" | "json" | "csv" | "number"; value: string } };

/** What to set of a flag. */
export interface FlagSetting {
  enabled?: boolean;
  /** The variant that every context gets; it switches the flag on unless `enabled` is false. */
  variant?: Variant;
  /** Only switch the flag, and leave its strategies as they are. */
  keepStrategies?: boolean;
}

/** A delay in Go's notation, such as `"250ms"`, or a distribution of delays. */
export type Delay =
  | string
  | { distribution: "uniform"; min: string; max: string }
  | { distribution: "normal"; mean: string; stdDev: string }
  | { distribution: "lognormal"; median: string; sigma: number };

/** Which requests fail, and how. */
export interface Failure {
  /** An operationId of the contract, or several; by default every operation. */
  operation?: string | string[];
  /** The status, 500 by default; the body is that of a real Unleash. */
  status?: number;
  /** How many requests; by default all. */
  times?: number;
  delay?: Delay;
  /** A fault of the connection or the body, in the place of a status. */
  fault?: "reset" | "truncate" | "slow" | "malformed";
}

/** A failure that is in force. */
export interface ActiveFailure {
  readonly id: string;
  /** How many requests have failed by it. */
  hits(): Promise<number>;
  /** Ends it. */
  drop(): Promise<void>;
}

/** Which exchanges to pick. What is not given picks all. */
export interface Filter {
  /** An operationId. */
  operation?: string;
  /** An HTTP method, in capitals. */
  method?: string;
  /** A path without query and workspace; a `*` in it stands for anything. */
  path?: string;
  /** A status, such as 404, or a class, such as "4xx". */
  status?: number | string;
  /** Only exchanges with a violation, or only those without. */
  violation?: boolean;
  /** Only exchanges after the one with this id. */
  after?: number;
}

/** One half of an exchange, secrets masked. */
export interface Message {
  headers: { name: string; value: string }[];
  /** Text, up to 16 KiB. */
  body: string;
  /** The length of the whole body in bytes. */
  size: number;
  truncated: boolean;
}

/** One way in which an exchange broke the contract. */
export interface Violation {
  direction: "request" | "response";
  outcome: "refused" | "accepted" | "replaced" | "forced";
  /** The place: `body` and `/name`, for instance. */
  in: string;
  pointer: string;
  reason: string;
  [more: string]: unknown;
}

/** A request and its answer. */
export interface Exchange {
  id: number;
  /** When it began, in ISO 8601. */
  time: string;
  durationMs: number;
  method: string;
  /** Path and query as they were sent, without the workspace. */
  target: string;
  /** Null for what is no operation of the contract. */
  operationId: string | null;
  /** 0 if the connection was reset. */
  status: number;
  /** Whose token it was, without the token. */
  caller: string;
  /** The rule that changed the answer. */
  rule: string | null;
  request: Message;
  response: Message;
  violations: Violation[];
}

/** A mock, or a workspace of one. Methods reject if the mock refuses, with its reason. */
export interface Mock {
  /** Where it is reached, without a slash at the end. SDKs of servers take `${url}/api`, those of browsers `${url}/api/frontend`. */
  readonly url: string;
  readonly tokens: Tokens;
  /** Switches a flag for every context, and makes it if there is none. */
  setFlag(name: string, setting: boolean | FlagSetting): Promise<void>;
  /** Puts flags in the place of all that there are. */
  setFlags(flags: Record<string, Flag>): Promise<void>;
  /** Makes requests fail; without an argument all, with 500. Requests without a valid token get their 401 all the same. */
  fail(failure?: Failure): Promise<ActiveFailure>;
  /** The newest exchanges that match, up to 1000, oldest first. */
  requests(filter?: Filter): Promise<Exchange[]>;
  /** Waits until `count` exchanges match, those that are there included; 5,000 ms at most by default. */
  waitForRequests(count: number, filter?: Filter, timeout?: number): Promise<Exchange[]>;
  /** How the contract was broken, oldest first. */
  violations(): Promise<Violation[]>;
  /** Goes back to the start: flags, state, failures and clock; the journal is empty. */
  reset(): Promise<void>;
  /** An instance of its own on the same mock: state, flags, failures and journal. It is cheaper than another mock. */
  workspace(name: string): Mock;
  /** Stops the mock with all of its workspaces. A second call does nothing. */
  stop(): Promise<void>;
  /** The same, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a mock on a free port of the loopback address. It does not outlive this program. */
export function startMock(options?: StartOptions): Promise<Mock>;
