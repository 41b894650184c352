// Calls of openstacksdk: the method made for a request, or else the plain request by the same connection.

import { cloudUrl } from '../place.js';
import { literal } from './quote.js';

const one =
  (method) =>
  ({ parameters: [id] }) =>
    `print(conn.image.${method}(${literal(id)}))`;

/** The methods of `conn.image`, by the request that they stand for. */
const METHODS = {
  'GET /v2/images': ({ query }) => `for image in conn.image.images(${keywords(query)}):\n    print(image.id, image.name)`,
  'GET /v2/images/{}': one('get_image'),
  'DELETE /v2/images/{}': one('delete_image'),
  'POST /v2/images/{}/actions/deactivate': one('deactivate_image'),
  'POST /v2/images/{}/actions/reactivate': one('reactivate_image'),
  'GET /v2/images/{}/file': ({ parameters: [id] }) => `conn.image.download_image(${literal(id)}, output='image.bin')`,
  'GET /v2/images/{}/members': ({ parameters: [id] }) =>
    `for member in conn.image.members(${literal(id)}):\n    print(member.member_id, member.status)`,
  'DELETE /v2/images/{}/members/{}': ({ parameters: [id, member] }) => `conn.image.remove_member(${literal(member)}, ${literal(id)})`,
  'PUT /v2/images/{}/tags/{}': ({ parameters: [id, tag] }) => `conn.image.add_tag(${literal(id)}, ${literal(tag)})`,
  'DELETE /v2/images/{}/tags/{}': ({ parameters: [id, tag] }) => `conn.image.remove_tag(${literal(id)}, ${literal(tag)})`,
  'GET /v2/tasks': ({ query }) => `for task in conn.image.tasks(${keywords(query)}):\n    print(task.id, task.status)`,
  'GET /v2/tasks/{}': one('get_task'),
};

function keywords(query) {
  if (query.some(([name]) => !/^[a-z_]\w*$/.test(name)) || new Set(query.map(([name]) => name)).size < query.length) {
    return `**${literal(Object.fromEntries(query))}`;
  }
  return query.map(([name, value]) => `${name}=${literal(value)}`).join(', ');
}

/** Returns the statement that sends a request. */
export function callFor(request) {
  const { document, path } = request.operation;
  const known =
    document === 'images' &&
    !request.headers.some(([name]) => name.toLowerCase() !== 'content-type') &&
    METHODS[`${request.method} ${path.replace(/\{[^}]*\}/g, '{}')}`];
  if (known) return known({ query: request.query, parameters: pathValues(request) });
  const service = document === 'identity' ? 'identity' : 'image';
  const lines = [];
  const headers = Object.fromEntries(request.headers);
  let body = '';
  if (request.body?.file) body = `data=open(${literal(request.body.file.name)}, 'rb')`;
  else if (request.body) body = `data=${literal(request.body.text)}.encode()`;
  lines.push(`answer = conn.${service}.request(`, `    ${literal(cloudUrl + request.path)},`, `    ${literal(request.method)},`);
  if (Object.keys(headers).length) lines.push(`    headers=${literal(headers, '    ')},`);
  if (body) lines.push(`    ${body},`);
  lines.push(')', 'print(answer.status_code, answer.text)');
  return lines.join('\n');
}

/** Returns the values of the path parameters of a request, in their order. */
export function pathValues(request) {
  const pattern = request.operation.path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]*\}/g, '([^/]*)');
  const found = new RegExp(`^${pattern}$`).exec(request.path.split('?')[0]);
  return found ? found.slice(1).map(decodeURIComponent) : [];
}
