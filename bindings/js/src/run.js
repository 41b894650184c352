// A sandbox for each test.

import { Client } from "./client.js";
import { ControlError, line } from "./errors.js";
import { start } from "./server.js";

// By program and options: the tests of a process share servers.
const servers = new Map();

function shared(program, args) {
  const key = JSON.stringify([program, args]);
  if (!servers.has(key)) servers.set(key, start({ program, args }));
  return servers.get(key);
}

/** The sandbox of one test: a client of its control API, and what clients of the cloud log in with. */
export class Cloud extends Client {
  #server;

  constructor(server, sandbox) {
    super(sandbox.url);
    this.#server = server;
    this.sandbox = sandbox.id;
    this.users = sandbox.users;
    this.authUrl = sandbox.auth_url;
    this.region = sandbox.cloud.region_name;
    const { username, password, project_name: project, user_domain_name: domain } = sandbox.cloud.auth;
    Object.assign(this, { username, password, project, domain });
  }

  /** Returns what a user logs in with, on the first of the user's projects. */
  user(name) {
    const user = this.users.find((user) => user.name === name && user.password !== null && user.project !== null);
    if (!user) throw new Error(`lookalike: the cloud has no user ${JSON.stringify(name)} with a known password and a project`);
    return { username: name, password: user.password, project: user.project, domain: user.domain };
  }

  /** Returns the variables of OpenStack clients, for a process that a test starts. */
  env(name) {
    const { username, password, project, domain } = name === undefined ? this : this.user(name);
    return {
      OS_AUTH_URL: this.authUrl,
      OS_USERNAME: username,
      OS_PASSWORD: password,
      OS_PROJECT_NAME: project,
      OS_USER_DOMAIN_NAME: domain,
      OS_PROJECT_DOMAIN_NAME: domain,
      OS_REGION_NAME: this.region,
      OS_IDENTITY_API_VERSION: "3",
      OS_IMAGE_API_VERSION: "2",
    };
  }

  /** Deletes the sandbox. */
  async close() {
    try {
      await this.#server.removeSandbox(this.sandbox);
    } catch (error) {
      // A test may have removed it itself.
      if (!(error instanceof ControlError && error.status === 404)) throw error;
    }
  }
}

/** Makes a sandbox on the server at LOOKALIKE_URL, or else on one that is started once and ends with this process. */
export async function cloud({ program, args = [], name, seed, dialect } = {}) {
  const url = process.env.LOOKALIKE_URL || (await shared(program, args)).url;
  const server = new Client(url);
  return new Cloud(server, await server.addSandbox({ name, seed, dialect }));
}

/** Makes a sandbox for a test, and deletes it after the test. When the test has failed, it reports the requests. */
export async function run(test, options = {}) {
  const name = test.name?.slice(0, 200) || undefined;
  const made = await cloud({ name, ...options });
  test.after(async () => {
    if (test.passed === false && test.diagnostic) {
      test.diagnostic("the last requests to the cloud of this test:");
      for (const request of await made.requests({ limit: 50 })) test.diagnostic(`  ${line(request)}`);
    }
    await made.close();
  });
  return made;
}
