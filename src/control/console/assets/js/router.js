// Shows the page that the fragment of the address names: `#/faults`, `#/explorer/images/listImages`.

import { el, fill } from './dom.js';
import { PAGES } from './pages.js';

let leaving = new AbortController();
let shown = null;

/** Begins to follow the address. */
export function start() {
  draw();
  addEventListener('hashchange', () => go());
  return go({ first: true });
}

/** Returns the parts of the address after the name of the page, decoded. */
function parts() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const [name, ...args] = path.split('/').map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  return { name, args, query: new URLSearchParams(query) };
}

function draw() {
  const items = PAGES.map(({ name, title }) => el('li', {}, el('a', { href: `#/${name}`, 'data-page': name }, title)));
  fill(document.getElementById('nav'), el('ul', {}, items));
}

/** Shows the page anew, as after a reset. */
export const again = () => go();

async function go({ first = false } = {}) {
  const { name, args, query } = parts();
  const page = PAGES.find((each) => each.name === name);
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const main = document.getElementById('main');
  document.querySelectorAll('dialog.drawer[open]').forEach((dialog) => dialog.close());
  for (const link of document.querySelectorAll('#nav a')) {
    if (link.dataset.page === name) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  document.title = `${page?.title ?? 'Not found'} – lookalike`;
  // A page stays as it is while its own parts change the rest of the address.
  const root = el('div', { class: 'page' });
  const heading = el('h1', { tabindex: '-1' }, page?.title ?? 'There is no such page');
  main.setAttribute('aria-busy', 'true');
  fill(main, heading, root);
  if (!first && shown !== name) heading.focus();
  shown = name;
  try {
    if (page) {
      const module = await page.load();
      if (!signal.aborted) await module.show(root, { args, query, signal, heading });
    } else {
      fill(root, el('p', {}, 'Choose one from the list.'));
    }
  } catch (error) {
    if (!signal.aborted) fill(root, el('div', { class: 'error', role: 'alert' }, error.message));
  }
  if (!signal.aborted) main.removeAttribute('aria-busy');
}
