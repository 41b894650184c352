// One image in full beside the table: its properties, everything that belongs to it, and what can be done with it.

import { dialog } from '../ask.js';
import { button, el, fill, terms } from '../dom.js';
import { bytes, time } from '../format.js';
import { copyable, copyButton } from '../table.js';
import { actions } from './actions.js';
import { nameOf, serverOf, stateOf } from './columns.js';
import { events, locations, members, tags, tasks } from './parts.js';

/** Fields with a place of their own; all others are properties. */
const KNOWN = new Set([
  'id',
  'name',
  'status',
  'visibility',
  'size',
  'virtual_size',
  'owner',
  'created_at',
  'updated_at',
  'disk_format',
  'container_format',
  'min_disk',
  'min_ram',
  'protected',
  'os_hidden',
  'checksum',
  'os_hash_algo',
  'os_hash_value',
  'tags',
  'self',
  'file',
  'schema',
  'locations',
  'direct_url',
  'stores',
  'members',
]);

/** Shows an image until it is closed. `read` reads it; `onchange` is called after each change. */
export function showImage(id, { read, onchange }) {
  const content = el('div', { class: 'stack' });
  return dialog(
    'Image',
    (close, heading) => {
      const changed = async ({ gone = false } = {}) => {
        onchange();
        if (gone) close();
        else await draw();
      };
      const draw = async () => {
        try {
          const image = await read();
          fill(heading, nameOf(image));
          fill(content, view(image, changed));
        } catch (error) {
          fill(content, el('div', { class: 'error', role: 'alert' }, error.message));
        }
      };
      draw();
      return [
        el(
          'div',
          { class: 'row' },
          button('Close', () => close()),
        ),
        content,
      ];
    },
    { drawer: true },
  );
}

function view(image, changed) {
  const more = Object.entries(image)
    .filter(([name]) => !KNOWN.has(name))
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return [
    el(
      'div',
      { class: 'row' },
      stateOf(image),
      el('span', {}, image.visibility),
      image.protected ? el('span', { class: 'badge' }, 'protected') : null,
    ),
    actions(image, changed),
    terms([
      ['Id', [el('code', {}, image.id), ' ', copyButton(image.id, 'the id')]],
      ['Server', serverOf(image)],
      ['Owner', image.owner && el('code', {}, image.owner)],
      ['Created', time(image.created_at)],
      ['Changed', time(image.updated_at)],
      ['Size', image.size === null || image.size === undefined ? null : `${bytes(image.size)} (${image.size.toLocaleString('en')} bytes)`],
      ['Virtual size', image.virtual_size ? bytes(image.virtual_size) : null],
      ['Format', [image.disk_format, image.container_format].filter(Boolean).join(' in ')],
      [
        'Needs',
        [image.min_disk ? `${image.min_disk} GiB of disk` : '', image.min_ram ? `${image.min_ram} MiB of memory` : '']
          .filter(Boolean)
          .join(', '),
      ],
      ['Hidden', image.os_hidden ? 'yes' : null],
      ['Stores', image.stores],
    ]),
    el('h3', {}, 'Hashes'),
    image.checksum || image.os_hash_value
      ? terms([
          ['md5', image.checksum && el('code', {}, image.checksum)],
          [image.os_hash_algo ?? 'hash', image.os_hash_value && el('code', {}, image.os_hash_value)],
        ])
      : el('p', { class: 'muted' }, 'None yet.'),
    el('h3', {}, 'Properties'),
    more.length
      ? terms(more.map(([name, value]) => [name, value === null ? 'null' : String(value)]))
      : el('p', { class: 'muted' }, 'None.'),
    el('h3', {}, 'Tags'),
    tags(image, changed),
    el('h3', {}, 'Members'),
    members(image, changed),
    el('h3', {}, 'Tasks'),
    tasks(image),
    el('h3', {}, 'Locations'),
    locations(image),
    el('h3', {}, 'In the journal'),
    events(image),
    el('details', {}, el('summary', {}, 'As JSON'), copyable(JSON.stringify(image, null, 2), { label: 'The image as JSON' })),
  ];
}
