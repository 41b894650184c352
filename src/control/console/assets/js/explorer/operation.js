// The form of one operation, what can be done with it, and what came of it.

import { who } from '../acting.js';
import { button, el, fill, prose } from '../dom.js';
import { copy } from '../notice.js';
import { verb } from '../table.js';
import { bodyForm } from './body.js';
import { favouriteButton } from './favourites.js';
import { freeRows, parameterField } from './fields.js';
import { sendRequest, showMock, showSnippets } from './outcome.js';
import { buildRequest, missing } from './request.js';
import { resolve, typesOf } from './schema.js';
import { suggest } from './suggest.js';

const PLACES = [
  ['path', 'Path'],
  ['query', 'Query'],
  ['header', 'Headers'],
];

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
  const form = el(
    'form',
    {
      class: 'stack',
      'aria-label': operation.title,
      novalidate: true,
      onsubmit: (event) => {
        event.preventDefault();
        run();
      },
    },
    fields.node,
    problem,
    el(
      'div',
      { class: 'row' },
      button('Send', null, { type: 'submit', class: 'main' }),
      button(
        'Mock',
        () => {
          const request = build();
          if (request) showMock(request, outcome);
        },
        { title: 'Show the request without sending it' },
      ),
      button('Snippets', () => {
        const request = build();
        if (request) showSnippets(request, outcome);
      }),
      button('Copy the link', () => copy(linkOf(operation))),
      favouriteButton(operation),
    ),
  );
  fill(root, headOf(operation), form, outcome);
  if (send) run();
}

function linkOf(operation) {
  return `${location.origin}${location.pathname}#/explorer/${operation.document}/${encodeURIComponent(operation.id)}`;
}

function headOf(operation) {
  const statuses = Object.entries(operation.responses);
  const details = statuses.length
    ? el(
        'details',
        { class: 'small' },
        el('summary', {}, 'Answers'),
        el(
          'dl',
          {},
          statuses.map(([status, response]) => [
            el('dt', {}, status),
            el('dd', {}, prose(resolve(operation.root, response).description ?? '')),
          ]),
        ),
      )
    : null;
  return el(
    'header',
    {},
    el('h2', { id: 'operation-title', tabindex: '-1' }, operation.title),
    el(
      'div',
      { class: 'row' },
      verb(operation.method),
      el('code', {}, operation.path),
      operation.deprecated ? el('span', { class: 'badge warn' }, 'deprecated') : null,
    ),
    operation.description
      .split('\n\n')
      .filter(Boolean)
      .map((text) => el('p', {}, prose(text))),
    details,
  );
}

function fieldsOf(operation, given) {
  const known = new Set(
    operation.parameters.filter((each) => each.in === 'query' && !isAnyName(operation.root, each)).map((each) => each.name),
  );
  const query = given.query ?? [];
  const headers = given.headers ?? [];
  const knownHeaders = new Map(operation.parameters.filter((each) => each.in === 'header').map((each) => [each.name.toLowerCase(), each]));
  const valuesFor = (parameter) => {
    if (parameter.in === 'path') return given.path?.[parameter.name] === undefined ? undefined : [given.path[parameter.name]];
    const pairs = parameter.in === 'query' ? query : headers;
    const same = (name) => (parameter.in === 'query' ? name === parameter.name : name.toLowerCase() === parameter.name.toLowerCase());
    const found = pairs.filter(([name]) => same(name)).map(([, value]) => value);
    return found.length ? found : given.query || given.headers ? [] : undefined;
  };
  const usable = operation.parameters.filter(
    (each) => !/^(x-auth-token|x-lookalike-token)$/i.test(each.name) && each.in !== 'cookie' && !isAnyName(operation.root, each),
  );
  const parameters = usable.map((each) => parameterField(operation.root, each, valuesFor(each)));
  const freeQuery = freeRows(
    'More of the query',
    null,
    query.filter(([name]) => !known.has(name)),
  );
  const freeHeaders = freeRows(
    'More headers',
    null,
    headers.filter(([name]) => !knownHeaders.has(name.toLowerCase())),
    { headers: true },
  );
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
  const more = el(
    'details',
    { open: freeQuery.entries().length + freeHeaders.entries().length > 0 },
    el('summary', {}, 'More query and header fields'),
    freeQuery.node,
    freeHeaders.node,
  );
  const node = el('div', { class: 'stack' }, sets, body?.node, more);
  suggest(parameters, node);
  return { node, parameters, freeQuery, freeHeaders, body };
}

/** Returns whether a parameter stands for query fields with any name: an object is written as one field for each member. */
function isAnyName(root, parameter) {
  return parameter.in === 'query' && typesOf(root, parameter.schema ?? {})[0] === 'object';
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
