// The columns of Saved Images, and how an image says where it comes from.

import { cloud } from '../acting.js';
import { control } from '../api.js';
import { button, el } from '../dom.js';
import { bytes, time } from '../format.js';

const STATES = { active: 'good', deactivated: 'warn', killed: 'bad', deleted: 'bad', pending_delete: 'bad' };

/** Properties that say the name of the server which an image was made from. */
const NAMES = ['instance_name', 'server_name'];

let servers = {};

/** Reads the names of servers that the cloud knows. */
export async function loadServers() {
  const found = await control('/servers').catch(() => null);
  servers = found?.servers ?? {};
}

/** Returns the name of the server that an image was made from. */
export function serverOf(image) {
  const id = image.instance_uuid;
  const said = servers[id] ?? NAMES.map((name) => image[name]).find(Boolean);
  if (said) return el('span', { title: id ?? null }, said);
  return id ? el('span', { class: 'muted', title: id }, 'deleted server') : '–';
}

/** Returns a status in its colour. */
export function stateOf(image) {
  return el('span', { class: `badge ${STATES[image.status] ?? ''}` }, image.status);
}

/** Returns the name of an image, which may be missing. */
export const nameOf = (image) => image.name || '(no name)';

/** Returns the region of an image: its own word for it, else that of the cloud. */
function regionOf(image) {
  return image['com.rackspace__1__region'] ?? cloud()?.cloud?.region_name ?? cloud()?.region ?? '–';
}

/** Returns the columns; `open(image)` shows one image. */
export function columns(open) {
  return [
    {
      title: 'Name',
      sort: 'name',
      class: 'name',
      cell: (image) => [
        button(nameOf(image), () => open(image), { class: 'link', 'data-image': image.id }),
        image.protected ? [' ', el('span', { class: 'badge' }, 'protected')] : null,
      ],
    },
    { title: 'Server', cell: serverOf },
    { title: 'Created', sort: 'created_at', class: 'nowrap', cell: (image) => time(image.created_at) },
    { title: 'Size', sort: 'size', class: 'nowrap', cell: (image) => bytes(image.size) },
    { title: 'Status', sort: 'status', cell: stateOf },
    { title: 'Visibility', cell: (image) => image.visibility },
    { title: 'Region', cell: regionOf },
  ];
}
