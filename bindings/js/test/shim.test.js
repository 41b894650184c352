// The command `lookalike` that the package brings.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import test from "node:test";
import { findProgram } from "lookalike-glance";

const manifest = createRequire(import.meta.url).resolve("lookalike-glance/package.json");
const shim = join(dirname(manifest), "bin", "lookalike.js");

test("the shim runs the program of the package for this platform", () => {
  const done = spawnSync(process.execPath, [shim, "--version"], { encoding: "utf8" });
  assert.equal(done.status, 0);
  assert.match(done.stdout, new RegExp(JSON.parse(readFileSync(manifest, "utf8")).version));
});

test("the shim ends with the status of the program", () => {
  const done = spawnSync(process.execPath, [shim, "--nonsense"], { encoding: "utf8" });
  assert.equal(done.status, 2);
  assert.match(done.stderr, /--nonsense/);
});

test("a signal to the shim stops the server", async () => {
  const args = [shim, "serve", "--ephemeral", "--listen", "127.0.0.1:0"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "exit");
  let text = "";
  for await (const chunk of child.stdout) {
    text += chunk;
    if (/ready at/.test(text)) break;
  }
  const url = /ready at (http:\S+)/.exec(text)[1];
  child.kill("SIGTERM");
  assert.deepEqual(await ended, [0, null]);
  await assert.rejects(fetch(url));
});

test("the program that is found can be run", () => {
  assert.equal(spawnSync(findProgram(), ["--version"]).status, 0);
});
