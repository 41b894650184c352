// One request of the journal in full, beside the page.

import { userName } from '../acting.js';
import { control } from '../api.js';
import { dialog } from '../ask.js';
import { button, el, terms } from '../dom.js';
import { bytes, millis, time } from '../format.js';
import { jsonView } from '../json.js';
import { copyable, statusOf, verb } from '../table.js';
import { decisions } from './decisions.js';

/** The parts of a path that name one object: they become a pattern. */
const OBJECT = /^(?:[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12})$/i;

/** Shows a request; it is read anew, for a download may have gone on. */
export async function showRequest(entry) {
  const found = await control(`/requests/${entry.id}`).catch(() => entry);
  await dialog(
    `Request ${found.id}`,
    (close) =>
      el(
        'div',
        { class: 'stack' },
        el('div', { class: 'row' }, verb(found.method), el('code', {}, found.path + (found.query ? `?${found.query}` : ''))),
        el('div', { class: 'row' }, statusOf(found.status), found.aborted ? el('span', { class: 'badge bad' }, 'broken off') : null),
        el(
          'div',
          { class: 'row' },
          el('a', { class: 'button', href: faultAddress(found), onclick: () => close() }, 'Make a fault of this'),
          button('Close', () => close()),
        ),
        terms([
          ['Arrived', time(found.at)],
          ['Took', millis(found.duration_ms)],
          ['User', found.user && [userName(found.user), ' ', el('code', {}, found.user)]],
          ['Project', found.project],
          ['Fault', found.fault && el('a', { href: '#/faults', onclick: () => close() }, found.fault)],
          ['Policy', found.policy && decisions(found.policy)],
          ['Sent', bytes(found.request_bytes)],
          ['Received', bytes(found.response_bytes)],
        ]),
        el('h3', {}, 'Request'),
        terms(Object.entries(found.request_headers)),
        body(found),
        el('h3', {}, 'Response'),
        terms(Object.entries(found.response_headers)),
        el('details', {}, el('summary', {}, 'As JSON'), copyable(JSON.stringify(found, null, 2), { label: 'The request as JSON' })),
      ),
    { drawer: true },
  );
}

function body(found) {
  const { request_body: value } = found;
  if (value === undefined) return found.request_bytes ? el('p', { class: 'muted' }, 'The journal keeps no such bodies.') : null;
  return typeof value === 'string' ? copyable(value, { label: 'Body of the request' }) : jsonView(value, { label: 'Body of the request' });
}

/** Returns the address of the form of a fault that requests like this one meet. */
function faultAddress(entry) {
  const pattern = entry.path
    .split('/')
    .map((part) => (OBJECT.test(part) ? '*' : part))
    .join('/');
  return `#/faults?${new URLSearchParams({ method: entry.method, path: pattern })}`;
}
