// The client of the control API.

import { ControlError, MismatchError } from "./errors.js";

/** A client of the control API of one cloud: that of a server, or that of a sandbox. */
export class Client {
  #token;

  constructor(url, { token = process.env.LOOKALIKE_CONTROL_TOKEN } = {}) {
    this.url = String(url).replace(/\/+$/, "").replace(/\/_lookalike$/, "");
    this.#token = token;
  }

  /** Sends a request, and returns a response that is no refusal. */
  async #send(method, path, body, type, { headers = {}, signal } = {}) {
    if (type) headers["Content-Type"] = type;
    if (this.#token) headers["X-Lookalike-Token"] = this.#token;
    const response = await fetch(`${this.url}/_lookalike${path}`, { method, headers, body, signal });
    if (response.ok) return response;
    const text = await response.text();
    let document;
    try {
      document = JSON.parse(text);
    } catch {
      document = undefined;
    }
    const message = document?.error?.message ?? (text || response.statusText);
    if (response.status === 417) throw new MismatchError(message, document);
    throw new ControlError(message, response.status);
  }

  /** Sends a document, if there is one, and returns that of the response, if it has one. */
  async #call(method, path, document) {
    const body = document === undefined ? undefined : JSON.stringify(document);
    const response = await this.#send(method, path, body, body && "application/json");
    const text = await response.text();
    return text === "" ? undefined : JSON.parse(text);
  }

  info() {
    return this.#call("GET", "/cloud");
  }

  status() {
    return this.#call("GET", "/status");
  }

  reset(options = {}) {
    return this.#call("POST", "/reset", options);
  }

  async fault(rule) {
    return (await this.#call("POST", "/faults", rule)).id;
  }

  async faults() {
    return (await this.#call("GET", "/faults")).faults;
  }

  removeFault(id) {
    return this.#call("DELETE", `/faults/${encodeURIComponent(id)}`);
  }

  removeFaults() {
    return this.#call("DELETE", "/faults");
  }

  pace(...rules) {
    return rules.length ? this.#call("PUT", "/pace", { rules }) : this.#call("GET", "/pace");
  }

  removePace() {
    return this.#call("DELETE", "/pace");
  }

  clock() {
    return this.#call("GET", "/clock");
  }

  setClock(change) {
    return this.#call("PUT", "/clock", change);
  }

  freeze(at) {
    const now = at === undefined ? {} : { now: at instanceof Date ? at.toISOString() : at };
    return this.setClock({ ...now, frozen: true });
  }

  advance(seconds) {
    return this.#call("POST", "/clock/advance", { seconds });
  }

  restoreClock() {
    return this.#call("DELETE", "/clock");
  }

  async requests(query = {}) {
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const text = new URLSearchParams(given).toString();
    return (await this.#call("GET", `/requests${text && "?"}${text}`)).requests;
  }

  forgetRequests() {
    return this.#call("DELETE", "/requests");
  }

  async verify(expectation = {}) {
    return (await this.#call("POST", "/requests/verify", expectation)).count;
  }

  async unread() {
    return (await this.#call("GET", "/unread")).routes;
  }

  async notifications({ lastEventId, signal } = {}) {
    const headers = lastEventId === undefined ? {} : { "Last-Event-ID": lastEventId };
    const response = await this.#send("GET", "/events", undefined, undefined, { headers, signal });
    return notificationsIn(response.body);
  }

  addSandbox(sandbox = {}) {
    return this.#call("POST", "/sandboxes", sandbox);
  }

  async sandboxes() {
    return (await this.#call("GET", "/sandboxes")).sandboxes;
  }

  removeSandbox(id) {
    return this.#call("DELETE", `/sandboxes/${encodeURIComponent(id)}`);
  }

  inSandbox(sandbox) {
    return new Client(sandbox.url, { token: this.#token });
  }

  async plant(seed) {
    // A name has one line; YAML has several.
    if (typeof seed !== "string" || !seed.includes("\n")) return this.#call("POST", "/seeds", seed);
    return (await this.#send("POST", "/seeds", seed, "application/yaml")).json();
  }

  save(name, options = {}) {
    return this.#call("PUT", snapshot(name), options);
  }

  load(name) {
    return this.#call("POST", `${snapshot(name)}/load`);
  }

  async snapshots() {
    return (await this.#call("GET", "/snapshots")).snapshots;
  }

  removeSnapshot(name) {
    return this.#call("DELETE", snapshot(name));
  }

  async exportSnapshot(name) {
    const response = await this.#send("GET", `${snapshot(name)}/export`);
    return new Uint8Array(await response.arrayBuffer());
  }

  async importSnapshot(name, archive) {
    const response = await this.#send("PUT", `${snapshot(name)}/import`, archive, "application/x-tar");
    return response.json();
  }

  config() {
    return this.#call("GET", "/config");
  }

  configure(settings) {
    return this.#call("PATCH", "/config", settings);
  }

  restoreConfig() {
    return this.#call("DELETE", "/config");
  }

  policy(rules) {
    return rules === undefined ? this.#call("GET", "/policy") : this.#call("PUT", "/policy", rules);
  }

  restorePolicy() {
    return this.#call("DELETE", "/policy");
  }
}

function snapshot(name) {
  return `/snapshots/${encodeURIComponent(name)}`;
}

/** Yields the notifications in a stream of server-sent events. */
async function* notificationsIn(body) {
  let rest = "";
  let event, id;
  for await (const part of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + part).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      const [, name, value] = /^([^:]*): ?(.*)$/.exec(line.trimEnd()) ?? [];
      if (name === "event") event = value;
      else if (name === "id") id = value;
      else if (name === "data" && event === "notification") yield { id, notification: JSON.parse(value) };
    }
  }
}
