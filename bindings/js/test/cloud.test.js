// What the package does with a real server.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import test from "node:test";
import { Client, ControlError, MismatchError, cloud, run, start } from "lookalike-glance";

// Logs in as the admin.
async function login(cloud) {
  const domain = { name: cloud.domain };
  const user = { name: cloud.username, password: cloud.password, domain };
  const identity = { methods: ["password"], password: { user } };
  const auth = { identity, scope: { project: { name: cloud.project, domain } } };
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(`${cloud.authUrl}/auth/tokens`, { method: "POST", headers, body: JSON.stringify({ auth }) });
  assert.equal(response.status, 201);
  const { token } = await response.json();
  return { token: response.headers.get("X-Subject-Token"), expires: new Date(token.expires_at) };
}

async function images(cloud, token) {
  const response = await fetch(`${cloud.url}/v2/images`, { headers: { "X-Auth-Token": token } });
  return { status: response.status, text: await response.text() };
}

async function create(cloud, token, name) {
  const headers = { "X-Auth-Token": token, "Content-Type": "application/json" };
  const body = JSON.stringify({ name, disk_format: "raw", container_format: "bare" });
  const response = await fetch(`${cloud.url}/v2/images`, { method: "POST", headers, body });
  assert.equal(response.status, 201);
}

async function count(cloud, token) {
  return JSON.parse((await images(cloud, token)).text).images.length;
}

test("a test has a cloud of its own", async (t) => {
  const [one, other] = [await run(t), await run(t)];
  await create(one, (await login(one)).token, "mine");
  assert.equal(await count(other, (await login(other)).token), 0);
});

test("the sandbox is deleted after its test", async (t) => {
  let made;
  await t.test("inner", async (t) => {
    made = await run(t);
  });
  await assert.rejects(made.info(), (error) => error instanceof ControlError && error.status === 404);
});

test("a fault meets a request, and the journal names it", async (t) => {
  const cloud = await run(t);
  const { token } = await login(cloud);
  const fault = { status: 503, message: "come back later" };
  const id = await cloud.fault({ match: { method: "GET", path: "/v2/images" }, times: 1, fault });
  const answer = await images(cloud, token);
  assert.equal(answer.status, 503);
  assert.match(answer.text, /come back later/);
  assert.equal((await images(cloud, token)).status, 200);
  const requests = await cloud.requests({ path: "/v2/images", limit: 2 });
  assert.deepEqual(requests.map((request) => request.fault), [id, undefined]);
  assert.equal((await cloud.faults())[0].spent, true);
  await cloud.removeFault(id);
  assert.deepEqual(await cloud.faults(), []);
});

test("an expectation that is not met names the closest requests", async (t) => {
  const cloud = await run(t);
  await create(cloud, (await login(cloud)).token, "one");
  const match = { method: "POST", path: "/v2/images" };
  assert.equal(await cloud.verify({ match, exactly: 1 }), 1);
  await assert.rejects(cloud.verify({ match, exactly: 0 }), (error) => {
    assert.ok(error instanceof MismatchError);
    assert.equal(error.count, 1);
    assert.match(error.message, /POST \/v2\/images → 201/);
    return true;
  });
});

test("time stands still and moves on", async (t) => {
  const cloud = await run(t);
  const now = new Date("2030-01-02T03:04:05Z");
  assert.equal((await cloud.freeze(now)).frozen, true);
  const { token, expires } = await login(cloud);
  assert.equal(expires.getUTCFullYear(), 2030);
  await cloud.advance((expires - now) / 1000 + 1);
  assert.equal((await images(cloud, token)).status, 401);
  await cloud.restoreClock();
  assert.equal((await cloud.clock()).frozen, false);
});

