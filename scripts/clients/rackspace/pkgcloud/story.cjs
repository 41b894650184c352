// The story of pkgcloud: see `story`, which runs it.
'use strict';
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const pkgcloud = require('pkgcloud');

const url = process.env.LOOKALIKE_URL;
const rackspace = {
  provider: 'rackspace', username: 'rackspace', apiKey: '0123456789abcdef0123456789abcdef', authUrl: url, region: 'ORD',
};
let passed = 0;
let failed = 0;

async function check(name, test) {
  try {
    await test();
    passed += 1;
    console.log(`PASS pkgcloud: ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL pkgcloud: ${name} -- ${error.message.replaceAll(/\s+/g, ' ')}`);
  }
}

// A method that takes a callback, as a promise.
const call = (client, method, ...given) => new Promise((resolve, reject) => {
  client[method](...given, (error, result) => (error ? reject(error) : resolve(result)));
});

const upload = (client, options, data) => new Promise((resolve, reject) => {
  client.upload(options).on('success', resolve).on('error', reject).end(data);
});

const download = (client, options) => new Promise((resolve, reject) => {
  const blocks = [];
  client.download(options).on('data', (block) => blocks.push(block)).on('error', reject)
    .on('end', () => resolve(Buffer.concat(blocks)));
});

async function identity(client) {
  await check('it logs in with an API key and finds the account and the object store', async () => {
    await call(client, 'auth');
    assert.equal(client._identity.token.tenant.id, '929418');
    assert.equal(client._serviceUrl, `${url}/v1/MossoCloudFS_929418`);
  });
  await check('it is told that a key is wrong', async () => {
    const other = pkgcloud.storage.createClient({ ...rackspace, apiKey: '0'.repeat(32) });
    await assert.rejects(call(other, 'auth'), { statusCode: 401 });
  });
  await check('it finds no object store in a region that is not there', async () => {
    const other = pkgcloud.storage.createClient({ ...rackspace, region: 'DFW' });
    await assert.rejects(call(other, 'auth'), /Unable to identify endpoint url/);
  });
}

async function objects(client) {
  const data = crypto.randomBytes(3_000_000);
  await check('it makes a container with metadata', async () => {
    await call(client, 'createContainer', { name: 'pkgcloud', metadata: { colour: 'blue' } });
    const container = await call(client, 'getContainer', 'pkgcloud');
    assert.deepEqual([container.count, container.metadata], [0, { colour: 'blue' }]);
    assert.deepEqual((await call(client, 'getContainers')).map((each) => each.name), ['pkgcloud']);
  });
  await check('it uploads a stream and downloads the same bytes', async () => {
    const options = { container: 'pkgcloud', remote: 'a/disk.vhd', metadata: { kind: 'disk' } };
    const file = await upload(client, options, data);
    assert.deepEqual([file.size, file.metadata], [data.length, { kind: 'disk' }]);
    assert.equal(file.etag, crypto.createHash('md5').update(data).digest('hex'));
    assert.ok(data.equals(await download(client, options)), 'other bytes');
  });
  await check('it copies an object and lists by a prefix', async () => {
    await call(client, 'copy', {
      sourceContainer: 'pkgcloud', sourceFile: 'a/disk.vhd', destinationContainer: 'pkgcloud', destinationFile: 'copy.vhd',
    });
    const names = async (options) => (await call(client, 'getFiles', 'pkgcloud', options)).map((each) => each.name);
    assert.deepEqual(await names({}), ['a/disk.vhd', 'copy.vhd']);
    assert.deepEqual(await names({ prefix: 'c' }), ['copy.vhd']);
    assert.deepEqual(await names({ limit: 1, marker: 'a/disk.vhd' }), ['copy.vhd']);
  });
  await check('it deletes an object, and a container with all that is in it', async () => {
    await call(client, 'removeFile', 'pkgcloud', 'copy.vhd');
    await assert.rejects(call(client, 'getFile', 'pkgcloud', 'copy.vhd'), { statusCode: 404 });
    await call(client, 'destroyContainer', 'pkgcloud');
    assert.deepEqual(await call(client, 'getContainers'), []);
  });
}

(async () => {
  const client = pkgcloud.storage.createClient(rackspace);
  await identity(client);
  await objects(client);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = passed && !failed ? 0 : 1;
})();
