// The form of one operation, what can be done with it, and what came of it.

import { actingHeaders, forgetTokens, who } from '../acting.js';
import { button, el, fill, prose } from '../dom.js';
import { bytes } from '../format.js';
import { copy } from '../notice.js';
import { ownHeaders } from '../session.js';
import { copyable, statusOf, tabs, verb } from '../table.js';
import { transfer } from '../transfer.js';
import { answerView } from './answer.js';
import { bodyForm } from './body.js';
import { favouriteButton } from './favourites.js';
import { freeRows, isSent, parameterField } from './fields.js';
import { buildRequest, missing } from './request.js';
import { resolve } from './schema.js';
import { SNIPPETS } from './snippets.js';
import { suggest } from './suggest.js';

const PLACES = [['path', 'Path'], ['query', 'Query'], ['header', 'Headers']];

/**
 * Draws the form of an operation into a root. `given` are values to begin with: `{path, query, headers, body}`; `send`
 * sends it at once. `follow` is called with the path of a link in an answer.
 */
export function showOperation(root, operation, { given = {}, send = false, follow, signal }) {
  const fields = fieldsOf(operation, given);
  const problem = el('div', { class: 'error', role: 'alert', hidden: true });
  const outcome = el('div', { class: 'stack', id: 'outcome', 'aria-live': 'off' });
  const build = () => {
    const request = readForm(operation, fields, problem);
    return request && { ...request, authorized: operation.document === 'control' || who().kind !== 'anonymous' };
  };
  const run = async () => {
    const request = build();
    if (request) await sendRequest(request, outcome, { follow, signal });
  };
  const form = el('form', { class: 'stack', 'aria-label': operation.title, novalidate: true, onsubmit: (event) => { event.preventDefault(); run(); } },
    fields.node, problem,
    el('div', { class: 'row' },
      button('Send', null, { type: 'submit', class: 'main' }),
      button('Mock', () => { const request = build(); if (request) showMock(request, outcome); }, { title: 'Show the request without sending it' }),
      button('Snippets', () => { const request = build(); if (request) showSnippets(request, outcome); }),
      button('Copy the link', () => copy(linkOf(operation))),
      favouriteButton(operation)));
  fill(root, headOf(operation), form, outcome);
  if (send) run();
}

function linkOf(operation) {
  return `${location.origin}${location.pathname}#/explorer/${operation.document}/${encodeURIComponent(operation.id)}`;
}

function headOf(operation) {
  const statuses = Object.entries(operation.responses);
  const details = statuses.length ? el('details', { class: 'small' }, el('summary', {}, 'Answers'),
    el('dl', {}, statuses.map(([status, response]) => [el('dt', {}, status), el('dd', {}, prose(resolve(operation.root, response).description ?? ''))]))) : null;
  return el('header', {}, el('h2', { id: 'operation-title', tabindex: '-1' }, operation.title),
    el('div', { class: 'row' }, verb(operation.method), el('code', {}, operation.path), operation.deprecated ? el('span', { class: 'badge warn' }, 'deprecated') : null),
    operation.description.split('\n\n').filter(Boolean).map((text) => el('p', {}, prose(text))), details);
}

function fieldsOf(operation, given) {
  const known = new Set(operation.parameters.filter((each) => each.in === 'query').map((each) => each.name));
  const query = given.query ?? [];
  const headers = given.headers ?? [];
  const knownHeaders = new Map(operation.parameters.filter((each) => each.in === 'header').map((each) => [each.name.toLowerCase(), each]));
  const valuesFor = (parameter) => {
    if (parameter.in === 'path') return given.path?.[parameter.name] === undefined ? undefined : [given.path[parameter.name]];
    const pairs = parameter.in === 'query' ? query : headers;
    const same = (name) => (parameter.in === 'query' ? name === parameter.name : name.toLowerCase() === parameter.name.toLowerCase());
    const found = pairs.filter(([name]) => same(name)).map(([, value]) => value);
    return found.length ? found : (given.query || given.headers) ? [] : undefined;
  };
  const usable = operation.parameters.filter((each) => !/^(x-auth-token|x-lookalike-token)$/i.test(each.name) && each.in !== 'cookie');
  const parameters = usable.map((each) => parameterField(operation.root, each, valuesFor(each)));
  const freeQuery = freeRows('More of the query', null, query.filter(([name]) => !known.has(name)));
  const freeHeaders = freeRows('More headers', null, headers.filter(([name]) => !knownHeaders.has(name.toLowerCase())), { headers: true });
  const body = operation.body ? bodyForm(operation.root, operation.body, given.body) : null;
  const sets = PLACES.map(([place, title]) => {
    const nodes = parameters.filter((each) => each.parameter.in === place).map((each) => each.node);
    if (!nodes.length) return null;
    const grid = el('div', { class: 'grid' }, nodes);
    // Few operations need their headers and long queries: they do not stand in the way.
    const needed = parameters.some((each) => each.parameter.in === place && (each.parameter.required || each.values().length));
    if (place === 'path' || needed || nodes.length < 5) return el('fieldset', {}, el('legend', {}, title), grid);
    return el('details', { open: place === 'query' && nodes.length < 9 }, el('summary', {}, `${title} (${nodes.length})`), grid);
  });
  const more = el('details', { open: freeQuery.entries().length + freeHeaders.entries().length > 0 }, el('summary', {}, 'More query and header fields'), freeQuery.node, freeHeaders.node);
  const node = el('div', { class: 'stack' }, sets, body?.node, more);
  suggest(parameters, node);
  return { node, parameters, freeQuery, freeHeaders, body };
}

