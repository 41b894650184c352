// The overview: what this cloud is, how clients reach it, and its reset.

import { cloud, forgetTokens, loadActing } from '../acting.js';
import { control } from '../api.js';
import { confirm } from '../ask.js';
import { button, el, fill, terms } from '../dom.js';
import { duration } from '../format.js';
import { attempt } from '../notice.js';
import { cloudUrl } from '../place.js';
import { onReturn } from '../presence.js';
import { again } from '../router.js';
import { repeat } from '../repeat.js';
import { copyable, copyButton, table } from '../table.js';

/** Draws the page, and its numbers anew every five seconds. */
export async function show(root, { signal }) {
  const numbers = el('div', { class: 'cards' });
  const health = await control('/health');
  const refresh = async () => {
    const status = await control('/status');
    fill(numbers, cards(status));
    return status;
  };
  const status = await refresh();
  if (signal.aborted) return;
  onReturn(signal, () => again());
  const found = cloud();
  fill(
    root,
    numbers,
    el('div', { class: 'row' }, button('Reset the cloud…', reset, { class: 'danger' })),
    el('h2', {}, 'Addresses'),
    addresses(found, status),
    el('h2', {}, 'Users'),
    users(found),
    el('h2', {}, 'Stores'),
    table(
      'Stores',
      [
        { title: 'Store', cell: (store) => store.id },
        { title: 'Type', cell: (store) => store.type },
      ],
      health.stores,
    ),
    found?.clouds_yaml ? [el('h2', {}, 'clouds.yaml'), copyable(found.clouds_yaml, { label: 'clouds.yaml' })] : null,
    found?.cloud ? [el('h2', {}, 'openstack.connect(**cloud)'), copyable(JSON.stringify(found.cloud, null, 2), { label: 'cloud' })] : null,
    found?.openrc ? [el('h2', {}, 'openrc'), copyable(found.openrc, { label: 'openrc' })] : null,
  );
  repeat(signal, 5000, refresh);
}

function cards(status) {
  const card = (value, name, href) =>
    el('div', { class: 'card' }, el('b', {}, value), href ? el('a', { href }, name) : el('span', {}, name));
  return [
    card(status.images, 'images', '#/images'),
    status.users === null ? null : card(status.users, 'users'),
    card(status.uploads, 'running uploads'),
    card(status.faults, 'faults', '#/faults'),
    card(status.snapshots, 'snapshots', '#/snapshots'),
    status.sandboxes === undefined ? null : card(status.sandboxes, 'sandboxes', '#/sandboxes'),
    card(duration(status.uptime_s), 'since the start'),
    card(status.version, `version, on ${status.database}`),
  ];
}

function addresses(found, status) {
  const line = (url, label) => url && [el('code', {}, url), ' ', copyButton(url, label)];
  return terms([
    ['Images', line(found?.image_url ?? status.url, 'the address of Images')],
    ['Identity', line(found?.auth_url ?? `${cloudUrl}/identity/v3`, 'the address of Identity')],
    ['Control', line(found?.control_url ?? `${status.url}/_lookalike`, 'the address of the control API')],
  ]);
}

function users(found) {
  if (!found?.users?.length)
    return el('p', { class: 'muted' }, 'This cloud names no users: it has no Identity of its own, or a control API without them.');
  return table(
    'Users',
    [
      { title: 'Name', cell: (user) => user.name },
      {
        title: 'Password',
        cell: (user) => [el('code', {}, user.password), ' ', copyButton(user.password, `the password of ${user.name}`)],
      },
      { title: 'Project', cell: (user) => user.project ?? '–' },
      { title: 'Domain', cell: (user) => user.domain },
      { title: 'Roles', cell: (user) => (user.roles ?? []).join(', ') },
    ],
    found.users,
  );
}

async function reset() {
  const text =
    'All images, users and tokens become those of the start; faults, pace and the journal are emptied. Snapshots and sandboxes stay.';
  if (!(await confirm('Reset the cloud', text, 'Reset'))) return;
  await attempt(async () => {
    try {
      await control('/reset', { method: 'POST' });
    } catch (error) {
      if (error.status !== 409) throw error;
      const more = `${error.message} Delete all data instead?`;
      if (!(await confirm('The data of the start cannot be restored', more, 'Delete all data'))) return;
      await control('/reset', { method: 'POST', json: { discard: true } });
    }
    forgetTokens();
    await loadActing();
    again();
  }, 'The cloud is as it was at its start.');
}
