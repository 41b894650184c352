// What comes of a form: the request alone, its snippets, or the exchange with its answer.

import { actingHeaders, forgetTokens } from '../acting.js';
import { button, el, fill } from '../dom.js';
import { bytes } from '../format.js';
import { ownHeaders } from '../session.js';
import { copyable, statusOf, tabs } from '../table.js';
import { transfer } from '../transfer.js';
import { answerView } from './answer.js';
import { isSent } from './fields.js';
import { SNIPPETS } from './snippets.js';

function requestLines(request) {
  const secret = request.operation.document === 'control' ? [] : request.authorized ? ['X-Auth-Token: $OS_TOKEN'] : [];
  const lines = [`${request.method} ${request.path}`, ...secret, ...request.headers.map(([name, value]) => `${name}: ${value}`)];
  if (request.body?.file) lines.push('', `(${request.body.file.name}, ${bytes(request.body.file.size)})`);
  else if (request.body?.text) lines.push('', request.body.text);
  return lines.join('\n');
}

/** Shows a request without sending it. */
export function showMock(request, into) {
  fill(
    into,
    el(
      'section',
      { class: 'stack', 'aria-label': 'Request' },
      el('h3', {}, 'Request, not sent'),
      copyable(requestLines(request), { label: 'Request' }),
    ),
    snippetsOf(request),
  );
}

/** Shows the snippets of a request. */
export function showSnippets(request, into) {
  fill(into, snippetsOf(request));
}

function snippetsOf(request) {
  const draw = (name, panel) =>
    fill(panel, copyable(SNIPPETS.find((each) => each.name === name).text(request), { label: `Snippet: ${name}` }));
  const { list, panel, pick } = tabs('Snippets', SNIPPETS, 'curl', draw);
  pick('curl');
  return el('section', { class: 'stack', 'aria-label': 'Snippets' }, el('h3', {}, 'Snippets'), list, panel);
}

/** Sends a request, with its progress, and shows what came of it. */
export async function sendRequest(request, into, { follow, signal }) {
  const stop = new AbortController();
  signal.addEventListener('abort', () => stop.abort());
  const bar = el('progress', { 'aria-label': 'Progress', max: 1 });
  const words = el('span', { class: 'muted', role: 'status' }, 'Sending…');
  const cancel = button('Cancel', () => stop.abort(), { class: 'danger' });
  const shownRequest = el('details', {}, el('summary', {}, 'Request'), copyable(requestLines(request), { label: 'Request' }));
  fill(into, el('div', { class: 'row' }, words, cancel), bar);
  const onprogress = ({ phase, done, total }) => {
    if (total) bar.value = done / total;
    else bar.removeAttribute('value');
    words.textContent = `${bytes(done)}${total ? ` of ${bytes(total)}` : ''} ${phase}`;
  };
  try {
    const secret = request.operation.document === 'control' ? ownHeaders() : await actingHeaders({ own: false });
    const headers = [...Object.entries(secret), ...request.headers.filter(([name]) => isSent(name))];
    const body = request.body?.file ?? request.body?.text ?? null;
    const answer = await transfer({ method: request.method, path: request.path, headers, body }, { signal: stop.signal, onprogress });
    if (answer.status === 401) forgetTokens();
    const name = request.path.split('?')[0].split('/').filter(Boolean).join('-') || 'answer';
    fill(into, shownRequest, await answerView(answer, { onfollow: follow, name }), snippetsOf(request));
  } catch (error) {
    fill(
      into,
      shownRequest,
      el(
        'section',
        { class: 'stack', 'aria-label': 'Answer' },
        el('h3', {}, 'No answer'),
        el('div', { class: 'row' }, statusOf(error.status || null), el('span', { class: 'wrap', role: 'alert' }, error.message)),
      ),
    );
  }
}
