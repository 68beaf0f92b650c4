"use strict";

const { spawn } = require("node:child_process");
const { mkdtempSync, rmSync, writeFileSync } = require("node:fs");
const http = require("node:http");
const https = require("node:https");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { program } = require("./platforms.cjs");

// index.d.ts documents the API; this file does not repeat it.

/** Tokens of the built-in seed. */
const tokens = Object.freeze({
  admin: "*:*.unleash-insecure-admin-api-token",
  backend: "default:development.unleash-insecure-api-token",
  frontend: "default:development.unleash-insecure-frontend-api-token",
});

/** How much of a mock's output is kept, in characters. */
const maxSaid = 64 * 1024;

async function startMock(options = {}) {
  const { flags, args = [], env = {}, timeout = 10_000 } = only("startMock", options, ["flags", "args", "env", "timeout"], "; flags of serve go into args, such as [\"--port\", \"4242\"]");
  if (!Array.isArray(args)) {
    throw new TypeError('args of startMock is a list, such as ["--port", "4242"]');
  }
  if (flags && typeof flags !== "string") {
    checkFlags("flags of startMock is", flags, ", or the name of a file");
  }
  const running = { said: "", token: env.UNLEASH_MOCK_CONTROL_TOKEN };
  const folder = typeof flags === "object" ? mkdtempSync(join(tmpdir(), "unleash-mock-")) : undefined;
  try {
    const root = await start(running, [...flagsArguments(flags, folder), ...args], env, timeout);
    return new Mock(running, root);
  } catch (error) {
    await stop(running);
    throw error;
  } finally {
    if (folder !== undefined) {
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 }); // now, as this program may end without stopping the mock
    }
  }
}

/** Returns the options, and throws if one is unknown: a misspelt option would be ignored. */
function only(what, options, names, hint = "") {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`${what} takes its options in an object, with ${names.join(", ")}`);
  }
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`${what} has no option ${JSON.stringify(unknown)}, only ${names.join(", ")}${hint}`);
  }
  return options;
}

/** Throws if these are no flags; the mock judges their details. */
function checkFlags(what, flags, hint = "") {
  if (typeof flags !== "object" || flags === null) {
    throw new TypeError(`${what} an object, such as { checkout: true }${hint}`);
  }
}

/** Throws if a name is none, or one that a URL would lose, so that a call would mean something else. */
function checkName(what, name) {
  if (name === undefined || name === null || ["", ".", ".."].includes(name)) {
    throw new TypeError(`${JSON.stringify(name)} is not a valid ${what} name`);
  }
}

/** Returns the arguments for flags, which are in a file or are written to one. */
function flagsArguments(flags, folder) {
  if (!flags) {
    return [];
  }
  if (typeof flags === "string") {
    return ["--flags", flags];
  }
  const file = join(folder, "flags.json");
  writeFileSync(file, JSON.stringify(flags));
  return ["--flags", file];
}

/** Starts a mock, and returns its URL once it listens. */
async function start(running, args, env, timeout) {
  const child = spawn(program(), ["serve", "--stop-with-stdin", "--log-level", "warn", ...args], {
    env: { ...cleanEnvironment(), HTTP_HOST: "127.0.0.1", HTTP_PORT: "0", ...env },
    stdio: ["pipe", "pipe", "pipe"],
    windowsHide: true,
  });
  running.child = child;
  running.ended = new Promise((resolve) => {
    child.once("close", (code, signal) => {
      running.how = signal ?? `exit code ${code}`;
      resolve();
    });
  });
  child.stdin.on("error", () => {}); // the mock may have ended
  child.stderr.setEncoding("utf8").on("data", (text) => {
    running.said = (running.said + text).slice(-maxSaid);
  });
  const root = await address(running, timeout);
  for (const held of [child, child.stdin, child.stdout, child.stderr]) {
    held.unref?.(); // a mock does not keep the program from ending, and ends with it; not all streams of Bun have it
  }
  return root;
}

/** Returns the environment without variables that configure a mock, so that tests run the same everywhere. */
function cleanEnvironment() {
  const configures = /^(UNLEASH_|INIT_|HTTP_HOST$|HTTP_PORT$|BASE_URI_PATH$|LOG_LEVEL$|(SIGNAL_ENDPOINT|CLIENT_METRICS|REGISTER_CLIENT)_RATE_LIMIT_)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !configures.test(name)));
}

