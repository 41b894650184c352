// A request as a command or program that others can run: the token is always $OS_TOKEN.

import { cloudUrl } from '../place.js';
import { callFor } from './calls.js';
import { commandFor } from './commands.js';
import { literal, shell } from './quote.js';

/** Returns the kinds of snippets there are: `{name, title, text(request)}`. */
export const SNIPPETS = [
  { name: 'curl', title: 'curl', text: curl },
  { name: 'python', title: 'openstacksdk', text: python },
  { name: 'cli', title: 'openstack', text: command },
];

function secretOf(request) {
  return request.operation.document === 'control'
    ? { header: 'X-Lookalike-Token', variable: 'LOOKALIKE_CONTROL_TOKEN' }
    : { header: 'X-Auth-Token', variable: 'OS_TOKEN' };
}

/** Returns the endpoint that a client is given with a token: that of the version, for nothing is discovered then. */
const endpointOf = (document) => `${cloudUrl}${document === 'identity' ? '/identity/v3' : '/v2'}`;

function curl(request) {
  const { header, variable } = secretOf(request);
  const words = ['curl -i'];
  if (request.method === 'HEAD') words[0] = 'curl -I';
  else if (request.method !== 'GET') words[0] += ` -X ${request.method}`;
  if (request.authorized) words.push(`-H "${header}: $${variable}"`);
  for (const [name, value] of request.headers) words.push(`-H ${shell(`${name}: ${value}`)}`);
  if (request.body?.file) words.push(`-T ${shell(request.body.file.name)}`);
  else if (request.body) words.push(`--data-binary ${shell(request.body.text)}`);
  words.push(shell(cloudUrl + request.path));
  return words.join(' \\\n  ');
}

function python(request) {
  const { document } = request.operation;
  if (document === 'control') return requestsOf(request);
  const endpoint = endpointOf(document);
  const head = [
    'import os',
    '',
    'import openstack',
    '',
    'conn = openstack.connect(',
    "    auth_type='admin_token',",
    `    auth={'endpoint': ${literal(endpoint)}, 'token': ${request.authorized ? "os.environ['OS_TOKEN']" : "''"}},`,
    ')',
  ];
  return [...head, callFor(request)].join('\n');
}

function requestsOf(request) {
  const headers = Object.fromEntries(request.headers);
  const lines = ['import os', '', 'import requests', ''];
  lines.push(`headers = ${literal(headers)}`);
  if (request.authorized) lines.push("headers['X-Lookalike-Token'] = os.environ.get('LOOKALIKE_CONTROL_TOKEN', '')");
  const body = request.body?.file
    ? `, data=open(${literal(request.body.file.name)}, 'rb')`
    : request.body
      ? `, data=${literal(request.body.text)}.encode()`
      : '';
  lines.push(`answer = requests.request(${literal(request.method)}, ${literal(cloudUrl + request.path)}, headers=headers${body})`);
  lines.push('print(answer.status_code, answer.text)');
  return lines.join('\n');
}

function command(request) {
  const { document } = request.operation;
  if (document === 'control') return lookalike(request);
  const found = commandFor(request);
  if (!found) return '# The openstack client has no command for this request.';
  const endpoint = endpointOf(document);
  return [`openstack --os-auth-type admin_token --os-token "$OS_TOKEN" \\\n  --os-endpoint ${shell(endpoint)}`, found].join(' \\\n  ');
}

function lookalike(request) {
  return `# The openstack client has no command for the control API: see "lookalike help".\n${curl(request)}`;
}
