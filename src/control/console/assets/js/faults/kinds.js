// What a fault can do: for each kind the fields of its form, and the effect that they say.

import { check, el, field, select } from '../dom.js';

const text = (placeholder) => el('input', { placeholder, autocomplete: 'off', spellcheck: 'false' });
const number = (placeholder) => el('input', { inputmode: 'numeric', pattern: '[0-9.]*', placeholder, autocomplete: 'off' });

/** Returns the number in a field, or undefined when it is empty. */
export const numberOf = (input) => (input.value.trim() === '' ? undefined : Number(input.value));

/** Returns an object without its undefined and empty values. */
export const filled = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined && value !== ''));

function ofField() {
  return select([
    ['', 'by the method'],
    ['request', 'the request'],
    ['answer', 'the answer'],
  ]);
}

/** A kind of effect that is one number, and says which body it changes. */
function onBody(name, title, label) {
  return {
    name,
    title,
    form() {
      const value = number('1000');
      const of = ofField();
      value.required = true;
      return {
        nodes: [field(label, value), field('Of which body', of)],
        effect: () => filled({ [name]: numberOf(value), of: of.value }),
      };
    },
  };
}

/** The kinds, in the order of docs/control/faults.md. */
export const KINDS = [
  { name: 'status', title: 'Answer with a status', form: statusForm },
  { name: 'delay_ms', title: 'Delay', form: delayForm },
  { name: 'reset', title: 'Reset the connection', form: resetForm },
  onBody('truncate_after', 'Truncate a body', 'After bytes'),
  onBody('corrupt_at', 'Corrupt a byte', 'At offset'),
  onBody('bytes_per_s', 'Slow a body down', 'Bytes per second'),
  { name: 'stall', title: 'Stall', form: stallForm },
  { name: 'import', title: 'Fail an import or task', form: importForm },
  { name: 'store', title: 'Fail a store', form: storeForm },
  { name: 'database', title: 'Fail the database', form: databaseForm },
];

function statusForm() {
  const status = number('503');
  const message = text('in the words of the service');
  const body = text('instead of an error page');
  const retry = number('seconds');
  const [row, carry] = check('Carry the request out; only its answer is lost');
  status.value = '503';
  status.required = true;
  return {
    nodes: [field('Status', status), field('Message', message), field('Body', body), field('Retry-After', retry), row],
    effect: () =>
      filled({
        status: numberOf(status),
        message: message.value,
        body: body.value,
        retry_after: numberOf(retry),
        carry_out: carry.checked || undefined,
      }),
  };
}

function delayForm() {
  const least = number('200');
  const most = number('as the least');
  least.value = '200';
  least.required = true;
  return {
    nodes: [field('At least, ms', least), field('At most, ms', most)],
    effect: () => ({ delay_ms: most.value ? { min: numberOf(least), max: numberOf(most) } : numberOf(least) }),
  };
}

function resetForm() {
  const when = select([
    ['before_headers', 'before the headers'],
    ['after_headers', 'after the headers'],
    ['bytes', 'after bytes of the body'],
  ]);
  const bytes = number('1000');
  const [row, carry] = check('Carry the request out (before the headers)');
  return {
    nodes: [field('When', when), field('Bytes', bytes), row],
    effect: () =>
      filled({
        reset: when.value === 'bytes' ? (numberOf(bytes) ?? 0) : when.value,
        carry_out: (when.value === 'before_headers' && carry.checked) || undefined,
      }),
  };
}

function stallForm() {
  const [row, forever] = check('Until the rule is removed');
  const after = number('0');
  const ms = number('500');
  const of = ofField();
  ms.value = '500';
  return {
    nodes: [row, field('After bytes', after), field('For ms', ms), field('Of which body', of)],
    effect: () => filled({ stall: forever.checked ? 'forever' : filled({ after_bytes: numberOf(after), ms: numberOf(ms) }), of: of.value }),
  };
}

function importForm() {
  const at = select(['fetch', 'begin', 'convert', 'store', 'end']);
  const message = text('the message of the task');
  return {
    nodes: [field('At', at), field('Message', message)],
    effect: () => ({ import: filled({ at: at.value, message: message.value }) }),
  };
}

function storeForm() {
  const fails = select(['full', 'away', 'denied']);
  const on = select([
    ['', 'reads and writes'],
    ['read', 'reads'],
    ['write', 'writes'],
  ]);
  const name = text('all stores');
  const after = number('0');
  return {
    nodes: [field('How', fails), field('On', on), field('Store', name), field('After bytes', after)],
    effect: () => ({ store: filled({ fails: fails.value, on: on.value, name: name.value, after_bytes: numberOf(after) }) }),
  };
}

function databaseForm() {
  const fails = select(['away', 'broken']);
  const on = select([
    ['', 'reads and writes'],
    ['read', 'reads'],
    ['write', 'writes'],
  ]);
  return { nodes: [field('How', fails), field('On', on)], effect: () => ({ database: filled({ fails: fails.value, on: on.value }) }) };
}

const UPLOAD = { method: 'PUT', path: '/v2/images/*/file' };
const DOWNLOAD = { method: 'GET', path: '/v2/images/*/file' };

/** Rules that are added by one click. */
export const PRESETS = [
  { title: 'The next upload fails', rule: { match: UPLOAD, times: 1, fault: { status: 503 } } },
  { title: 'The next upload finds the store full', rule: { match: UPLOAD, times: 1, fault: { store: 'full' } } },
  { title: 'The next upload breaks off', rule: { match: UPLOAD, times: 1, fault: { reset: 1000 } } },
  { title: 'The next download is cut after 1000 bytes', rule: { match: DOWNLOAD, times: 1, fault: { truncate_after: 1000 } } },
  { title: 'The next download has a wrong byte', rule: { match: DOWNLOAD, times: 1, fault: { corrupt_at: 0 } } },
  { title: 'The next import fails', rule: { match: { path: '/v2/images/*/import' }, times: 1, fault: { import: 'Injected failure' } } },
  { title: 'The next log-in fails', rule: { match: { method: 'POST', path: '/**/auth/tokens' }, times: 1, fault: { status: 503 } } },
  {
    title: 'The next list fails in the database',
    rule: { match: { method: 'GET', path: '/v2/images' }, times: 1, fault: { database: 'broken' } },
  },
  { title: 'The next three requests: 429', rule: { times: 3, fault: { status: 429, retry_after: 1 } } },
  { title: 'Everything is half a second slower', rule: { fault: { delay_ms: 500 } } },
];