/** Resolves to the URL of a mock once it listens. */
function address(running, timeout) {
  const { child } = running;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the mock did not start within ${timeout} ms`)), timeout);
    const failed = (why) => {
      clearTimeout(timer);
      reject(new Error(`the mock did not start: ${why}`));
    };
    child.once("error", (error) => failed(error.message));
    running.ended.then(() => failed(running.said.trim() || running.how));
    let head = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      head = (head + text).slice(0, maxSaid);
      const found = / listens on (\S+)\n/.exec(head);
      if (found) {
        clearTimeout(timer);
        resolve(found[1]);
      }
    });
  });
}

/** Ends a mock, and waits until it has ended. */
async function stop({ child, ended }) {
  if (child?.pid !== undefined) {
    child.stdin.end();
    const late = setTimeout(() => child.kill("SIGKILL"), 10_000); // the timer also keeps this program alive until the mock has ended
    await ended;
    clearTimeout(late);
  }
}

/** Returns the mock's reason for refusing a call, from the body of its answer. */
function reason(text) {
  try {
    return JSON.parse(text).details.map(({ message }) => message).join(" ");
  } catch {
    return text; // whatever is in front of the mock may answer, too
  }
}

class Mock {
  #running;
  #root;

  constructor(running, root, workspace) {
    this.#running = running;
    this.#root = root;
    this.url = workspace === undefined ? root : `${root}/w/${encodeURIComponent(workspace)}`;
    this.tokens = tokens;
  }

  workspace(name) {
    checkName("workspace", name);
    return new Mock(this.#running, this.#root, name);
  }

  async setFlag(name, setting) {
    checkName("flag", name);
    if (typeof setting !== "boolean" && (typeof setting !== "object" || setting === null)) {
      throw new TypeError('setFlag takes true, false or an object, such as { variant: "blue" }');
    }
    const body = typeof setting === "boolean" ? { enabled: setting } : setting;
    await this.#control("PATCH", `flags/${encodeURIComponent(name)}`, body);
  }

  async setFlags(flags) {
    checkFlags("setFlags takes", flags);
    await this.#control("PUT", "flags", flags);
  }

  async fail(options = {}) {
    const { fault, status = fault === undefined ? 500 : undefined, ...where } = only("fail", options, ["operation", "path", "query", "status", "times", "delay", "fault"]);
    if (fault === "reset" && status !== undefined) {
      throw new TypeError("fail takes no status with the fault reset, which has no answer");
    }
    return this.#rule({ fault, answer: status === undefined ? undefined : { status } }, where);
  }

  async delay(delay, options = {}) {
    return this.#rule({}, { ...only("delay", options, ["operation", "path", "query", "times"]), delay });
  }

  async #rule(rule, { operation, path, query, times, delay }) {
    rule.match = { operations: operation === undefined ? undefined : [operation].flat(), path, query };
    const { id } = await this.#control("POST", "rules", { ...rule, times, delay: typeof delay === "number" ? `${delay}ms` : delay });
    return {
      id,
      hits: async () => (await this.#control("GET", `rules/${id}`)).hits,
      drop: async () => {
        await this.#control("DELETE", `rules/${id}`).catch((error) => {
          if (error.status !== 404) { // a reset may have dropped it
            throw error;
          }
        });
      },
    };
  }

  async requests(filter = {}) {
    const { requests } = await this.#requests("requests", filter);
    return requests;
  }

  async waitForRequests(count, filter = {}, timeout = 5_000) {
    if (typeof count !== "number") {
      throw new TypeError("waitForRequests takes a number of requests first, such as 2");
    }
    const { requests, matched, complete } = await this.#requests("waitForRequests", filter, { count, wait: `${timeout}ms` });
    if (!complete) {
      throw new Error(`within ${timeout} ms the mock got ${matched} of ${count} requests that match ${JSON.stringify(filter)}`);
    }
    return requests;
  }

  async violations() {
    const { violations } = await this.#control("GET", "violations");
    return violations;
  }

  async reset() {
    await this.#control("POST", "reset");
  }

  async stop() {
    await stop(this.#running);
  }

  async #requests(what, filter, wait) {
    const query = { ...only(what, filter, ["operation", "method", "path", "status", "violation", "after"]), ...wait };
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const parameters = new URLSearchParams(given.map(([name, value]) => [name === "operation" ? "operationId" : name, String(value)]));
    const page = await this.#control("GET", `requests?limit=1000&${parameters}`); // the newest, newest first
    page.requests.reverse();
    return page;
  }

  /** Calls the control API. It does not use fetch, which tests and their environments replace. */
  #control(method, path, body) {
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const headers = sent === undefined ? {} : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(sent) };
    if (this.#running.token !== undefined) {
      headers.Authorization = `Bearer ${this.#running.token}`;
    }
    return new Promise((resolve, reject) => {
      const { request: ask } = this.url.startsWith("https:") ? https : http; // the mock makes its own certificate
      const request = ask(`${this.url}/_mock/${path}`, { method, headers, agent: false, rejectUnauthorized: false }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (piece) => {
          text += piece;
        });
        response.on("error", reject);
        response.on("end", () => {
          if (response.statusCode >= 300) {
            const refusal = new Error(`the mock refused ${method} /_mock/${path}: ${response.statusCode} ${reason(text)}`);
            reject(Object.assign(refusal, { status: response.statusCode }));
            return;
          }
          resolve(text === "" ? undefined : JSON.parse(text));
        });
      });
      request.on("error", (error) => {
        const { how, said } = this.#running;
        const why = how === undefined ? error.message : `it has ended (${how})`;
        reject(new Error(`the mock does not answer: ${why}${said && `; it said: ${said.trim()}`}`));
      });
      request.end(sent);
    });
  }
}

if (Symbol.asyncDispose) {
  Mock.prototype[Symbol.asyncDispose] = Mock.prototype.stop;
}

module.exports = { startMock };