test("a snapshot, a seed and a reset change what there is", async (t) => {
  const cloud = await run(t, { seed: "demo" });
  const seeded = await count(cloud, (await login(cloud)).token);
  assert.notEqual(seeded, 0);
  await cloud.save("before");
  await create(cloud, (await login(cloud)).token, "more");
  await cloud.importSnapshot("copy", await cloud.exportSnapshot("before"));
  await cloud.load("copy");
  assert.equal(await count(cloud, (await login(cloud)).token), seeded);
  const planted = await cloud.plant("images:\n- {name: planted, disk_format: raw, container_format: bare}\n");
  assert.equal(planted.made.images, 1);
  await cloud.reset();
  assert.equal(await count(cloud, (await login(cloud)).token), seeded);
});

test("pace and settings are set and removed", async (t) => {
  const cloud = await run(t);
  assert.equal((await cloud.pace({ saving: { polls: 2 } })).rules[0].saving.polls, 2);
  await cloud.removePace();
  assert.deepEqual((await cloud.pace()).rules, []);
  assert.equal((await cloud.configure({ image_size_cap: 1024 })).image_size_cap, 1024);
  await assert.rejects(cloud.configure({ no_such_setting: 1 }), /no_such_setting/);
});

test("a user is looked up, and a dialect is spoken", async (t) => {
  const cloud = await run(t, { dialect: "pcd" });
  assert.equal(cloud.user("demo").project, "demo");
  assert.equal(cloud.env("demo").OS_USERNAME, "demo");
  assert.equal(cloud.env().OS_AUTH_URL, cloud.authUrl);
  assert.equal((await cloud.status()).dialect, "pcd");
  assert.throws(() => cloud.user("nobody"), /nobody/);
});

test("a cloud without a test is closed by its owner", async () => {
  const made = await cloud({ name: "mine" });
  assert.equal((await made.info()).url, made.url);
  await made.close();
  await made.close();
  await assert.rejects(made.info(), { status: 404 });
});

test("a server ends when it is stopped", async () => {
  const server = await start();
  assert.equal((await server.control.status()).images, 0);
  await server.stop();
  await assert.rejects(fetch(server.url));
});

test("a program that refuses its options says why", async () => {
  await assert.rejects(start({ args: ["--nonsense"] }), /'--nonsense'/);
});

test("a server that runs already is used, with its token", async (t) => {
  const server = await start({ args: ["--control-token", "letmein"] });
  t.after(() => server.stop());
  await assert.rejects(new Client(server.url, { token: "wrong" }).status(), ControlError);
  process.env.LOOKALIKE_URL = server.url;
  process.env.LOOKALIKE_CONTROL_TOKEN = "letmein";
  t.after(() => {
    delete process.env.LOOKALIKE_URL;
    delete process.env.LOOKALIKE_CONTROL_TOKEN;
  });
  const made = await cloud();
  assert.ok(made.url.startsWith(server.url));
  await made.close();
});

test("the server of a process that is killed ends, too", async () => {
  const script = 'import("lookalike-glance").then(async ({ cloud }) => console.log((await cloud()).url))';
  const child = spawn(process.execPath, ["-e", `${script}; setInterval(() => {}, 1000)`], { stdio: ["ignore", "pipe", "inherit"] });
  const [url] = await once(child.stdout, "data");
  child.kill("SIGKILL");
  const server = new URL(String(url).trim()).origin;
  const limit = Date.now() + 20_000;
  for (;;) {
    const answers = await fetch(server).then(() => true, () => false);
    if (!answers) break;
    assert.ok(Date.now() < limit, "it still answers");
  }
});

test("notifications come as they are sent, and go on behind one that was read", async (t) => {
  const made = await run(t);
  const { token } = await login(made);
  const stream = await made.notifications();
  await create(made, token, "first");
  await create(made, token, "second");
  const first = (await stream.next()).value;
  assert.equal(first.notification.event_type, "image.create");
  assert.equal(first.notification.payload.name, "first");
  await stream.return();
  const again = await made.notifications({ lastEventId: first.id });
  assert.equal((await again.next()).value.notification.payload.name, "second");
  await again.return();
});
