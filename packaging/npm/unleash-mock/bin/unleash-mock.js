#!/usr/bin/env node
"use strict";

// Runs the program for this platform, and passes on arguments, streams, signals and the exit code.

const { spawn } = require("node:child_process");
const { constants } = require("node:os");
const { program } = require("../platforms.cjs");

function fail(message) {
  console.error(`unleash-mock: ${message}`);
  process.exit(3);
}

let file;
try {
  file = program();
} catch (error) {
  fail(error.message);
}
const child = spawn(file, process.argv.slice(2), { stdio: "inherit", windowsHide: true });
// On Windows a console sends these to the program itself, and kill would end it at once.
const windows = process.platform === "win32";
const signals = windows ? ["SIGINT", "SIGBREAK", "SIGHUP"] : ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];
for (const signal of signals) {
  process.on(signal, () => windows || child.kill(signal));
}
child.on("error", (error) => fail(`${file} does not start: ${error.message}`));
child.on("exit", (code, signal) => {
  if (signal === null) {
    process.exit(code);
  }
  for (const passed of signals) {
    process.removeAllListeners(passed);
  }
  process.kill(process.pid, signal);
  setTimeout(() => process.exit(128 + constants.signals[signal]), 1000); // in case the signal does not end this process
});
