// Settings in force, and their change while the server runs.

import { control } from '../api.js';
import { form } from '../ask.js';
import { button, el, field, fill } from '../dom.js';
import { editor } from '../editor.js';
import { forgetDocuments } from '../explorer/documents.js';
import { counted } from '../format.js';
import { attempt } from '../notice.js';
import { table } from '../table.js';

/** Draws the page. */
export async function show(root, { signal }) {
  const list = el('div');
  const count = el('span', { class: 'muted', role: 'status' });
  const search = el('input', { type: 'search', autocomplete: 'off', spellcheck: 'false' });
  let settings = await control('/config', { signal });
  const draw = () => {
    const found = Object.keys(settings).filter((name) => name.includes(search.value.trim().toLowerCase()));
    count.textContent = counted(found.length, 'setting');
    fill(
      list,
      table(
        'Settings',
        [
          { title: 'Name', cell: (name) => el('code', {}, name) },
          { title: 'Value', cell: (name) => el('code', {}, JSON.stringify(settings[name])) },
          { title: '', cell: (name) => button('Change…', () => change(name), { 'aria-label': `Change ${name}` }) },
        ],
        found,
      ),
    );
  };
  const change = async (name) => {
    const text = editor(`Value of ${name}`, { text: JSON.stringify(settings[name], null, 2), rows: 5 });
    const done = await form(
      `Change ${name}`,
      [text.node, el('p', { class: 'muted' }, 'null is the default. Some settings cannot change while the server runs.')],
      'Change',
      async () => {
        const value = text.check({ focus: true });
        if (value === undefined) throw new Error('The value is broken, so nothing was sent.');
        settings = await control('/config', { method: 'PATCH', json: { [name]: value } });
        forgetDocuments();
      },
    );
    if (done) draw();
  };
  search.addEventListener('input', draw);
  fill(
    root,
    el(
      'div',
      { class: 'row end' },
      field('Search', search),
      button('As at the start', () =>
        attempt(async () => {
          await control('/config', { method: 'DELETE' });
          forgetDocuments();
          settings = await control('/config');
          draw();
        }, 'The settings of the start are in force.'),
      ),
      count,
    ),
    list,
  );
  draw();
}
