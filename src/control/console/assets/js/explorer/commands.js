// Commands of the openstack client, by the request that they stand for.

import { parseJson } from '../json.js';
import { pathValues } from './calls.js';
import { shell } from './quote.js';

const simple = (words) => (values) => [words, ...values.map(shell)].join(' ');

const COMMANDS = {
  'GET /v2/images': (values, { query }) =>
    `image list${options(query, { name: 'name', status: 'status', owner: 'project', tag: 'tag', limit: 'limit', marker: 'marker', member_status: 'member-status' })}${visibility(query)}`,
  'POST /v2/images': (values, request) => created(request),
  'GET /v2/images/{}': simple('image show'),
  'PATCH /v2/images/{}': ([id], request) => changed(id, request),
  'DELETE /v2/images/{}': simple('image delete'),
  'GET /v2/images/{}/file': ([id]) => `image save --file image.bin ${shell(id)}`,
  'PUT /v2/images/{}/stage': ([id], { body }) => `image stage --file ${shell(body?.file?.name ?? 'image.bin')} ${shell(id)}`,
  'POST /v2/images/{}/actions/deactivate': ([id]) => `image set --deactivate ${shell(id)}`,
  'POST /v2/images/{}/actions/reactivate': ([id]) => `image set --activate ${shell(id)}`,
  'GET /v2/images/{}/members': simple('image member list'),
  'GET /v2/images/{}/members/{}': simple('image member get'),
  'POST /v2/images/{}/members': ([id], request) => member(id, request),
  'DELETE /v2/images/{}/members/{}': simple('image remove project'),
  'PUT /v2/images/{}/tags/{}': ([id, tag]) => `image set --tag ${shell(tag)} ${shell(id)}`,
  'DELETE /v2/images/{}/tags/{}': ([id, tag]) => `image unset --tag ${shell(tag)} ${shell(id)}`,
  'GET /v2/tasks': () => 'image task list',
  'GET /v2/tasks/{}': simple('image task show'),
  'GET /v2/info/import': () => 'image import info',
  'GET /v2/info/stores': () => 'image stores list',
  'GET /v2/metadefs/namespaces': () => 'image metadef namespace list',
  'GET /v2/metadefs/namespaces/{}': simple('image metadef namespace show'),
  'DELETE /v2/metadefs/namespaces/{}': simple('image metadef namespace delete'),
  'GET /v2/metadefs/resource_types': () => 'image metadef resource type list',
  'GET /v3/users': () => 'user list',
  'GET /v3/users/{}': simple('user show'),
  'DELETE /v3/users/{}': simple('user delete'),
  'GET /v3/projects': () => 'project list',
  'GET /v3/projects/{}': simple('project show'),
  'DELETE /v3/projects/{}': simple('project delete'),
  'GET /v3/roles': () => 'role list',
  'GET /v3/domains': () => 'domain list',
  'GET /v3/services': () => 'service list',
  'GET /v3/role_assignments': () => 'role assignment list',
};

/** Returns the command of a request without `openstack` itself, or null when there is none. */
export function commandFor(request) {
  const path = request.operation.path.replace(/\{[^}]*\}/g, '{}').replace(/^\/identity/, '');
  return COMMANDS[`${request.method} ${path}`]?.(pathValues(request), request) ?? null;
}

function options(query, names) {
  return query
    .filter(([name]) => names[name])
    .map(([name, value]) => ` --${names[name]} ${shell(value)}`)
    .join('');
}

function visibility(query) {
  const found = query.find(([name]) => name === 'visibility')?.[1];
  return ['public', 'private', 'community', 'shared', 'all'].includes(found) ? ` --${found}` : '';
}

const NAMED = { disk_format: 'disk-format', container_format: 'container-format', min_disk: 'min-disk', min_ram: 'min-ram', id: 'id' };

function created({ body }) {
  const { value } = parseJson(body?.text ?? '{}');
  if (!value || typeof value !== 'object') return null;
  const words = ['image create'];
  for (const [name, each] of Object.entries(value)) {
    if (name !== 'name') words.push(...optionOf(name, each));
  }
  return [...words, shell(value.name ?? 'name')].join(' ');
}

function optionOf(name, value) {
  if (NAMED[name]) return [`--${NAMED[name]} ${shell(String(value))}`];
  if (name === 'visibility') return [`--${value}`];
  if (name === 'protected') return [value ? '--protected' : '--unprotected'];
  if (name === 'os_hidden') return [value ? '--hidden' : '--unhidden'];
  if (name === 'tags') return value.map((tag) => `--tag ${shell(tag)}`);
  return [`--property ${shell(`${name}=${value}`)}`];
}

function changed(id, { body }) {
  const { value } = parseJson(body?.text ?? '');
  if (!Array.isArray(value)) return null;
  const set = [];
  const unset = [];
  for (const { op, path, value: each } of value) {
    const name = String(path).slice(1);
    if (op === 'remove') unset.push(`--property ${shell(name)}`);
    else if (op === 'add' || op === 'replace') set.push(...(name === 'name' ? [`--name ${shell(String(each))}`] : optionOf(name, each)));
    else return null;
  }
  // One command sets, another one removes.
  if (set.length && unset.length) return null;
  return set.length ? `image set ${set.join(' ')} ${shell(id)}` : `image unset ${unset.join(' ')} ${shell(id)}`;
}

function member(id, { body }) {
  const { value } = parseJson(body?.text ?? '');
  return typeof value?.member === 'string' ? `image add project ${shell(id)} ${shell(value.member)}` : null;
}
