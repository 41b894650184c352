// What can be done with an image.

import { account, actingHeaders, ask } from '../acting.js';
import { own, refusal } from '../api.js';
import { confirm, form } from '../ask.js';
import { button, el, field, fill, select } from '../dom.js';
import { bytes } from '../format.js';
import { attempt, notify, save } from '../notice.js';
import { nameOf } from './columns.js';
import { upload } from './create.js';

const PATCH = { 'Content-Type': 'application/openstack-images-v2.1-json-patch' };

/** The most bytes that are downloaded into the memory of the browser. */
const MOST = 4 * 1024 ** 3;

/** Returns the path of an image. */
export const pathOf = (image, rest = '') => `/v2/images/${encodeURIComponent(image.id)}${rest}`;

/** Changes fields of an image. */
function change(image, operations) {
  return ask(pathOf(image), { method: 'PATCH', headers: PATCH, body: JSON.stringify(operations) });
}

/** Returns the buttons of an image; `changed` is called after each change. */
export function actions(image, changed) {
  const progress = el('div');
  const act = (work, words) =>
    attempt(async () => {
      if ((await work()) === false) return;
      if (words) notify(words);
      await changed();
    });
  const replace = (name, value) => change(image, [{ op: 'replace', path: `/${name}`, value }]);
  const post = (action) => ask(pathOf(image, `/actions/${action}`), { method: 'POST' });
  const buttons = [
    image.status === 'queued' ? uploadButton(image, progress, changed) : button('Download', () => attempt(() => download(image))),
    button('Rename…', () => rename(image, changed)),
    visibility(image, (value) => act(() => replace('visibility', value))),
    button(image.protected ? 'Unprotect' : 'Protect', () => act(() => replace('protected', !image.protected))),
    button(image.os_hidden ? 'Show in lists' : 'Hide from lists', () => act(() => replace('os_hidden', !image.os_hidden))),
    image.status === 'deactivated'
      ? button('Reactivate', () => act(() => post('reactivate')))
      : button('Deactivate', () => act(() => post('deactivate')), { disabled: image.status !== 'active' }),
    button('Delete…', () => remove(image, changed), { class: 'danger' }),
  ];
  return el('div', { class: 'stack' }, el('div', { class: 'row' }, buttons), membership(image, act), progress);
}

function visibility(image, choose) {
  const node = select(['private', 'shared', 'community', 'public'], { value: image.visibility, 'aria-label': 'Visibility' });
  node.addEventListener('change', () => choose(node.value));
  return node;
}

function uploadButton(image, progress, changed) {
  const file = el('input', { type: 'file', 'aria-label': 'Data of the image' });
  file.addEventListener('change', () =>
    attempt(async () => {
      await upload(image.id, file.files[0], progress).finally(changed);
    }, 'The data is uploaded.'),
  );
  return file;
}

/** Returns buttons to accept or reject an image that is shared with the acting project. */
function membership(image, act) {
  const holder = el('div', { class: 'row' });
  if (image.visibility !== 'shared') return holder;
  account()
    .then(async ({ project }) => {
      if (!project || image.owner === project.id) return;
      const path = pathOf(image, `/members/${encodeURIComponent(project.id)}`);
      const member = await ask(path);
      const answer = (status) => act(() => ask(path, { method: 'PUT', json: { status } }), `The share is ${status}.`);
      fill(
        holder,
        el('span', {}, `Shared with you: ${member.status}.`),
        button('Accept', () => answer('accepted'), { disabled: member.status === 'accepted' }),
        button('Reject', () => answer('rejected'), { disabled: member.status === 'rejected' }),
      );
    })
    .catch(() => {
      /* Not shared with this project. */
    });
  return holder;
}

async function download(image) {
  if (image.size > MOST) throw new Error(`${bytes(image.size)} are too much for a browser: use the openstack client.`);
  const answer = await own(pathOf(image, '/file'), { headers: await actingHeaders() });
  if (!answer.ok) throw await refusal(answer);
  if (answer.status === 204) {
    notify('The image has no data.');
    return;
  }
  const name = nameOf(image)
    .replace(/[^\p{L}\p{N}._-]+/gu, '_')
    .slice(0, 80);
  save(await answer.blob(), `${name}.${image.disk_format ?? 'bin'}`);
}

async function rename(image, changed) {
  const name = el('input', { value: image.name ?? '', maxlength: '255', autocomplete: 'off' });
  const done = await form('Rename', [field('Name', name)], 'Rename', () =>
    change(image, [{ op: 'replace', path: '/name', value: name.value }]),
  );
  if (done) await changed();
}

async function remove(image, changed) {
  if (!(await confirm('Delete the image', `${nameOf(image)} (${image.id}) and its data are deleted.`, 'Delete'))) return;
  await attempt(async () => {
    await ask(pathOf(image), { method: 'DELETE' });
    await changed({ gone: true });
  }, 'The image is deleted.');
}
