// Input that clients sent and nothing read: what a client believes it says, and the server ignores.

import { control } from '../api.js';
import { button, el, fill } from '../dom.js';
import { attempt } from '../notice.js';
import { onReturn } from '../presence.js';
import { table, verb } from '../table.js';

/** Draws the page. */
export async function show(root, { signal }) {
  const list = el('div');
  const refresh = async () => {
    const { routes } = await control('/unread');
    fill(list, table('Unread input', COLUMNS, routes, { empty: 'Everything that was sent was read.' }));
  };
  onReturn(signal, () => refresh().catch(() => {}));
  fill(
    root,
    el(
      'p',
      { class: 'muted' },
      'Fields of bodies, query parameters and headers that the server did not read, with how often each was sent. A misspelled name shows up here.',
    ),
    el(
      'div',
      { class: 'row' },
      button('Read again', () => attempt(refresh)),
    ),
    list,
  );
  await refresh();
}

const names = (given) =>
  given?.length
    ? el(
        'ul',
        { class: 'plain' },
        given.map((each) => el('li', {}, el('code', {}, each.name), el('span', { class: 'muted' }, ` × ${each.count}`))),
      )
    : '–';

const COLUMNS = [
  { title: 'Route', cell: (route) => [verb(route.method), ' ', el('code', {}, route.route)] },
  { title: 'Fields', cell: (route) => names(route.fields) },
  { title: 'Query', cell: (route) => names(route.query) },
  { title: 'Headers', cell: (route) => names(route.headers) },
];
