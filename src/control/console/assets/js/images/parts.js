// What belongs to an image: tags, members, tasks, locations, and its requests in the journal.

import { ask } from '../acting.js';
import { control } from '../api.js';
import { button, el, field, fill } from '../dom.js';
import { millis, time } from '../format.js';
import { attempt } from '../notice.js';
import { showRequest } from '../requests/detail.js';
import { statusOf, table, verb } from '../table.js';
import { pathOf } from './actions.js';

/** Returns an element that is filled when something was read; what the user may not see is said. */
function later(read, draw) {
  const node = el('div', {}, el('p', { class: 'muted' }, '…'));
  read()
    .then((found) => fill(node, draw(found)))
    .catch((error) => fill(node, el('p', { class: 'muted' }, error.message)));
  return node;
}

function adder(label, action, add) {
  const input = el('input', { required: true, maxlength: '255', autocomplete: 'off', spellcheck: 'false' });
  return el(
    'form',
    {
      class: 'row end',
      onsubmit: (event) => {
        event.preventDefault();
        add(input.value.trim());
      },
    },
    field(label, input),
    button(action, null, { type: 'submit' }),
  );
}

/** Returns the tags of an image, to add and remove. */
export function tags(image, changed) {
  const act = (method, tag) =>
    attempt(async () => {
      await ask(pathOf(image, `/tags/${encodeURIComponent(tag)}`), { method });
      await changed();
    });
  const list = image.tags.map((tag) =>
    el(
      'span',
      { class: 'badge' },
      tag,
      ' ',
      button('×', () => act('DELETE', tag), { class: 'link', 'aria-label': `Remove the tag ${tag}` }),
    ),
  );
  return el(
    'div',
    {},
    el('div', { class: 'row' }, list.length ? list : el('span', { class: 'muted' }, 'None.')),
    adder('New tag', 'Add', (tag) => act('PUT', tag)),
  );
}

/** Returns the members of an image, to add and remove. */
export function members(image, changed) {
  if (image.visibility !== 'shared') return el('p', { class: 'muted' }, 'Only an image with the visibility “shared” has members.');
  const act = (work) =>
    attempt(async () => {
      await work();
      await changed();
    });
  const remove = (member) => act(() => ask(pathOf(image, `/members/${encodeURIComponent(member)}`), { method: 'DELETE' }));
  const share = (member) => act(() => ask(pathOf(image, '/members'), { method: 'POST', json: { member } }));
  const list = later(
    () => ask(pathOf(image, '/members')),
    (found) =>
      table(
        'Members',
        [
          { title: 'Project', cell: (member) => el('code', {}, member.member_id) },
          { title: 'Status', cell: (member) => member.status },
          { title: 'Changed', cell: (member) => time(member.updated_at) },
          {
            title: '',
            cell: (member) =>
              button('Remove', () => remove(member.member_id), {
                class: 'plain',
                'aria-label': `Remove the member ${member.member_id}`,
              }),
          },
        ],
        found.members,
        { empty: 'Nobody.' },
      ),
  );
  return el('div', {}, list, adder('Share with the project (id)', 'Share', share));
}

/** Returns the tasks of an image. */
export function tasks(image) {
  return later(
    () => ask(pathOf(image, '/tasks')),
    (found) =>
      table(
        'Tasks',
        [
          { title: 'Type', cell: (task) => task.type },
          { title: 'Status', cell: (task) => task.status },
          { title: 'Begun', cell: (task) => time(task.created_at) },
          { title: 'Message', cell: (task) => task.message ?? '' },
        ],
        found.tasks,
        { empty: 'None.' },
      ),
  );
}

/** Returns where the data of an image lies. */
export function locations(image) {
  const draw = (found) =>
    table(
      'Locations',
      [
        { title: 'URL', cell: (location) => el('code', {}, location.url) },
        { title: 'Metadata', cell: (location) => el('code', {}, JSON.stringify(location.metadata)) },
      ],
      found,
      { empty: 'None.' },
    );
  return image.locations ? draw(image.locations) : later(() => ask(pathOf(image, '/locations')), draw);
}

/** Returns the requests of an image that the journal has. */
export function events(image) {
  const read = async () => {
    const paths = [`/v2/images/${image.id}`, `/v2/images/${image.id}/**`];
    const found = await Promise.all(paths.map((path) => control(`/requests?${new URLSearchParams({ path, limit: '20' })}`)));
    return found.flatMap(({ requests }) => requests).sort((one, other) => other.id - one.id);
  };
  return later(read, (found) =>
    table(
      'In the journal',
      [
        { title: 'Time', class: 'nowrap', cell: (entry) => time(entry.at) },
        {
          title: 'Request',
          cell: (entry) => [verb(entry.method), ' ', button(entry.path, () => showRequest(entry), { class: 'link mono small' })],
        },
        { title: 'Status', cell: (entry) => statusOf(entry.status) },
        { title: 'Took', class: 'nowrap', cell: (entry) => millis(entry.duration_ms) },
      ],
      found,
      { empty: 'No requests.' },
    ),
  );
}
