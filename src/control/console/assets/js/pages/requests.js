// Requests: the journal as it grows, with filters, verify, and its export.

import { cloud } from '../acting.js';
import { control, controlAnswer } from '../api.js';
import { button, el, field, fill, select } from '../dom.js';
import { bytes, millis, time } from '../format.js';
import { attempt, save } from '../notice.js';
import { showRequest } from '../requests/detail.js';
import { KEPT, watch } from '../requests/live.js';
import { verifyForm } from '../requests/verify.js';
import { rowOf, statusOf, table, verb } from '../table.js';

const STATES = {
  live: ['good', '● live'],
  away: ['bad', '○ not connected; trying again'],
  busy: ['warn', '◐ very many requests: the newest ones, once a second'],
};

const COLUMNS = [
  { title: 'No.', cell: (entry) => entry.id },
  { title: 'Time', class: 'nowrap', cell: (entry) => time(entry.at).slice(11) },
  { title: 'Method', cell: (entry) => verb(entry.method) },
  {
    title: 'Path',
    cell: (entry) => button(entry.path + (entry.query ? `?${entry.query}` : ''), () => showRequest(entry), { class: 'link mono' }),
  },
  {
    title: 'Status',
    class: 'nowrap',
    cell: (entry) => [
      statusOf(entry.status),
      entry.fault ? [' ', el('span', { class: 'badge warn', title: `fault ${entry.fault}` }, 'fault')] : null,
    ],
  },
  { title: 'Took', class: 'nowrap', cell: (entry) => millis(entry.duration_ms) },
  { title: 'Sent', class: 'nowrap', cell: (entry) => bytes(entry.request_bytes) },
  { title: 'Received', class: 'nowrap', cell: (entry) => bytes(entry.response_bytes) },
];

/** Draws the page. */
export async function show(root, { signal }) {
  const inputs = {
    method: select([['', 'any'], 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']),
    path: el('input', { placeholder: '/v2/images/**', autocomplete: 'off', spellcheck: 'false' }),
    status: el('input', { placeholder: '404 or 4xx', autocomplete: 'off' }),
    user: el('input', { list: 'known-users', placeholder: 'id', autocomplete: 'off', spellcheck: 'false' }),
    project: el('input', { placeholder: 'id', autocomplete: 'off', spellcheck: 'false' }),
  };
  const filter = () =>
    Object.fromEntries(
      Object.entries(inputs)
        .map(([name, input]) => [name, input.value.trim()])
        .filter(([, value]) => value),
    );
  const query = () => new URLSearchParams(filter()).toString();
  const state = el('span', { role: 'status' });
  const problem = el('div', { class: 'error', role: 'alert', hidden: true });
  const holder = table('Requests', COLUMNS, [], { empty: 'No requests yet.' });
  const body = holder.querySelector('tbody');
  const live = liveTable(body, state, problem, signal);
  const filters = el(
    'form',
    {
      onsubmit: (event) => {
        event.preventDefault();
        live(query());
      },
    },
    el(
      'div',
      { class: 'grid' },
      field('Method', inputs.method),
      field('Path', inputs.path),
      field('Status', inputs.status),
      field('User', inputs.user),
      field('Project', inputs.project),
    ),
    el(
      'div',
      { class: 'row' },
      button('Filter', null, { type: 'submit' }),
      button('Export as HAR', () =>
        attempt(async () => save(await (await controlAnswer(`/requests.har?${query()}`)).blob(), 'lookalike.har')),
      ),
      button('Empty the journal', () =>
        attempt(async () => {
          await control('/requests', { method: 'DELETE' });
          live(query());
        }, 'The journal is empty.'),
      ),
      state,
    ),
  );
  inputs.method.addEventListener('change', () => live(query()));
  const users = new Map((cloud()?.users ?? []).map((user) => [user.id, user.name]));
  const known = el(
    'datalist',
    { id: 'known-users' },
    [...users].map(([id, name]) => el('option', { value: id, label: name })),
  );
  fill(
    root,
    known,
    el(
      'p',
      { class: 'muted' },
      `The newest ${KEPT} requests of clients and of the explorer. Those of the console itself are not among them.`,
    ),
    filters,
    problem,
    holder,
    verifyForm(filter),
  );
  live('');
}

/** Returns a function that begins to show what matches a query. */
function liveTable(body, state, problem, signal) {
  let leave = new AbortController();
  signal.addEventListener('abort', () => leave.abort());
  const onstate = (name) => {
    const [kind, words] = STATES[name];
    state.className = kind;
    state.textContent = words;
  };
  const onchange = (entries, fresh) => {
    if (!entries.length) {
      fill(body, el('tr', {}, el('td', { colspan: COLUMNS.length, class: 'muted' }, 'No requests yet.')));
      return;
    }
    // Rows that did not change stay, so that what someone points at or has in focus does not go.
    const rows = new Map([...body.children].filter((row) => row.dataset.id).map((row) => [Number(row.dataset.id), row]));
    fill(
      body,
      entries.map(
        (entry) =>
          (!fresh.has(entry.id) && rows.get(entry.id)) ||
          rowOf(COLUMNS, entry, { 'data-id': entry.id, class: fresh.size < 20 ? 'fresh' : null }),
      ),
    );
  };
  return (query) => {
    leave.abort();
    leave = new AbortController();
    problem.hidden = true;
    onchange([], new Set());
    const { signal: mine } = leave;
    watch(query, { signal: mine, onstate, onchange }).catch((error) => {
      if (mine.aborted) return;
      problem.textContent = error.message;
      problem.hidden = false;
      state.textContent = '';
    });
  };
}
