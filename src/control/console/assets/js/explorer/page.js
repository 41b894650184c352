// The explorer: a list of all operations with a search, and the form of the one that is chosen.

import { el, fill, freshId } from '../dom.js';
import { counted } from '../format.js';
import { notify } from '../notice.js';
import { verb } from '../table.js';
import { documents, operationAt } from './documents.js';
import { isFavourite, onFavourites } from './favourites.js';
import { givenBy, showHistory } from './history.js';
import { showOperation } from './operation.js';

/** What the next form begins with, when it is opened from the history or by a link of an answer. */
let next = null;

/** What was searched for: a click on an operation draws the page anew. */
let searched = '';

/** Draws the page. */
export async function show(root, { args: [document, id], signal }) {
  const all = await documents();
  if (signal.aborted) return;
  const list = el('div', { class: 'operations' });
  const detail = el('div', { class: 'stack', id: 'detail' });
  const search = el('input', {
    type: 'search',
    id: 'operation-search',
    placeholder: 'name, path, group',
    autocomplete: 'off',
    value: searched,
  });
  const found = el('div', { class: 'muted small', role: 'status' });
  const draw = () => {
    searched = search.value;
    drawList(list, found, all, searched, { document, id });
  };
  search.addEventListener('input', draw);
  search.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') list.querySelector('a[data-operation]')?.click();
  });
  onFavourites(signal, draw);
  const aside = el(
    'aside',
    { class: 'stack', 'aria-label': 'Operations' },
    el('div', { class: 'field' }, el('label', { for: search.id }, 'Search'), search),
    found,
    el('a', { href: '#/explorer/history', 'aria-current': document === 'history' ? 'page' : null }, 'History'),
    list,
  );
  fill(root, el('div', { class: 'columns explorer' }, aside, detail));
  draw();
  await drawDetail(detail, all, { document, id, signal });
  list.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
}

async function drawDetail(detail, all, { document, id, signal }) {
  const begin = next;
  next = null;
  if (document === 'history') {
    await showHistory(detail, (entry, options) => openEntry(all, entry, options));
    return;
  }
  const operation = all
    .flatMap((each) => each.groups)
    .flatMap((group) => group.operations)
    .find((each) => each.document === document && each.id === id);
  if (!operation) {
    const count = all.flatMap((each) => each.groups).flatMap((group) => group.operations).length;
    fill(
      detail,
      el(
        'p',
        {},
        document ? 'There is no such operation.' : `Choose one of ${counted(count, 'operation')} from the list, or search for it.`,
      ),
    );
    return;
  }
  showOperation(detail, operation, { ...begin, signal, follow: (path) => openPath(all, path) });
  if (begin) window.document.getElementById('operation-title').focus();
}

function go(operation, begin) {
  next = begin;
  const address = `#/explorer/${operation.document}/${encodeURIComponent(operation.id)}`;
  if (location.hash === address) dispatchEvent(new HashChangeEvent('hashchange'));
  else location.hash = address;
}

/** Opens what a link of an answer leads to, and sends it. */
function openPath(all, link) {
  const [path, query = ''] = link.split('?');
  const found = operationAt(all, 'GET', path);
  if (!found) {
    notify(`No operation has the path ${path}.`, { bad: true });
    return;
  }
  go(found.operation, { given: { path: found.values, query: [...new URLSearchParams(query)] }, send: true });
}

function openEntry(all, entry, { send }) {
  const found = operationAt(all, entry.method, entry.path);
  if (!found) {
    notify(`No operation is ${entry.method} ${entry.path}.`, { bad: true });
    return;
  }
  const given = givenBy(entry, found.values);
  // What was uploaded is not in the journal: it has to be chosen again.
  const bytesAreLost = given.body === undefined && Boolean(found.operation.body);
  if (bytesAreLost && send) notify('The journal has not kept the body: choose it, then send.');
  go(found.operation, { given, send: send && !bytesAreLost });
}

function drawList(list, status, all, text, current) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (operation) => {
    const said = `${operation.title} ${operation.method} ${operation.path} ${operation.group} ${operation.id}`.toLowerCase();
    return words.every((word) => said.includes(word));
  };
  let count = 0;
  const parts = [];
  const favourites = all
    .flatMap((each) => each.groups)
    .flatMap((group) => group.operations)
    .filter(isFavourite)
    .filter(matches);
  if (favourites.length) parts.push(groupOf('Favourites', favourites, current, true));
  for (const { title, groups } of all) {
    const shown = groups
      .map((group) => ({ ...group, operations: group.operations.filter(matches) }))
      .filter((group) => group.operations.length);
    if (!shown.length) continue;
    count += shown.reduce((sum, group) => sum + group.operations.length, 0);
    parts.push(
      el('h2', { class: 'document' }, title),
      shown.map((group, index) =>
        groupOf(
          group.name,
          group.operations,
          current,
          words.length > 0 ||
            group.operations.some((each) => each.document === current.document && each.id === current.id) ||
            (index < 5 && title === 'Images'),
        ),
      ),
    );
  }
  fill(list, parts);
  status.textContent = words.length ? counted(count, 'operation') : '';
}

function groupOf(name, operations, current, open) {
  const id = freshId('group');
  return el(
    'details',
    { open },
    el('summary', { id }, `${name} (${operations.length})`),
    el(
      'ul',
      { class: 'plain', 'aria-labelledby': id },
      operations.map((operation) =>
        el(
          'li',
          {},
          el(
            'a',
            {
              href: `#/explorer/${operation.document}/${encodeURIComponent(operation.id)}`,
              'data-operation': operation.id,
              'aria-current': operation.document === current.document && operation.id === current.id ? 'page' : null,
            },
            verb(operation.method),
            ' ',
            operation.title,
          ),
        ),
      ),
    ),
  );
}
