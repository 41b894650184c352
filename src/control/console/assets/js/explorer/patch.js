// A JSON patch as rows: operation, path and value.

import { button, el, freshId, select } from '../dom.js';
import { parseJson } from '../json.js';

const OPERATIONS = ['add', 'replace', 'remove', 'move', 'copy', 'test'];
const FROM = new Set(['move', 'copy']);

/** Returns `{node, value()}`; `value` is the list of operations, or undefined while a row is wrong. */
export function patchRows(given, allowed = OPERATIONS) {
  const rows = el('div', { class: 'stack' });
  const add = (operation = { op: 'replace', path: '/', value: '' }) => rows.append(row(operation, allowed));
  given.forEach(add);
  const node = el(
    'div',
    { class: 'stack' },
    rows,
    button('Add an operation', () => add()),
  );
  return {
    node,
    value: () => {
      const found = [...rows.children].map((each) => each.read());
      return found.includes(undefined) ? undefined : found;
    },
  };
}

function row(operation, allowed) {
  const names = operation.op && !allowed.includes(operation.op) ? [operation.op, ...allowed] : allowed;
  const op = select(names, { value: operation.op ?? names[0], 'aria-label': 'Operation' });
  const path = el('input', { value: operation.path ?? '', 'aria-label': 'Path', placeholder: '/name', spellcheck: 'false' });
  const value = el('input', {
    'aria-label': 'Value: JSON, or a plain text',
    placeholder: 'value',
    spellcheck: 'false',
    value: shown(operation),
  });
  const problem = el('div', { class: 'error', role: 'alert', hidden: true, id: freshId('problem') });
  path.setAttribute('aria-describedby', problem.id);
  const node = el(
    'div',
    {},
    el(
      'div',
      { class: 'row patch' },
      op,
      path,
      value,
      button('Remove', () => node.remove(), { class: 'plain', 'aria-label': 'Remove this operation' }),
    ),
    problem,
  );
  const follow = () => {
    value.hidden = op.value === 'remove';
    value.placeholder = FROM.has(op.value) ? 'from: /name' : 'value';
    value.setAttribute('aria-label', FROM.has(op.value) ? 'From: a path' : 'Value: JSON, or a plain text');
  };
  op.addEventListener('change', follow);
  follow();
  node.read = () => {
    const wrong = path.value.startsWith('/') ? '' : 'A path begins with a slash: /name';
    problem.textContent = wrong;
    problem.hidden = !wrong;
    path.toggleAttribute('aria-invalid', false);
    if (wrong) {
      path.setAttribute('aria-invalid', 'true');
      path.focus();
      return undefined;
    }
    const read = { op: op.value, path: path.value };
    if (FROM.has(op.value)) read.from = value.value;
    else if (op.value !== 'remove') read.value = valueOf(value.value);
    return read;
  };
  return node;
}

function shown(operation) {
  if (operation.from !== undefined) return operation.from;
  if (operation.value === undefined) return '';
  const { value } = operation;
  // A text that would be read as something else keeps its quotes.
  return typeof value === 'string' && parseJson(value).problem ? value : JSON.stringify(value);
}

/** Returns what was meant: JSON where it is JSON (true, 5, ["a"], "5"), else the text. */
function valueOf(text) {
  const { value, problem } = parseJson(text);
  return problem ? text : value;
}
