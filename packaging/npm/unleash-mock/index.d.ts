/// <reference lib="esnext.disposable" />

/** A flag in the short form: on, off, or an object with its details. */
export type Flag = boolean | Record<string, unknown>;

/** Flags by name, or an answer of the Client API or an export of Unleash, which list them as `features`, or the Node SDK's `bootstrap.data`. */
export type Flags = Record<string, Flag> | { features: readonly object[]; [more: string]: unknown } | readonly object[];

/** How to start a mock. */
export interface StartOptions {
  /** The flags to start with, to which `reset` returns, or the name of a file that has them. */
  flags?: Flags | string;
  /** More arguments for `unleash-mock serve`, such as `["--seed", "seed.yaml"]` or `["--port", "4242"]`. */
  args?: string[];
  /**
   * More environment variables. Variables of this program that would configure a mock, such as
   * `UNLEASH_URL` and `HTTP_PORT`, are not passed on. A mock with `UNLEASH_MOCK_CONTROL_TOKEN`
   * gets that token from all methods.
   */
  env?: Record<string, string>;
  /** How long the mock may take to start, in milliseconds; 10,000 by default. */
  timeout?: number;
}

/** API tokens of the built-in seed. With a seed of your own, they work only if it contains them. */
export interface Tokens {
  readonly admin: string;
  /** For server SDKs. */
  readonly backend: string;
  /** For browser SDKs. */
  readonly frontend: string;
}

/** A variant: its name, or its name with a payload. */
export type Variant = string | { name: string; payload?: { type: "string" | "json" | "csv" | "number"; value: string } };

/** What to change about a flag. */
export interface FlagSetting {
  enabled?: boolean;
  /** The variant that every context gets; it switches the flag on unless `enabled` is false. */
  variant?: Variant;
  /** Only switch the flag, and leave its strategies as they are. */
  keepStrategies?: boolean;
}

/** A delay in milliseconds, or in Go's notation, such as `"1.5s"`, or a distribution of delays. */
export type Delay =
  | number
  | string
  | { distribution: "uniform"; min: string; max: string }
  | { distribution: "normal"; mean: string; stdDev: string }
  | { distribution: "lognormal"; median: string; sigma: number };

/** Which requests are affected. */
export interface Affected {
  /** An operationId of the contract, or several; by default every operation. */
  operation?: string | string[];
  /** A path as it was sent, without query and workspace; `*` matches anything. */
  path?: string;
  /** Parameters of the query and their values; `*` matches anything. */
  query?: Record<string, string>;
  /** How many requests; by default all. */
  times?: number;
}

/** Which requests fail, and how. */
export interface Failure extends Affected {
  /** The status, 500 by default; the body is that of a real Unleash. With a `fault`, the operation itself answers by default; `reset` has no answer. */
  status?: number;
  delay?: Delay;
  /** A fault of the connection or the body. */
  fault?: "reset" | "truncate" | "slow" | "malformed";
}

/** A failure or a delay that is active. */
export interface ActiveFailure {
  readonly id: string;
  /** How many requests it has affected. */
  hits(): Promise<number>;
  /** Ends it, unless `reset` has. */
  drop(): Promise<void>;
}

/** Which exchanges to select. A property that is missing selects all. */
export interface Filter {
  /** An operationId. */
  operation?: string;
  /** An HTTP method, in capitals. */
  method?: string;
  /** A path as it was sent, without query and workspace; `*` matches anything. */
  path?: string;
  /** A status, such as 404, or a class, such as "4xx". */
  status?: number | string;
  /** Only exchanges with a violation, or only those without. */
  violation?: boolean;
  /** Only exchanges after the one with this id. */
  after?: number;
}

/** The request or the response of an exchange, with secrets masked. */
export interface Message {
  headers: { name: string; value: string }[];
  /** The body as text, up to 16 KiB. */
  body: string;
  /** The length of the whole body, in bytes. */
  size: number;
  /** How many bytes were sent, if the body had a content encoding. */
  wireSize?: number;
  truncated: boolean;
}

/** One way in which an exchange broke the contract. */
export interface Violation {
  direction: "request" | "response";
  outcome: "refused" | "accepted" | "replaced" | "forced" | "passed";
  /** Where it is, together with `pointer`: `body` and `/name`, for example. */
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
  /** The host that the client asked for. */
  host: string;
  /** Path and query as they were sent, without the workspace. */
  target: string;
  /** Null if the request is not to an operation of the contract. */
  operationId: string | null;
  /** 0 if the connection was reset. */
  status: number;
  /** Whose token it was; the token itself is not included. */
  caller: string;
  /** The rule that changed the answer. */
  rule: string | null;
  request: Message;
  response: Message;
  violations: Violation[];
}

/** A mock, or a workspace of one. If the mock refuses a call, the method rejects with the mock's reason. */
export interface Mock {
  /** The mock's URL, without a trailing slash. Server SDKs take `${url}/api`, browser SDKs `${url}/api/frontend`. */
  readonly url: string;
  readonly tokens: Tokens;
  /** Sets a flag for every context, and creates it if it does not exist. */
  setFlag(name: string, setting: boolean | FlagSetting): Promise<void>;
  /** Replaces all flags. */
  setFlags(flags: Flags): Promise<void>;
  /** Makes requests fail; without an argument, all of them with 500. Requests without a valid token still get a 401. */
  fail(failure?: Failure): Promise<ActiveFailure>;
  /** Makes requests late, by default all of them; they are answered as usual. */
  delay(delay: Delay, affected?: Affected): Promise<ActiveFailure>;
  /** Returns the newest exchanges that match, up to 1000, oldest first. The journal keeps 500 unless `args` has `--journal-size`. */
  requests(filter?: Filter): Promise<Exchange[]>;
  /** Waits until `count` exchanges match, including earlier ones; by default for at most 5,000 ms. */
  waitForRequests(count: number, filter?: Filter, timeout?: number): Promise<Exchange[]>;
  /** Returns how the contract was broken, oldest first. */
  violations(): Promise<Violation[]>;
  /** Returns flags, state, failures and clock to how they were at the start, and empties the journal. */
  reset(): Promise<void>;
  /** Returns a separate instance on the same mock, with its own state, flags, failures and journal. It is cheaper than another mock. */
  workspace(name: string): Mock;
  /** Stops the mock and all its workspaces. A second call does nothing. */
  stop(): Promise<void>;
  /** Does the same as `stop`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a mock, by default on a free port of the loopback address. It does not outlive this program. */
export function startMock(options?: StartOptions): Promise<Mock>;
