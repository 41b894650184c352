// The answer to a request: status, time, size, headers, and the body as it came or made readable.

import { button, el, terms } from '../dom.js';
import { bytes, millis } from '../format.js';
import { jsonView, parseJson } from '../json.js';
import { copy, save } from '../notice.js';
import { base } from '../place.js';
import { decisions, refusedBy } from '../requests/decisions.js';
import { copyable, statusOf, tabs } from '../table.js';

/** The most bytes of a text that are shown: a page with more would stand still. */
const MOST = 2 * 1024 * 1024;

/** Returns an answer as elements. `onfollow` is called with the path of a link that was clicked. */
export async function answerView(answer, { onfollow, name = 'answer' }) {
  const type = header(answer, 'content-type') ?? '';
  const lines = answer.headers.map(([key, value]) => [key, linked(key, value, onfollow)]);
  return el(
    'section',
    { class: 'stack', 'aria-label': 'Answer' },
    el('h3', {}, 'Answer'),
    el(
      'div',
      { class: 'row' },
      statusOf(answer.status),
      el('strong', { 'data-status': answer.status }, `${answer.status} ${answer.reason}`),
      el('span', { class: 'muted' }, `${millis(answer.ms)} · ${bytes(answer.blob.size)}`),
    ),
    fault(answer),
    await refusal(answer),
    el('details', { open: true }, el('summary', {}, `Headers (${answer.headers.length})`), terms(lines)),
    await bodyView(answer.blob, type, onfollow, name),
  );
}

const header = (answer, name) => answer.headers.find(([key]) => key.toLowerCase() === name)?.[1];

function fault(answer) {
  const id = header(answer, 'x-lookalike-fault');
  return id && el('div', { class: 'warning' }, 'A fault rule made this answer: ', el('a', { href: '#/faults' }, id));
}

async function refusal(answer) {
  const refused = [403, 404].includes(answer.status) && (await refusedBy(answer.headers));
  return refused && el('div', { class: 'warning' }, 'Rules of the policy that refused:', decisions(refused));
}

function linked(name, value, onfollow) {
  const path = name.toLowerCase() === 'location' ? below(value) : null;
  return path && onfollow ? button(value, () => onfollow(path), { class: 'link', title: 'Send a GET for it' }) : value;
}

/** Returns the path of a link that leads to this cloud, without that of the cloud itself; else null. */
function below(text) {
  if (!/^(?:\/|https?:\/\/)/.test(text) || /\s/.test(text)) return null;
  let url;
  try {
    url = new URL(text, location.origin);
  } catch {
    return null;
  }
  if (url.origin !== location.origin) return null;
  const path = url.pathname + url.search;
  const inside = base && path.startsWith(`${base}/`) ? path.slice(base.length) : path;
  return /^\/(?:v[23](?:[/?.]|$)|identity\/|_lookalike\/)/.test(inside) ? inside : null;
}

async function bodyView(blob, type, onfollow, name) {
  if (!blob.size) return el('p', { class: 'muted' }, 'No body.');
  const download = button('Download the body', () => save(blob, name));
  const readable = /json|text|xml|yaml|html/.test(type) || (!type && blob.size < 65536);
  if (!readable || blob.size > MOST) {
    return el('div', { class: 'row' }, el('span', {}, `${bytes(blob.size)} of ${type || 'unknown type'}. `), download);
  }
  const text = await blob.text();
  const { value, problem } = parseJson(text);
  const raw = () => copyable(text, { label: 'Body as it came' });
  const row = el(
    'div',
    { class: 'row' },
    button('Copy the body', () => copy(text)),
    download,
  );
  if (problem) return el('div', { class: 'stack' }, raw(), row);
  const onlink =
    onfollow &&
    ((link) => {
      const path = below(link);
      return path && (() => onfollow(path));
    });
  const kinds = [
    { name: 'pretty', title: 'Readable' },
    { name: 'raw', title: 'As it came' },
  ];
  const { list, panel, pick } = tabs('Body', kinds, 'pretty', (chosen, into) => {
    into.replaceChildren(chosen === 'raw' ? raw() : jsonView(value, { onlink, label: 'Body' }));
  });
  pick('pretty');
  return el('div', { class: 'stack' }, list, panel, row);
}
