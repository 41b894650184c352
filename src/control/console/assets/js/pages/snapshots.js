// Snapshots: saved states of the cloud.

import { forgetTokens, loadActing } from '../acting.js';
import { control, controlAnswer } from '../api.js';
import { confirm } from '../ask.js';
import { button, check, el, field, fill } from '../dom.js';
import { bytes, time } from '../format.js';
import { attempt, save } from '../notice.js';
import { onReturn } from '../presence.js';
import { table } from '../table.js';
import { uploadTo } from '../upload.js';

/** Draws the page. */
export async function show(root, { signal }) {
  const list = el('div');
  const read = async () => {
    const { snapshots } = await control('/snapshots', { signal });
    fill(list, table('Snapshots', columns(change), snapshots, { empty: 'No snapshots.' }));
  };
  const change = (work, words) =>
    attempt(async () => {
      if ((await work()) !== false) await read();
    }, words);
  fill(
    root,
    el(
      'p',
      { class: 'muted' },
      'A snapshot is the state of the cloud: images with their data, users, projects, tokens, tasks. Clock, faults and settings are no part of it.',
    ),
    list,
    el('h2', {}, 'Save'),
    saveForm(change),
    el('h2', {}, 'Import'),
    importForm(change),
  );
  onReturn(signal, () => read().catch(() => {}));
  await read();
}

const path = (name, rest = '') => `/snapshots/${encodeURIComponent(name)}${rest}`;

function columns(change) {
  return [
    { title: 'Name', cell: (snapshot) => snapshot.name },
    { title: 'Saved', cell: (snapshot) => time(snapshot.created_at) },
    { title: 'Images', cell: (snapshot) => snapshot.images },
    { title: 'Data', cell: (snapshot) => (snapshot.bytes ? bytes(snapshot.size) : 'hashes only') },
    {
      title: '',
      class: 'nowrap',
      cell: ({ name }) => [
        button('Load…', () => change(() => load(name)), { 'aria-label': `Load ${name}` }),
        ' ',
        button(
          'Export',
          () =>
            change(async () => {
              save(await (await controlAnswer(path(name, '/export'))).blob(), `${name}.tar`);
            }),
          { 'aria-label': `Export ${name}` },
        ),
        ' ',
        name === 'start' ? null : button('Delete…', () => change(() => remove(name)), { class: 'danger', 'aria-label': `Delete ${name}` }),
      ],
    },
  ];
}

async function load(name) {
  if (!(await confirm(`Load ${name}`, 'The cloud becomes as it was then. What it has now is lost, and running work is cancelled.', 'Load')))
    return false;
  await control(path(name, '/load'), { method: 'POST' });
  forgetTokens();
  await loadActing();
  return true;
}

async function remove(name) {
  if (!(await confirm(`Delete ${name}`, 'The snapshot and its data are deleted. The cloud stays as it is.', 'Delete'))) return false;
  await control(path(name), { method: 'DELETE' });
  return true;
}

function nameInput() {
  return el('input', {
    required: true,
    pattern: '[A-Za-z0-9_\\-][A-Za-z0-9._\\-]{0,63}',
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: 'ready',
  });
}

function saveForm(change) {
  const name = nameInput();
  const [row, data] = check('With image data', { checked: true });
  const onsubmit = (event) => {
    event.preventDefault();
    change(() => control(path(name.value), { method: 'PUT', json: { bytes: data.checked } }), `${name.value} is saved.`);
  };
  return el(
    'form',
    { class: 'stack', onsubmit },
    el('div', { class: 'row end' }, field('Name', name), button('Save', null, { type: 'submit', class: 'main' })),
    row,
  );
}

function importForm(change) {
  const name = nameInput();
  const file = el('input', { type: 'file', accept: '.tar', required: true });
  const progress = el('div');
  const onsubmit = (event) => {
    event.preventDefault();
    change(async () => {
      await uploadTo(`/_lookalike${path(name.value, '/import')}`, file.files[0], { into: progress, type: 'application/x-tar' });
    }, `${name.value} is imported: load it to change the cloud.`);
  };
  return el(
    'form',
    { class: 'stack', onsubmit },
    el('div', { class: 'row end' }, field('Name', name), field('File', file), button('Import', null, { type: 'submit', class: 'main' })),
    progress,
  );
}
