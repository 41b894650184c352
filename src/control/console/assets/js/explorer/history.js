// The history of requests: the journal of the cloud, so it has those of other clients, too.

import { control } from '../api.js';
import { button, el, fill } from '../dom.js';
import { millis, time } from '../format.js';
import { attempt } from '../notice.js';
import { statusOf, table, verb } from '../table.js';

const COUNT = 50;

/** Draws the last requests of the journal; `open(entry, {send})` opens one in its form. */
export function showHistory(root, open) {
  const list = el('div');
  const refresh = () =>
    attempt(async () => {
      const { requests } = await control(`/requests?limit=${COUNT}`);
      fill(list, table('History', columns(open), requests.reverse(), { empty: 'The journal has no requests.' }));
    });
  fill(
    root,
    el('h2', { id: 'operation-title', tabindex: '-1' }, 'History'),
    el(
      'p',
      { class: 'muted' },
      `The last ${COUNT} requests of the journal, also those of other clients. Tokens and passwords are not kept: a request is sent again as the user chosen above.`,
    ),
    el('div', { class: 'row' }, button('Read again', refresh)),
    list,
  );
  return refresh();
}

function columns(open) {
  return [
    { title: 'Time', cell: (entry) => el('span', { class: 'nowrap' }, time(entry.at)) },
    {
      title: 'Request',
      cell: (entry) => [
        verb(entry.method),
        ' ',
        button(entry.path + (entry.query ? `?${entry.query}` : ''), () => open(entry, { send: false }), { class: 'link mono' }),
      ],
    },
    { title: 'Status', cell: (entry) => statusOf(entry.status) },
    { title: 'Took', cell: (entry) => millis(entry.duration_ms) },
    {
      title: '',
      cell: (entry) =>
        button('Send again', () => open(entry, { send: true }), { 'aria-label': `Send ${entry.method} ${entry.path} again` }),
    },
  ];
}

/** Headers that a request gets anew when it is sent again. */
const OWN =
  /^(?:accept-.*|connection|content-length|cookie|host|origin|referer|sec-.*|transfer-encoding|user-agent|x-auth-token|x-subject-token|x-lookalike-.*|content-type|accept|cache-control|pragma)$/i;

/** Returns what a form begins with for an entry of the journal. */
export function givenBy(entry, path) {
  const headers = Object.entries(entry.request_headers).filter(([name]) => !OWN.test(name));
  const query = [...new URLSearchParams(entry.query)];
  const type = entry.request_headers['content-type'];
  const { request_body: found } = entry;
  // A patch type says patch, else everything else says what it says.
  let body = found === undefined ? undefined : { type, text: typeof found === 'string' ? found : JSON.stringify(found, null, 2) };
  if (found === undefined && !entry.request_bytes) body = null;
  return { path, query, headers, body };
}
