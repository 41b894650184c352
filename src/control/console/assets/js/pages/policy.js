// Policy: the rules in force, and rules that override them while the server runs.

import { control } from '../api.js';
import { button, el, field, fill } from '../dom.js';
import { editor } from '../editor.js';
import { counted } from '../format.js';
import { attempt } from '../notice.js';
import { base } from '../place.js';
import { repeat } from '../repeat.js';
import { decisions } from '../requests/decisions.js';
import { showRequest } from '../requests/detail.js';
import { statusOf, table, verb } from '../table.js';

/** What this tab has put: the server tells only all rules in force. */
const STORED = `lookalike-console-policy${base}`;

/** Draws the page. */
export async function show(root, { query, signal }) {
  const list = el('div');
  const last = el('div');
  const count = el('span', { class: 'muted', role: 'status' });
  const search = el('input', { type: 'search', autocomplete: 'off', spellcheck: 'false', value: query.get('rule') ?? '' });
  const text = editor('Rules as JSON', { text: sessionStorage.getItem(STORED) ?? '{}', rows: 8 });
  let rules = await control('/policy', { signal });
  const draw = () => {
    const words = search.value.trim().toLowerCase();
    const found = Object.keys(rules).filter((name) => name.includes(words));
    count.textContent = counted(found.length, 'rule');
    fill(
      list,
      table(
        'Rules in force',
        [
          { title: 'Rule', cell: (name) => el('code', {}, name) },
          { title: 'Check', cell: (name) => el('code', {}, rules[name]) },
          { title: '', cell: (name) => button('Override', () => override(name), { 'aria-label': `Override ${name}` }) },
        ],
        found,
      ),
    );
  };
  const override = (name) => {
    const value = text.check({ focus: true });
    if (value === undefined) return;
    text.setText(JSON.stringify({ ...value, [name]: value[name] ?? rules[name] }, null, 2));
    text.area.focus();
  };
  const put = () =>
    attempt(async () => {
      const value = text.check({ focus: true });
      if (value === undefined) throw new Error('The rules are broken, so nothing was sent.');
      rules = await control('/policy', { method: 'PUT', json: value });
      sessionStorage.setItem(STORED, text.text());
      draw();
    }, 'The rules are in force.');
  const clear = () =>
    attempt(async () => {
      await control('/policy', { method: 'DELETE' });
      sessionStorage.removeItem(STORED);
      text.setText('{}');
      rules = await control('/policy');
      draw();
    }, 'The rules of the start are in force.');
  search.addEventListener('input', draw);
  fill(
    root,
    el('h2', {}, 'Override'),
    el('p', { class: 'muted' }, 'These rules go before those of the start. They replace what was overridden before.'),
    text.node,
    el('div', { class: 'row' }, button('Put in force', put, { class: 'main' }), button('As at the start', clear)),
    el('h2', {}, 'Rules in force'),
    el('div', { class: 'row end' }, field('Search', search), count),
    list,
    el('h2', {}, 'Decisions on the last requests'),
    last,
  );
  draw();
  const read = async () => drawLast(last, (await control('/requests?limit=100', { signal })).requests);
  repeat(signal, 3000, read);
  await read();
}

function drawLast(node, requests) {
  const found = requests
    .filter((entry) => entry.policy?.length)
    .reverse()
    .slice(0, 30);
  const state = JSON.stringify(found.map((entry) => entry.id));
  if (node.dataset.state === state) return;
  node.dataset.state = state;
  fill(
    node,
    table(
      'Decisions on the last requests',
      [
        {
          title: 'Request',
          cell: (entry) => [verb(entry.method), ' ', button(entry.path, () => showRequest(entry), { class: 'link mono' })],
        },
        { title: 'Status', cell: (entry) => statusOf(entry.status) },
        { title: 'Rules', cell: (entry) => decisions(entry.policy) },
      ],
      found,
      { empty: 'No rule was asked yet.' },
    ),
  );
}
