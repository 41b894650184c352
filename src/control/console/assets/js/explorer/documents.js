// The operations of this server, from its own OpenAPI documents: there is no second list.

import { control } from '../api.js';
import { resolve } from './schema.js';

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options'];
const DOCUMENTS = [
  { name: 'images', title: 'Images', path: '/openapi/images.json' },
  { name: 'identity', title: 'Identity', path: '/openapi/identity.json' },
  { name: 'control', title: 'Control', path: '/openapi/control.json', other: '/openapi.json' },
];
let loaded = null;

/** Returns the documents, read once: `[{name, title, root, groups: [{name, description, operations}]}]`. */
export function documents() {
  loaded ??= Promise.all(DOCUMENTS.map(read)).then((found) => found.filter(Boolean));
  loaded.catch(() => {
    loaded = null;
  });
  return loaded;
}

/** Forgets what was read: settings may change what a document says. */
export function forgetDocuments() {
  loaded = null;
}

async function read({ name, title, path, other }) {
  const missing = (error) => {
    if (error.status === 404) return null;
    throw error;
  };
  let root = await control(path).catch(missing);
  if (!root && other) root = await control(other).catch(missing);
  return root && { name, title, root, groups: groupsOf(name, root) };
}

function groupsOf(document, root) {
  const groups = new Map((root.tags ?? []).map((tag) => [tag.name, { name: tag.name, description: tag.description, operations: [] }]));
  for (const [path, item] of Object.entries(root.paths)) {
    for (const method of METHODS.filter((each) => item[each])) {
      const operation = operationOf(document, root, path, item, method);
      if (!groups.has(operation.group)) groups.set(operation.group, { name: operation.group, operations: [] });
      groups.get(operation.group).operations.push(operation);
    }
  }
  return [...groups.values()].filter((group) => group.operations.length);
}

function operationOf(document, root, path, item, method) {
  const said = resolve(root, item[method]);
  const prefix = prefixOf(said.servers ?? item.servers ?? root.servers);
  const own = (said.parameters ?? []).map((each) => resolve(root, each));
  const shared = (item.parameters ?? [])
    .map((each) => resolve(root, each))
    .filter((each) => !own.some((other) => other.name === each.name && other.in === each.in));
  const full = `${prefix}${path}`;
  const inPath = [...full.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
  const parameters = [...shared, ...own];
  const described = new Set(parameters.filter((each) => each.in === 'path').map((each) => each.name));
  const undescribed = inPath
    .filter((name) => !described.has(name))
    .map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  return {
    document,
    root,
    id: said.operationId ?? `${method}${path.replace(/[^A-Za-z0-9]+/g, '-')}`.replace(/-$/, ''),
    method: method.toUpperCase(),
    path: full,
    title: said.summary ?? `${method.toUpperCase()} ${path}`,
    description: said.description ?? '',
    group: said.tags?.[0] ?? path.split('/').filter(Boolean)[0] ?? 'Discovery',
    parameters: [...undescribed, ...parameters],
    body: said.requestBody ? resolve(root, said.requestBody) : null,
    responses: said.responses ?? {},
    deprecated: Boolean(said.deprecated),
  };
}

/**
 * Returns the path of an API below that of the cloud. A document says the URL that clients use, with the path of a proxy
 * or of a sandbox; where the cloud is, is known from the address of the page.
 */
function prefixOf(servers) {
  return servers?.[0]?.url.match(/\/(?:identity|_lookalike)\/?$/)?.[0].replace(/\/$/, '') ?? '';
}

/** Returns the operation of a path that was asked for, with the values of its path parameters. */
export function operationAt(all, method, path) {
  const candidates = all
    .flatMap((each) => each.groups)
    .flatMap((group) => group.operations)
    .filter((each) => each.method === method)
    .sort((one, other) => one.path.split('{').length - other.path.split('{').length);
  for (const operation of candidates) {
    const values = match(operation.path, path);
    if (values) return { operation, values };
  }
  return null;
}

function match(template, path) {
  const names = [];
  const pattern = template
    .split(/(\{[^}]+\})/)
    .map((part) => {
      if (!part.startsWith('{')) return part.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
      names.push(part.slice(1, -1));
      return '([^/]+)';
    })
    .join('');
  const found = new RegExp(`^${pattern}/?$`).exec(path);
  if (!found) return null;
  try {
    return Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(found[index + 1])]));
  } catch {
    return null;
  }
}
