// The body of a request: JSON with marked mistakes, rows of a JSON patch, a file, or text.

import { button, el, field, prose, select } from '../dom.js';
import { editor } from '../editor.js';
import { bytes } from '../format.js';
import { patchRows } from './patch.js';
import { beginnings, exampleOf, propertiesOf, resolve, typeText } from './schema.js';

const JSON_TYPE = /[/+]json\b|json-patch$/;
const PATCH_TYPE = /json-patch/;
const BYTES_TYPE = /octet-stream|x-tar|application\/zip/;

/**
 * Returns the form of a body: `{node, read()}`. `read` gives `{type, text}`, `{type, file}`, `{}` for no body, or
 * undefined when it is broken. `given` is `{type, text}` to begin with, as from the history.
 */
export function bodyForm(root, body, given) {
  const types = Object.keys(body.content ?? {});
  const known = given?.type && types.find((each) => given.type.startsWith(each));
  const choice = select(types, { value: known ?? types[0], id: 'body-type' });
  const holder = el('div', { class: 'stack' });
  const none = el('input', { type: 'checkbox', id: 'body-none' });
  let part = null;
  const draw = () => {
    part = partFor(root, choice.value, body.content[choice.value], given?.text);
    holder.replaceChildren(part.node);
  };
  choice.addEventListener('change', () => {
    given = undefined;
    draw();
  });
  none.addEventListener('change', () => {
    holder.hidden = none.checked;
  });
  if (!body.required && given === null) {
    none.checked = true;
    holder.hidden = true;
  }
  draw();
  const node = el(
    'fieldset',
    {},
    el('legend', {}, `Body${body.required ? ' *' : ''}`),
    body.description ? el('p', { class: 'muted small' }, prose(body.description)) : null,
    el(
      'div',
      { class: 'row' },
      field('Media type', choice),
      body.required ? null : el('div', { class: 'check' }, none, el('label', { for: none.id }, 'Send no body')),
    ),
    holder,
  );
  return { node, read: () => (none.checked ? {} : part.read()) };
}

function partFor(root, type, media, text) {
  const allowed = PATCH_TYPE.test(type) ? operationsOf(root, media.schema ?? {}) : [];
  if (allowed.length) return patchPart(root, type, media, text, allowed);
  if (JSON_TYPE.test(type)) return jsonPart(root, type, media, text);
  const schema = resolve(root, media.schema ?? {});
  if (BYTES_TYPE.test(type) || schema.format === 'binary') return filePart(type, text);
  const example = text ?? exampleOf(root, media) ?? '';
  const area = editor('Body', { json: false, text: typeof example === 'string' ? example : JSON.stringify(example, null, 2) });
  return { node: area.node, read: () => ({ type, text: area.text() }) };
}

function jsonPart(root, type, media, text) {
  const first = beginnings(root, media);
  const area = editor('Body as JSON', { text: text ?? pretty(first[0].value), rows: 12 });
  const choice = select(first.map(({ title }, index) => [index, title]));
  choice.addEventListener('change', () => area.setText(pretty(first[choice.value].value)));
  const rows = propertiesOf(root, media.schema ?? {});
  const fields = rows.length
    ? el(
        'details',
        {},
        el('summary', {}, `Fields (${rows.length})`),
        el(
          'dl',
          { class: 'small' },
          rows.map(([name, schema, required]) => [
            el('dt', {}, el('code', {}, name), required ? ' *' : ''),
            el('dd', {}, prose([typeText(root, schema), resolve(root, schema).description].filter(Boolean).join(' · '))),
          ]),
        ),
      )
    : null;
  return {
    node: el('div', { class: 'stack' }, first.length > 1 ? field('Begin with', choice) : null, area.node, fields),
    read: () => (area.check({ focus: true }) === undefined ? undefined : { type, text: area.text() }),
  };
}

const pretty = (value) => JSON.stringify(value, null, 2);

function patchPart(root, type, media, text, allowed) {
  let { value } = beginnings(root, media)[0];
  if (text !== undefined) {
    try {
      value = JSON.parse(text);
    } catch {
      /* What was sent was broken: it begins with the example. */
    }
  }
  const list = Array.isArray(value) ? value : [];
  const rows = patchRows(list, allowed);
  let raw = null;
  const holder = el('div', {}, rows.node);
  const swap = button('Edit as JSON', () => {
    const now = rows.value();
    if (now === undefined) return;
    raw = editor('Body as JSON', { text: JSON.stringify(now, null, 2), rows: 10 });
    holder.replaceChildren(raw.node);
    swap.remove();
  });
  return {
    node: el('div', { class: 'stack' }, holder, el('div', {}, swap)),
    read: () => {
      if (raw) return raw.check({ focus: true }) === undefined ? undefined : { type, text: raw.text() };
      const found = rows.value();
      return found && { type, text: JSON.stringify(found) };
    },
  };
}

/** Returns the operations that the schema of a patch allows; none where a patch has another form, as that of v2.0. */
function operationsOf(root, schema) {
  const item = resolve(root, resolve(root, schema).items ?? {});
  const parts = item.oneOf ?? item.anyOf ?? [item];
  const names = parts.flatMap((part) => {
    const op = resolve(root, resolve(root, part).properties?.op ?? {});
    return op.enum ?? (op.const === undefined ? [] : [op.const]);
  });
  return [...new Set(names)];
}

function filePart(type, text) {
  const input = el('input', { type: 'file' });
  const size = el('span', { class: 'muted' });
  const words = el('textarea', { rows: 3, spellcheck: 'false' });
  words.value = text ?? '';
  input.addEventListener('change', () => {
    size.textContent = input.files[0] ? bytes(input.files[0].size) : '';
  });
  return {
    node: el('div', { class: 'stack' }, field('File', input), size, field('or a text', words)),
    read: () => (input.files[0] ? { type, file: input.files[0] } : { type, text: words.value }),
  };
}