/** Returns the request that the form says, or undefined after it has shown what is wrong. */
function readForm(operation, fields, problem) {
  const parameters = fields.parameters.map(({ parameter, values }) => ({ parameter, values: values() }));
  const absent = missing(parameters).filter((name) => parameters.some(({ parameter }) => parameter.name === name));
  problem.hidden = !absent.length;
  problem.textContent = absent.length ? `Required, but empty: ${absent.join(', ')}` : '';
  if (absent.length) {
    fields.parameters.find(({ parameter, control }) => control && absent.includes(parameter.name))?.control.focus();
    return undefined;
  }
  const body = fields.body ? fields.body.read() : null;
  if (fields.body && body === undefined) {
    problem.textContent = 'The body is broken, so nothing was sent.';
    problem.hidden = false;
    return undefined;
  }
  return buildRequest(operation, { parameters, freeQuery: fields.freeQuery.entries(), freeHeaders: fields.freeHeaders.entries(), body });
}

function requestLines(request) {
  const secret = request.operation.document === 'control' ? [] : request.authorized ? ['X-Auth-Token: $OS_TOKEN'] : [];
  const lines = [`${request.method} ${request.path}`, ...secret, ...request.headers.map(([name, value]) => `${name}: ${value}`)];
  if (request.body?.file) lines.push('', `(${request.body.file.name}, ${bytes(request.body.file.size)})`);
  else if (request.body?.text) lines.push('', request.body.text);
  return lines.join('\n');
}

function showMock(request, into) {
  fill(into, el('section', { class: 'stack', 'aria-label': 'Request' }, el('h3', {}, 'Request, not sent'), copyable(requestLines(request), { label: 'Request' })), snippetsOf(request));
}

function showSnippets(request, into) {
  fill(into, snippetsOf(request));
}

function snippetsOf(request) {
  const draw = (name, panel) => fill(panel, copyable(SNIPPETS.find((each) => each.name === name).text(request), { label: `Snippet: ${name}` }));
  const { list, panel, pick } = tabs('Snippets', SNIPPETS, 'curl', draw);
  pick('curl');
  return el('section', { class: 'stack', 'aria-label': 'Snippets' }, el('h3', {}, 'Snippets'), list, panel);
}

async function sendRequest(request, into, { follow, signal }) {
  const stop = new AbortController();
  signal.addEventListener('abort', () => stop.abort());
  const bar = el('progress', { 'aria-label': 'Progress', max: 1 });
  const words = el('span', { class: 'muted', role: 'status' }, 'Sending…');
  const cancel = button('Cancel', () => stop.abort(), { class: 'danger' });
  const shownRequest = el('details', {}, el('summary', {}, 'Request'), copyable(requestLines(request), { label: 'Request' }));
  fill(into, el('div', { class: 'row' }, words, cancel), bar);
  const onprogress = ({ phase, done, total }) => {
    if (total) bar.value = done / total;
    else bar.removeAttribute('value');
    words.textContent = `${bytes(done)}${total ? ` of ${bytes(total)}` : ''} ${phase}`;
  };
  try {
    const secret = request.operation.document === 'control' ? ownHeaders() : await actingHeaders({ own: false });
    const headers = [...Object.entries(secret), ...request.headers.filter(([name]) => isSent(name))];
    const body = request.body?.file ?? request.body?.text ?? null;
    const answer = await transfer({ method: request.method, path: request.path, headers, body }, { signal: stop.signal, onprogress });
    if (answer.status === 401) forgetTokens();
    const name = request.path.split('?')[0].split('/').filter(Boolean).join('-') || 'answer';
    fill(into, shownRequest, await answerView(answer, { onfollow: follow, name }), snippetsOf(request));
  } catch (error) {
    fill(into, shownRequest, el('section', { class: 'stack', 'aria-label': 'Answer' }, el('h3', {}, 'No answer'),
      el('div', { class: 'row' }, statusOf(error.status || null), el('span', { class: 'wrap', role: 'alert' }, error.message))));
  }
}
