// Tests the installed command and helper: arguments, streams, signals, exit codes, and that no mock
// outlives the program that started it. Run with node --test.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { startMock } from "unleash-mock";

const require = createRequire(import.meta.url);
const launcher = join(require.resolve("unleash-mock/package.json"), "../bin/unleash-mock.js");
const posix = { skip: process.platform === "win32" && "needs POSIX signals" };

test("the packages have no install scripts, and everybody can install them", () => {
  const { optionalDependencies, ...described } = require("unleash-mock/package.json");
  assert.equal(Object.keys(optionalDependencies).length, 6);
  for (const { name, scripts, version, publishConfig } of [described, require(`@unleash-mock/${process.platform}-${process.arch}/package.json`)]) {
    assert.deepEqual([scripts, version], [undefined, described.version]);
    assert.equal(publishConfig?.access, name.startsWith("@") ? "public" : undefined);
  }
});

test("npx runs the command", () => {
  const { stdout, status } = spawnSync("npx", ["--no-install", "unleash-mock", "version"], { encoding: "utf8", shell: process.platform === "win32" });
  assert.match(stdout, /^unleash-mock \S+\n$/);
  assert.equal(status, 0);
});

for (const [args, code] of [
  [["serve", "--run", "exit 7"], 7],
  [["serve", "--no-such-flag"], 2],
  [["health", "--url", "http://127.0.0.1:1"], 3],
]) {
  test(`the exit code of ${args.join(" ")}`, () => {
    assert.equal(spawnSync(process.execPath, [launcher, ...args]).status, code);
  });
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"]) {
  test(`${signal} is passed on`, posix, async () => {
    const child = spawn(process.execPath, [launcher, "serve", "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
    await said(child.stdout, "Try it");
    child.kill(signal);
    assert.deepEqual(await ended(child), [0, null]);
  });
}

test("on Windows signals are left to the console", posix, async () => {
  const folder = mkdtempSync(join(tmpdir(), "unleash-mock-test-"));
  const program = join(folder, "program");
  writeFileSync(program, `#!/usr/bin/env node
    for (const signal of ["SIGINT", "SIGHUP"]) process.on(signal, () => process.exit(1));
    process.stdin.on("data", () => setTimeout(() => process.exit(7), 100));
    console.log("ready");`, { mode: 0o755 });
  const likeWindows = `data:text/javascript,
    Object.defineProperty(process, "platform", { value: "win32" });
    for (const signal of ["SIGINT", "SIGHUP"]) process.on(signal, () => setImmediate(() => console.log("got", signal)));`;
  const child = spawn(process.execPath, ["--import", likeWindows, launcher], {
    env: { ...process.env, UNLEASH_MOCK_BINARY: program },
    stdio: ["pipe", "pipe", "inherit"],
  });
  await said(child.stdout, "ready");
  for (const signal of ["SIGINT", "SIGHUP"]) {
    child.kill(signal);
    await said(child.stdout, `got ${signal}`);
  }
  child.stdin.write("end");
  assert.deepEqual(await ended(child), [7, null]);
  rmSync(folder, { recursive: true });
});

test("the launcher ends with the signal that killed the program", posix, async () => {
  const child = spawn(process.execPath, [launcher, "serve", "--run", "kill -KILL $PPID; sleep 10"], { stdio: "ignore" });
  assert.deepEqual(await ended(child), [null, "SIGKILL"]);
});

test("a mock does not outlive a killed program", posix, async () => {
  const child = spawn(process.execPath, ["--input-type=module", "-e", `
    import { startMock } from "unleash-mock";
    console.log((await startMock()).url);
    setInterval(() => {}, 1000);`], { cwd: import.meta.dirname, stdio: ["ignore", "pipe", "inherit"] });
  const url = (await said(child.stdout, "\n")).trim();
  assert.equal((await fetch(`${url}/health`)).status, 200);
  child.kill("SIGKILL");
  await ended(child);
  await gone(url);
});

test("a mock does not keep its program running, in CommonJS", () => {
  const { status, stderr } = spawnSync(process.execPath, ["-e", `
    const { startMock } = require("unleash-mock");
    startMock().then(async (mock) => {
      await mock.setFlag("a", true);
      await mock.stop();
      await mock.stop();
      return startMock();
    }).then(() => console.error("started"));`], { cwd: import.meta.dirname, encoding: "utf8", timeout: 60_000 });
  assert.deepEqual([status, stderr], [0, "started\n"]);
});

test("a mock starts where streams cannot be left alone, as in Bun", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", `
    const processes = require("node:child_process");
    const { spawn } = processes;
    processes.spawn = (...how) => {
      const child = spawn(...how);
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.unref = undefined;
      return child;
    };
    require("unleash-mock").startMock().then((mock) => mock.stop()).then(() => console.log("stopped"));`],
    { cwd: import.meta.dirname, encoding: "utf8", timeout: 60_000 });
  assert.deepEqual([status, stdout, stderr], [0, "stopped\n", ""]);
});

test("the lines in the README work", () => {
  const [, lines] = readFileSync(process.env.README, "utf8").match(/^```js\n(const mock = await startMock[^]*?)^```$/m);
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", `
    import { startMock } from "unleash-mock";
    ${lines}
    const answer = await fetch(mock.url + "/api/frontend", { headers: { Authorization: mock.tokens.frontend } });
    console.log(await answer.text());
    await mock.stop();`], { cwd: import.meta.dirname, encoding: "utf8", timeout: 60_000 });
  assert.equal(stdout, '{"toggles":[]}\n');
});

test("a mock takes a port of one's choice", async () => {
  const free = await startMock();
  await free.stop();
  const { port } = new URL(free.url);
  for (const options of [{ args: ["--port", port] }, { env: { HTTP_PORT: port } }, { args: ["--listen", `127.0.0.1:${port}`] }]) {
    const mock = await startMock(options);
    await mock.stop();
    assert.equal(mock.url, free.url);
  }
});

test("a mock that others can reach takes its control token", async () => {
  const mock = await startMock({ env: { HTTP_HOST: "0.0.0.0", UNLEASH_MOCK_CONTROL_TOKEN: "of-this-test" } });
  try {
    await mock.workspace("other").setFlag("a", true);
    await mock.setFlags({ version: 2, features: [{ name: "b", enabled: true, strategies: [] }] });
    assert.equal((await fetch(`${mock.url}/_mock/flags`)).status, 401);
  } finally {
    await mock.stop();
  }
});

test("a misspelt option is refused", async () => {
  await assert.rejects(startMock({ flag: { a: true } }), /^TypeError: startMock has no option "flag", only flags, args, env, timeout; flags of serve go into args, such as/);
  const mock = await startMock();
  try {
    await assert.rejects(mock.fail({ operaton: "getReady" }), /^TypeError: fail has no option "operaton"/);
    assert.equal((await fetch(`${mock.url}/ready`)).status, 200);
  } finally {
    await mock.stop();
  }
});

test("a mistake is told in words", async () => {
  await assert.rejects(startMock({ args: "--port 4242" }), /^TypeError: args of startMock is a list, such as \["--port", "4242"\]$/);
  const mock = await startMock();
  try {
    for (const setting of [undefined, null, "on"]) {
      await assert.rejects(mock.setFlag("a", setting), /^TypeError: setFlag takes true, false or an object, such as \{ variant: "blue" \}$/);
    }
    const refused = {
      "startMock takes its options in an object": () => startMock(null),
      "flags of startMock is an object, such as { checkout: true }, or the name of a file": () => startMock({ flags: true }),
      "undefined is not a valid flag name": () => mock.setFlag(undefined, true),
      '"" is not a valid flag name': () => mock.setFlag("", true),
      '".." is not a valid flag name': () => mock.setFlag("..", true),
      "setFlags takes an object, such as { checkout: true }": () => mock.setFlags("flags.yaml"),
      "fail takes its options in an object": () => mock.fail("/api/frontend"),
      'requests has no option "limit", only operation, method': () => mock.requests({ limit: 1 }),
      "requests takes its options in an object": () => mock.requests("/api/frontend"),
      "waitForRequests takes a number of requests first": () => mock.waitForRequests({ path: "/ready" }),
      "waitForRequests takes its options in an object": () => mock.waitForRequests(1, 100),
    };
    for (const [says, call] of Object.entries(refused)) {
      await assert.rejects(call, (error) => error instanceof TypeError && error.message.startsWith(says), says);
    }
    await assert.rejects(mock.fail({ operation: "getFlags" }), /^Error: the mock refused POST \/_mock\/rules: 400 "getFlags" is not an operation of the API; 'unleash-mock spec operations' lists them$/);
  } finally {
    await mock.stop();
  }
});

test("a delay may be a number of milliseconds", async () => {
  const mock = await startMock();
  try {
    const late = await mock.fail({ operation: "getReady", status: 500, delay: 30 });
    const began = performance.now();
    assert.equal((await fetch(`${mock.url}/ready`)).status, 500);
    assert.ok(performance.now() - began >= 29);
    assert.equal(await late.hits(), 1);
  } finally {
    await mock.stop();
  }
});

test("a delay alone fails nothing", async () => {
  const mock = await startMock();
  try {
    const late = await mock.delay(30, { path: "/ready", times: 1 });
    const began = performance.now();
    assert.equal((await fetch(`${mock.url}/ready`)).status, 200);
    assert.ok(performance.now() - began >= 29);
    assert.equal(await late.hits(), 1);
  } finally {
    await mock.stop();
  }
});

test("a fault may come with a status", async () => {
  const mock = await startMock();
  try {
    for (const [failure, status] of [[{ fault: "malformed", status: 503 }, 503], [{ fault: "malformed" }, 200]]) {
      const { drop } = await mock.fail(failure);
      const answer = await fetch(`${mock.url}/ready`);
      assert.equal(answer.status, status);
      await assert.rejects(answer.json(), SyntaxError);
      await drop();
    }
  } finally {
    await mock.stop();
  }
});

test("a failure that a reset has ended may be dropped", async () => {
  const mock = await startMock();
  try {
    const { drop } = await mock.fail();
    await mock.reset();
    await drop();
  } finally {
    await mock.stop();
  }
});

test("a failure may be limited to a path and a query", async () => {
  const mock = await startMock();
  try {
    await mock.fail({ path: "/re*", status: 503 });
    assert.equal((await fetch(`${mock.url}/ready`)).status, 503);
    assert.equal((await fetch(`${mock.url}/health`)).status, 200);
    await mock.fail({ query: { userId: "7*" }, status: 418 });
    assert.equal((await fetch(`${mock.url}/health?userId=71`)).status, 418);
    assert.equal((await fetch(`${mock.url}/health?userId=17`)).status, 200);
  } finally {
    await mock.stop();
  }
});

test("nothing is left of a program that does not stop its mock", () => {
  const folder = mkdtempSync(join(tmpdir(), "unleash-mock-test-"));
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", `
    import { startMock } from "unleash-mock";
    await (await startMock({ flags: { a: true } })).reset();
    process.exit();`], { cwd: import.meta.dirname, encoding: "utf8", env: { ...process.env, TMPDIR: folder, TEMP: folder } });
  assert.deepEqual([stdout, stderr, readdirSync(folder)], ["", "", []]);
  rmSync(folder, { recursive: true });
});

test("a call says that the mock has ended", async () => {
  const mock = await startMock();
  await mock.stop();
  await assert.rejects(mock.setFlag("a", true), /^Error: the mock does not answer: it has ended \(exit code 0\)$/);
});

test("a workspace whose name a URL loses is refused", async () => {
  const mock = await startMock();
  try {
    for (const name of [".", "..", "", undefined]) {
      assert.throws(() => mock.workspace(name), /^TypeError: ("\.*"|undefined) is not a valid workspace name$/);
    }
  } finally {
    await mock.stop();
  }
});

// ended waits until a program ends, and returns its exit code and signal.
function ended(child) {
  return new Promise((resolve) => child.once("exit", (...how) => resolve(how)));
}

// said waits until a stream has sent a text, and returns everything up to then.
function said(stream, text) {
  return new Promise((resolve) => {
    let all = "";
    stream.setEncoding("utf8").on("data", (more) => {
      all += more;
      if (all.includes(text)) {
        resolve(all);
      }
    });
  });
}

// gone waits until nothing answers at a URL.
async function gone(url) {
  for (;;) {
    try {
      await fetch(`${url}/health`);
    } catch {
      return;
    }
  }
}
