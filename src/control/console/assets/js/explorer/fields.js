// The fields of a form: one for each parameter of an operation, and rows for those that no document knows.

import { button, el, field, freshId, prose, select } from '../dom.js';
import { choicesOf, exampleOf, resolve, typesOf, typeText } from './schema.js';

/** Headers that a browser sets itself, or does not let a page set. */
const BROWSERS_OWN =
  /^(?:accept-(?:charset|encoding)|access-control-.*|connection|content-length|cookie2?|date|dnt|expect|host|keep-alive|origin|referer|te|trailer|transfer-encoding|upgrade|via|proxy-.*|sec-.*)$/i;

/** Returns the field of a parameter: `{parameter, node, values()}`; an empty list of values leaves it out. */
export function parameterField(root, parameter, given) {
  const schema = resolve(root, parameter.schema ?? Object.values(parameter.content ?? {})[0]?.schema ?? {});
  const list = typesOf(root, schema)[0] === 'array';
  const itemSchema = list ? resolve(root, schema.items ?? {}) : schema;
  const hint = prose([typeText(root, list ? itemSchema : schema), parameter.description].filter(Boolean).join(' · '));
  const label = `${parameter.name}${parameter.required ? ' *' : ''}`;
  const first = given ?? (parameter.required ? startOf(root, parameter, itemSchema) : []);
  if (!list) {
    const control = inputFor(root, itemSchema, parameter, first[0]);
    return { parameter, node: field(label, control, hint), control, values: () => valuesOf([control]) };
  }
  return repeated(root, parameter, itemSchema, label, hint, first);
}

function startOf(root, parameter, schema) {
  const example = exampleOf(root, parameter) ?? exampleOf(root, schema);
  return example === undefined || example === null ? [] : [String(example)];
}

/** A parameter that may be given many times: one input for each, and a button for another one. */
function repeated(root, parameter, schema, label, hint, first) {
  const name = freshId('list');
  const inputs = el('div', { class: 'stack' });
  const add = (value) => {
    const control = inputFor(root, schema, parameter, value);
    control.setAttribute('aria-label', `${parameter.name}, value ${inputs.children.length + 1}`);
    inputs.append(control);
  };
  for (const value of first.length ? first : [undefined]) add(value);
  const node = el(
    'div',
    { class: 'field', role: 'group', 'aria-labelledby': name },
    el('span', { class: 'label', id: name }, label),
    inputs,
    el(
      'div',
      {},
      button('Another value', () => add(), { class: 'small' }),
    ),
    el('div', { class: 'hint' }, hint),
  );
  return {
    parameter,
    node,
    values: () => {
      const values = valuesOf([...inputs.children]);
      const together = parameter.explode === false || (parameter.style ?? 'form') !== 'form';
      return together && values.length ? [values.join(',')] : values;
    },
  };
}

function inputFor(root, schema, parameter, value) {
  const choices = choicesOf(root, schema)
    ?.filter((each) => each !== null)
    .map(String);
  const types = typesOf(root, schema);
  const values = choices ?? (types.length === 1 && types[0] === 'boolean' ? ['true', 'false'] : null);
  if (values) {
    const extra = value !== undefined && !values.includes(value) ? [value] : [];
    return select([['', '–'], ...extra, ...values], { value: value ?? '', id: freshId('field') });
  }
  const whole = types.length === 1 && types[0] === 'integer';
  const number = whole || (types.length === 1 && types[0] === 'number');
  const example = exampleOf(root, parameter) ?? exampleOf(root, schema);
  const input = el('input', {
    type: 'text',
    inputmode: number ? (whole ? 'numeric' : 'decimal') : null,
    id: freshId('field'),
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: example === undefined || typeof example === 'object' ? null : String(example),
    value: value ?? '',
  });
  input.dataset.name = parameter.name;
  return input;
}

function valuesOf(controls) {
  return controls.map((control) => control.value).filter((value) => value !== '');
}

/** Returns rows of name and value for what the document does not know: `{node, entries()}`. */
export function freeRows(title, hint, given = [], { headers = false } = {}) {
  const rows = el('div', { class: 'stack' });
  const add = (name = '', value = '') => {
    const names = el('input', {
      'aria-label': `${title}: name`,
      placeholder: 'name',
      value: name,
      spellcheck: 'false',
      autocomplete: 'off',
    });
    const values = el('input', {
      'aria-label': `${title}: value`,
      placeholder: 'value',
      value,
      spellcheck: 'false',
      autocomplete: 'off',
    });
    const warning = el('span', { class: 'warn small', role: 'status' });
    names.addEventListener('input', () => {
      warning.textContent =
        headers && BROWSERS_OWN.test(names.value) ? 'A browser does not send this header for a page; the snippets do.' : '';
    });
    const row = el(
      'div',
      { class: 'row' },
      names,
      values,
      button('Remove', () => row.remove(), { class: 'plain', 'aria-label': `Remove this row of ${title}` }),
      warning,
    );
    rows.append(row);
  };
  given.forEach(([name, value]) => add(name, value));
  const node = el(
    'fieldset',
    {},
    el('legend', {}, title),
    hint ? el('div', { class: 'muted small' }, hint) : null,
    rows,
    button(
      'Add',
      () => {
        add();
        rows.lastElementChild.querySelector('input').focus();
      },
      { 'aria-label': `Add a row of ${title}` },
    ),
  );
  return {
    node,
    entries: () =>
      [...rows.children].map((row) => [...row.querySelectorAll('input')].map((input) => input.value)).filter(([name]) => name !== ''),
  };
}

/** Returns whether a page may send a header of this name. */
export const isSent = (name) => !BROWSERS_OWN.test(name);
