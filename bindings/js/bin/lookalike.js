#!/usr/bin/env node
// Runs the program in place of this one.

import { spawn } from "node:child_process";
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findProgram } from "../src/program.js";

const here = realpathSync(fileURLToPath(import.meta.url));

let program;
try {
  program = findProgram({ besides: (path) => realpathSync(path) === here });
} catch (error) {
  console.error(`lookalike: ${error.message}`);
  process.exit(127);
}
const child = spawn(program, process.argv.slice(2), { stdio: "inherit" });
const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
for (const signal of signals) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  console.error(`lookalike: ${error.message}`);
  process.exit(126);
});
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code);
  // Whoever waits for this process is to see the same end.
  for (const name of signals) process.removeAllListeners(name);
  process.kill(process.pid, signal);
});
