// Starts the program.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "./client.js";
import { findProgram } from "./program.js";

const STARTUP_MS = 30_000;

// The script of a shell that runs the program, and stops it and removes its directory when the other end of standard input is
// closed: by stop(), or because the process that started it has ended, in whatever way.
const GUARD = `dir=$1
shift
{
	sh -c 'echo $$ >"$0/pid"; exec "$@"' "$dir" "$@" </dev/null >"$dir/log" 2>&1
	: >"$dir/ended"
} &
trap '' INT TERM HUP
read -r _
until [ -s "$dir/pid" ] || [ -e "$dir/ended" ]; do sleep 0.01; done
kill "$(cat "$dir/pid")" 2>/dev/null
wait
rm -rf "$dir"`;

// What would lead the program elsewhere than the process that starts it looks.
const LEFT_OUT = ["LISTEN", "PORT_FILE", "DATA", "EPHEMERAL", "URL"];

function environment() {
  const kept = { ...process.env };
  for (const name of LEFT_OUT) delete kept[`LOOKALIKE_${name}`];
  return kept;
}

function read(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/** A program that this process started. It ends with this process at the latest. */
export class Server {
  #shell;
  #folder;
  #ended;

  constructor(program, args) {
    this.#folder = mkdtempSync(join(tmpdir(), "lookalike-js-"));
    const serve = ["serve", "--ephemeral", "--listen", "127.0.0.1:0", "--port-file", join(this.#folder, "port"), ...args];
    this.#shell = spawn("/bin/sh", ["-c", GUARD, "sh", this.#folder, program, ...serve], {
      env: environment(),
      stdio: ["pipe", "ignore", "ignore"],
    });
    this.#ended = once(this.#shell, "exit");
    // Neither keeps a process running that has nothing else to do.
    this.#shell.unref();
    this.#shell.stdin.unref();
  }

  /** Waits until the server answers. */
  async ready() {
    const limit = Date.now() + STARTUP_MS;
    for (let pause = 1; ; pause = Math.min(2 * pause, 50)) {
      const port = read(join(this.#folder, "port")).trim();
      if (port && (await this.#answers(port))) return this;
      const gone = existsSync(join(this.#folder, "ended"));
      if (gone || Date.now() > limit) {
        const why = gone ? "the program ended before it answered" : "the program did not answer";
        const log = this.log();
        await this.stop();
        throw new Error(`lookalike: ${why}\n${log}`);
      }
      await sleep(pause);
    }
  }

  async #answers(port) {
    this.url = `http://127.0.0.1:${port}`;
    const response = await fetch(`${this.url}/_lookalike/health`).catch(() => undefined);
    return response?.ok ?? false;
  }

  get control() {
    return new Client(this.url);
  }

  log() {
    return read(join(this.#folder, "log"));
  }

  async stop() {
    this.#shell.ref();
    this.#shell.stdin.end();
    await this.#ended;
  }
}

/** Starts the program on a free port, with data in memory, and waits until it answers. */
export async function start({ program, args = [] } = {}) {
  return await new Server(program ?? findProgram(), args).ready();
}
