// Faults: rules that make requests fail, with their hits.

import { control } from '../api.js';
import { button, el, fill } from '../dom.js';
import { faultForm } from '../faults/form.js';
import { filled, PRESETS } from '../faults/kinds.js';
import { counted } from '../format.js';
import { attempt } from '../notice.js';
import { onReturn } from '../presence.js';
import { repeat } from '../repeat.js';
import { table } from '../table.js';

/** Draws the page; the address may say method and path of a rule to begin with. */
export async function show(root, { query, signal }) {
  const list = el('div');
  const read = async () => {
    const { faults } = await control('/faults', { signal });
    draw(list, faults, { remove, edit: (rule) => form.edit(rule) });
  };
  const change = async (work, words) => {
    await attempt(async () => {
      await work();
      await read();
    }, words);
  };
  const add = (rule) => change(() => control('/faults', { method: 'POST', json: rule }), 'The fault is active.');
  const remove = (id) => change(() => control(`/faults/${encodeURIComponent(id)}`, { method: 'DELETE' }));
  const form = faultForm({ method: query.get('method'), path: query.get('path') }, add);
  fill(
    root,
    el(
      'p',
      { class: 'muted' },
      'A fault makes requests of clients fail, slow or break off. The console itself meets none; what is sent from the explorer does.',
    ),
    el('h2', {}, 'By one click'),
    el(
      'div',
      { class: 'row' },
      PRESETS.map(({ title, rule }) => button(title, () => add(rule))),
    ),
    el('h2', {}, 'Active faults'),
    list,
    el(
      'div',
      { class: 'row' },
      button('Remove all', () => change(() => control('/faults', { method: 'DELETE' }), 'All faults are removed.'), {
        class: 'danger',
      }),
    ),
    el('h2', {}, 'New fault'),
    form.node,
  );
  onReturn(signal, () => read().catch(() => {}));
  await read();
  repeat(signal, 2000, read);
}

function draw(list, faults, { remove, edit }) {
  // Nothing is drawn anew while nothing changed: the focus stays where it is.
  const state = JSON.stringify(faults);
  if (list.dataset.state === state) return;
  list.dataset.state = state;
  fill(
    list,
    table(
      'Active faults',
      [
        { title: 'Requests', cell: ({ match }) => el('code', {}, requests(match ?? {})) },
        { title: 'Effect', cell: ({ fault }) => el('code', {}, JSON.stringify(fault)) },
        {
          title: 'How often',
          cell: ({ after, times }) => [after ? `after ${after}: ` : '', times ? counted(times, 'time') : 'always'],
        },
        {
          title: 'Hits',
          cell: ({ seen, matched, spent }) => [
            `${matched} of ${seen}`,
            spent ? [' ', el('span', { class: 'badge warn' }, 'used up')] : null,
          ],
        },
        {
          title: '',
          class: 'nowrap',
          cell: ({ id, match, after, times, fault }) => [
            button('Copy into the form', () => edit(filled({ match, after, times, fault })), {
              class: 'plain',
              'aria-label': `Copy fault ${id} into the form`,
            }),
            button('Remove', () => remove(id), { class: 'plain', 'aria-label': `Remove fault ${id}` }),
          ],
        },
      ],
      faults,
      { empty: 'No faults.', rowAttributes: ({ id }) => ({ 'data-fault': id }) },
    ),
  );
}

function requests({ method, path, ...rest }) {
  const more = Object.keys(rest).length ? ` ${JSON.stringify(rest)}` : '';
  return `${method ?? 'any'} ${path ?? '**'}${more}`;
}
