// Lists of images: what each tab asks for, pages, sorting on the server, and the search by name and id.

import { ask } from '../acting.js';

/** Images on a page. */
export const PAGE = 25;

/** Images that one request of the search reads, and the most that it reads without being asked to go on. */
const STEP = 500;
const MOST = 5000;

/** The tabs. `query` gives the filter for a project; `keep` drops what the filter cannot. */
export const TABS = [
  { name: 'own', title: 'Own', query: (project) => (project ? { owner: project } : {}) },
  { name: 'public', title: 'Public', query: () => ({ visibility: 'public' }) },
  { name: 'community', title: 'Community', query: () => ({ visibility: 'community' }) },
  {
    name: 'shared',
    title: 'Shared with me',
    query: () => ({ visibility: 'shared', member_status: 'all' }),
    keep: (image, project) => image.owner !== project,
  },
  { name: 'all', title: 'All', query: () => ({ visibility: 'all' }) },
];

function address(query) {
  return `/v2/images?${new URLSearchParams(query)}`;
}

/** Reads one page: `{images, next}`, where `next` is the marker of the page after it or null. */
export async function readPage(tab, { project, sort, marker, hidden, signal }) {
  const query = { ...base(tab, project, sort, hidden), limit: PAGE };
  let from = marker;
  const images = [];
  // A filter of the page may drop images, so a page can need more than one request.
  for (;;) {
    const found = await ask(address(from ? { ...query, marker: from } : query), { signal });
    images.push(...found.images.filter((image) => !tab.keep || tab.keep(image, project)));
    from = found.next ? found.images.at(-1).id : null;
    if (!from || images.length >= PAGE) return { images, next: from };
  }
}

function base(tab, project, sort, hidden) {
  const query = { ...tab.query(project), sort_key: sort.key, sort_dir: sort.descending ? 'desc' : 'asc' };
  if (hidden) query.os_hidden = 'true';
  return query;
}

/**
 * Searches a tab for a part of a name or id. The API finds only whole names, so the images are read and compared here.
 * Returns `{images, read, more}`: `more` continues, or is null at the end. `onfound` is called after each step.
 */
export async function search(tab, words, { project, sort, hidden, signal, onfound, from = null, images = [], read = 0 }) {
  const wanted = words.toLowerCase();
  const query = { ...base(tab, project, sort, hidden), limit: STEP };
  let marker = from;
  let count = read;
  let left = MOST;
  for (;;) {
    const found = await ask(address(marker ? { ...query, marker } : query), { signal });
    count += found.images.length;
    left -= found.images.length;
    images.push(...found.images.filter((image) => (!tab.keep || tab.keep(image, project)) && matches(image, wanted)));
    marker = found.next ? found.images.at(-1).id : null;
    onfound?.({ images, read: count });
    if (!marker) return { images, read: count, more: null };
    if (left <= 0)
      return {
        images,
        read: count,
        more: () => search(tab, words, { project, sort, hidden, signal, onfound, from: marker, images, read: count }),
      };
  }
}

function matches(image, words) {
  return (image.name ?? '').toLowerCase().includes(words) || image.id.startsWith(words);
}
