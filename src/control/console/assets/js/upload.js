// An upload of the console itself, with a bar of its progress and a button that cancels it.

import { ApiError, said } from './api.js';
import { button, el, fill } from './dom.js';
import { bytes } from './format.js';
import { ownHeaders } from './session.js';
import { transfer } from './transfer.js';

/** Sends a file; draws its progress into an element; fails with the words of the server. */
export async function uploadTo(path, file, { into, type = 'application/octet-stream', method = 'PUT', headers = {} }) {
  const stop = new AbortController();
  const bar = el('progress', { max: 1, 'aria-label': `Upload of ${file.name}` });
  const words = el('span', { class: 'muted', role: 'status' }, 'Sending…');
  fill(
    into,
    el(
      'div',
      { class: 'row' },
      words,
      button('Cancel', () => stop.abort(), { class: 'danger' }),
    ),
    bar,
  );
  const onprogress = ({ phase, done, total }) => {
    if (phase !== 'sent') return;
    if (total) bar.value = done / total;
    words.textContent = done === total ? 'Sent; the server is working on it…' : `${bytes(done)} of ${bytes(total)} sent`;
  };
  try {
    const pairs = Object.entries({ ...ownHeaders(), ...headers, 'Content-Type': type });
    const answer = await transfer({ method, path, headers: pairs, body: file }, { signal: stop.signal, onprogress });
    if (answer.status >= 400) throw new ApiError(answer.status, said(await answer.blob.text()) || `The server answered ${answer.status}.`);
  } finally {
    fill(into);
  }
}
