// Short messages at the edge of the page.

import { button, el } from './dom.js';

/** Shows a message: good news for some seconds, bad news until it is closed. */
export function notify(text, { bad = false } = {}) {
  const close = () => node.remove();
  const node = el(
    'div',
    { class: bad ? 'notice bad' : 'notice', role: bad ? 'alert' : null },
    el('span', {}, text),
    button('Close', close, { class: 'plain' }),
  );
  const notices = document.getElementById('notices');
  // What is outside of a modal dialog can neither be clicked nor read aloud.
  const [top] = [...document.querySelectorAll('dialog[open]')].slice(-1);
  (top ?? document.body).append(notices);
  notices.append(node);
  if (!bad) setTimeout(close, 5000);
}

/** Runs something and tells of its failure. */
export async function attempt(work, success) {
  try {
    const result = await work();
    if (success) notify(success);
    return result;
  } catch (error) {
    if (error.name !== 'AbortError') notify(error.message, { bad: true });
    return undefined;
  }
}

/** Puts a text into the clipboard. */
export function copy(text) {
  return attempt(() => writeClipboard(text), 'Copied.');
}

async function writeClipboard(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // A page that came by plain HTTP from another machine has no clipboard of the new kind.
  const area = el('textarea', { 'aria-label': 'Text to copy' });
  area.value = text;
  (document.querySelector('dialog[open]') ?? document.body).append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (!done) throw new Error('The browser did not allow copying.');
}

/** Saves a blob as a file on the machine of the browser. */
export function save(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = el('a', { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}
