// Saved Images: the images that the acting user sees, to look through, search and change.

import { account, ask, onActing } from '../acting.js';
import { button, check, el, field, fill } from '../dom.js';
import { counted } from '../format.js';
import { onReturn } from '../presence.js';
import { table, tabs } from '../table.js';
import { columns, loadServers } from './columns.js';
import { create } from './create.js';
import { showImage } from './drawer.js';
import { PAGE, readPage, search, TABS } from './list.js';

/** Draws the page; the address may name an image, which is then shown. */
export async function show(root, { args: [id], signal }) {
  const page = new Page(root, signal);
  await loadServers();
  if (signal.aborted) return;
  page.build();
  await page.read();
  if (id) page.open({ id });
}

class Page {
  constructor(root, signal) {
    Object.assign(this, {
      root,
      signal,
      tab: TABS[0],
      sort: { key: 'created_at', descending: true },
      markers: [null],
      next: null,
      run: null,
    });
  }

  build() {
    this.words = el('input', {
      type: 'search',
      autocomplete: 'off',
      spellcheck: 'false',
      placeholder: 'part of a name, begin of an id',
    });
    this.status = el('span', { class: 'muted', role: 'status' });
    this.list = el('div');
    this.pager = el('div', { class: 'row' });
    const [hiddenRow, hidden] = check('Hidden images');
    this.hidden = hidden;
    const restart = () => {
      this.markers = [null];
      this.read();
    };
    const { list, panel } = tabs('Images', TABS, this.tab.name, (name) => {
      this.tab = TABS.find((each) => each.name === name);
      restart();
    });
    let timer = null;
    this.words.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(restart, 250);
    });
    hidden.addEventListener('change', restart);
    onActing(this.signal, restart);
    onReturn(this.signal, () => this.read());
    fill(
      panel,
      el(
        'div',
        { class: 'row end' },
        field('Search', this.words),
        hiddenRow,
        button('Read again', () => this.read()),
        this.status,
      ),
      this.list,
      this.pager,
    );
    fill(
      this.root,
      el(
        'div',
        { class: 'row' },
        button('Create an image…', () => create(() => this.read()), { class: 'main' }),
      ),
      list,
      panel,
    );
  }

  /** Reads and draws what is chosen; a reading that was begun before is given up. */
  async read() {
    this.run?.abort();
    const run = new AbortController();
    this.run = run;
    this.signal.addEventListener('abort', () => run.abort());
    this.list.setAttribute('aria-busy', 'true');
    try {
      const { project } = await account();
      const options = { project: project?.id, sort: this.sort, hidden: this.hidden.checked, signal: run.signal };
      const words = this.words.value.trim();
      if (words) await this.search(words, options);
      else await this.page(options);
    } catch (error) {
      if (!run.signal.aborted) {
        fill(this.list, el('div', { class: 'error', role: 'alert' }, error.message));
        fill(this.pager);
        this.status.textContent = '';
      }
    }
    if (!run.signal.aborted) this.list.removeAttribute('aria-busy');
  }

  async page(options) {
    const { images, next } = await readPage(this.tab, { ...options, marker: this.markers.at(-1) });
    if (options.signal.aborted) return;
    this.draw(images);
    const number = this.markers.length;
    this.status.textContent = `Page ${number}, ${counted(images.length, 'image')}`;
    fill(
      this.pager,
      button(
        'Previous page',
        () => {
          this.markers.pop();
          this.read();
        },
        { disabled: number === 1 },
      ),
      button(
        'Next page',
        () => {
          this.markers.push(next);
          this.read();
        },
        { disabled: !next },
      ),
      el('span', { class: 'muted' }, `${PAGE} on a page`),
    );
  }

  async search(words, options) {
    fill(this.pager);
    const onfound = ({ images, read }) => {
      if (!options.signal.aborted) this.status.textContent = `${counted(images.length, 'image')} of ${read} read`;
    };
    const finish = async (work) => {
      const { images, more } = await work;
      if (options.signal.aborted) return;
      this.draw(images);
      fill(this.pager, more ? button('Search further', () => finish(more())) : null);
    };
    await finish(search(this.tab, words, { ...options, onfound }));
  }

  draw(images) {
    const onsort = (key) => {
      this.sort = { key, descending: this.sort.key === key ? !this.sort.descending : key !== 'name' };
      this.markers = [null];
      this.read().then(() => this.list.querySelector('th[aria-sort] button')?.focus());
    };
    fill(
      this.list,
      table(
        'Saved Images',
        columns((image) => this.open(image)),
        images,
        {
          sorted: this.sort,
          onsort,
          empty: 'No images.',
          rowAttributes: (image) => ({ 'data-row': image.id }),
        },
      ),
    );
  }

  async open(given) {
    let changed = false;
    await showImage(given.id, {
      onchange: () => {
        changed = true;
      },
      read: () => ask(`/v2/images/${encodeURIComponent(given.id)}`),
    });
    if (changed && !this.signal.aborted) await this.read();
  }
}
