// Tables, tabs and text to copy: what several pages show in the same way.

import { button, el, freshId } from './dom.js';
import { copy } from './notice.js';

/** Returns a table that scrolls on narrow screens. A column is `{title, cell(row), sort?, class?}`. */
export function table(label, columns, rows, { sorted, onsort, empty = 'Nothing yet.', rowAttributes = () => ({}) } = {}) {
  const head = columns.map((column) => {
    if (!column.sort || !onsort) return el('th', { scope: 'col' }, column.title);
    const state = sorted?.key === column.sort ? (sorted.descending ? 'descending' : 'ascending') : null;
    return el(
      'th',
      { scope: 'col', 'aria-sort': state },
      button(column.title, () => onsort(column.sort), { class: 'sort' }),
    );
  });
  const body = el(
    'tbody',
    {},
    rows.map((row) => rowOf(columns, row, rowAttributes(row))),
  );
  if (!rows.length) body.append(el('tr', {}, el('td', { colspan: columns.length, class: 'muted' }, empty)));
  const node = el('table', { 'aria-label': label }, el('thead', {}, el('tr', {}, head)), body);
  return el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': label }, node);
}

/** Returns one row of a table. */
export function rowOf(columns, row, attributes = {}) {
  return el(
    'tr',
    attributes,
    columns.map((column) => el('td', { class: column.class }, column.cell(row))),
  );
}

/** Returns a text in a frame with a button that copies it. */
export function copyable(text, { label = 'Text' } = {}) {
  return el(
    'div',
    { class: 'copyable' },
    el('pre', { tabindex: '0', role: 'region', 'aria-label': label }, text),
    button('Copy', () => copy(text), { 'aria-label': `Copy: ${label}` }),
  );
}

/** Returns a short text with a button that copies it. */
export function copyButton(text, label) {
  return button('Copy', () => copy(text), { class: 'plain small', 'aria-label': `Copy ${label}` });
}

/** Returns tabs: each `{name, title}`; `onchoose(name)` draws into the panel that is returned beside them. */
export function tabs(label, choices, chosen, onchoose) {
  const panel = el('div', { role: 'tabpanel', id: freshId('panel'), class: 'stack' });
  const list = el('div', { role: 'tablist', 'aria-label': label });
  const buttons = choices.map(({ name, title }) =>
    button(title, () => pick(name), {
      role: 'tab',
      id: freshId('tab'),
      'aria-controls': panel.id,
      'data-name': name,
    }),
  );
  list.append(...buttons);
  list.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const now = buttons.findIndex((each) => each === document.activeElement);
    const next = buttons[(now + step + buttons.length) % buttons.length];
    next.focus();
    pick(next.dataset.name);
  });
  function mark(name) {
    for (const each of buttons) {
      const on = each.dataset.name === name;
      each.setAttribute('aria-selected', String(on));
      each.tabIndex = on ? 0 : -1;
      if (on) panel.setAttribute('aria-labelledby', each.id);
    }
  }
  function pick(name) {
    mark(name);
    onchoose(name, panel);
  }
  mark(chosen);
  return { list, panel, pick };
}

/** Returns a method in its colour. */
export function verb(method) {
  return el('span', { class: `verb ${method.toLowerCase()}` }, method);
}

/** Returns a status of HTTP in its colour. */
export function statusOf(status) {
  if (status === null || status === undefined || status === 0) return el('span', { class: 'badge bad' }, 'none');
  const kind = status < 300 ? 'good' : status < 400 ? 'warn' : 'bad';
  return el('span', { class: `badge ${kind}` }, status);
}
