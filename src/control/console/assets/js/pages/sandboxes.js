// Sandboxes: clouds of their own in the same server. The console can be switched to each.

import { control } from '../api.js';
import { confirm, dialog } from '../ask.js';
import { button, el, field, fill, select } from '../dom.js';
import { editor } from '../editor.js';
import { duration, time } from '../format.js';
import { attempt } from '../notice.js';
import { consoleOf, mainBase, sandbox as here } from '../place.js';
import { onReturn } from '../presence.js';
import { copyable, table } from '../table.js';

/** Sandboxes belong to the server's own cloud, also while the console shows one of them. */
const ask = (path, options = {}) => control(path, { ...options, root: mainBase });

/** Draws the page. */
export async function show(root, { signal }) {
  const list = el('div');
  const read = async () => {
    const { sandboxes } = await ask('/sandboxes', { signal });
    fill(list, table('Sandboxes', columns(remove), sandboxes, { empty: 'No sandboxes.' }));
  };
  const remove = (one) =>
    attempt(async () => {
      if (!(await confirm('Delete the sandbox', `${one.name ?? one.id} and everything in it is deleted.`, 'Delete'))) return;
      await ask(`/sandboxes/${one.id}`, { method: 'DELETE' });
      if (one.id === here) location.href = consoleOf(null);
      else await read();
    });
  fill(
    root,
    el(
      'p',
      { class: 'muted' },
      'A sandbox has users, images, clock, faults and journal of its own, in memory, and goes when nobody has used it for a while.',
    ),
    here ? el('p', { class: 'warning' }, 'This console shows a sandbox. ', el('a', { href: consoleOf(null) }, 'Back to the server')) : null,
    list,
    el('h2', {}, 'New sandbox'),
    form(read),
  );
  onReturn(signal, () => read().catch(() => {}));
  await read();
}

function columns(remove) {
  return [
    {
      title: 'Name',
      cell: (one) => [one.name ?? '–', one.id === here ? [' ', el('span', { class: 'badge good' }, 'shown here')] : null],
    },
    { title: 'Id', cell: (one) => el('code', {}, one.id) },
    { title: 'Made', cell: (one) => time(one.created_at) },
    { title: 'Unused for at most', cell: (one) => duration(one.expires_after_s) },
    {
      title: '',
      class: 'nowrap',
      cell: (one) => [
        el(
          'a',
          { class: 'button', href: consoleOf(one.id), 'aria-label': `Open the console of ${one.name ?? one.id}` },
          'Open its console',
        ),
        ' ',
        button('Access…', () => access(one), { 'aria-label': `How to reach ${one.name ?? one.id}` }),
        ' ',
        button('Delete…', () => remove(one), { class: 'danger', 'aria-label': `Delete ${one.name ?? one.id}` }),
      ],
    },
  ];
}

function access(one) {
  return dialog(
    `Sandbox ${one.name ?? one.id}`,
    (close) => [
      el('h3', {}, 'clouds.yaml'),
      copyable(one.clouds_yaml, { label: 'clouds.yaml' }),
      el('h3', {}, 'openrc'),
      copyable(one.openrc, { label: 'openrc' }),
      el(
        'div',
        { class: 'row' },
        button('Close', () => close()),
      ),
    ],
    { drawer: true },
  );
}

function form(read) {
  const name = el('input', { maxlength: '255', autocomplete: 'off' });
  const expires = el('input', { inputmode: 'numeric', pattern: '[0-9.]+', value: '3600' });
  const seed = select([
    ['', 'as the server'],
    ['demo', 'the built-in seed “demo”'],
    ['own', 'a seed of its own'],
  ]);
  const text = editor('Seed as YAML or JSON', { json: false, text: 'images:\n  - {name: first, visibility: public}\n', rows: 6 });
  text.node.hidden = true;
  seed.addEventListener('change', () => {
    text.node.hidden = seed.value !== 'own';
  });
  const onsubmit = (event) => {
    event.preventDefault();
    const wanted = { expires_after_s: Number(expires.value) };
    if (name.value) wanted.name = name.value;
    if (seed.value) wanted.seed = seed.value === 'own' ? text.text() : seed.value;
    attempt(async () => {
      await ask('/sandboxes', { method: 'POST', json: wanted });
      await read();
    }, 'The sandbox is there.');
  };
  return el(
    'form',
    { class: 'stack', onsubmit },
    el('div', { class: 'grid' }, field('Name', name), field('Goes when unused for seconds', expires), field('Begins with', seed)),
    text.node,
    el('div', {}, button('Make it', null, { type: 'submit', class: 'main' })),
  );
}
