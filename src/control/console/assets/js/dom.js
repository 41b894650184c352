// Builds elements. Text becomes text nodes and nothing else, so whatever an image is called stays text.

const REFUSED = new Set(['style', 'srcdoc', 'innerHTML', 'outerHTML']);
const PROPERTIES = new Set([
  'value',
  'checked',
  'selected',
  'disabled',
  'hidden',
  'open',
  'multiple',
  'required',
  'readOnly',
  'indeterminate',
]);
const ADDRESSES = new Set(['href', 'src', 'action']);

/** Returns a new element. Attributes that begin with `on` are listeners; null, undefined and false leave an attribute out. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) set(node, name, value);
  }
  node.append(...flat(children));
  return node;
}

function set(node, name, value) {
  if (REFUSED.has(name)) throw new Error(`no element takes ${name}`);
  if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
  else if (PROPERTIES.has(name)) node[name] = value;
  else if (ADDRESSES.has(name)) node.setAttribute(name, safe(String(value)));
  else if (value !== false) node.setAttribute(name, value === true ? '' : String(value));
}

/** Returns an address that a page may hold: nothing that runs as a script. */
function safe(address) {
  const { protocol } = new URL(address, location.href);
  return ['http:', 'https:', 'blob:'].includes(protocol) ? address : '#';
}

function flat(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Replaces what an element contains. */
export function fill(node, ...children) {
  node.replaceChildren(...flat(children));
  return node;
}

/** Returns a sentence of a document as nodes: what stands between backticks is code. */
export function prose(text) {
  return String(text)
    .split('`')
    .map((part, index) => (index % 2 ? el('code', {}, part) : part));
}

let last = 0;

/** Returns an id that no other element of the page has. */
export function freshId(prefix = 'e') {
  last += 1;
  return `${prefix}-${last}`;
}

/** Returns a button; without a kind it is an ordinary one. */
export function button(text, onclick, attributes = {}) {
  return el('button', { type: 'button', onclick, ...attributes }, text);
}

/** Returns a control with its label and an optional hint, joined for screen readers. */
export function field(label, control, hint) {
  control.id ||= freshId('field');
  const note = hint ? el('div', { class: 'hint', id: `${control.id}-hint` }, hint) : null;
  if (note) control.setAttribute('aria-describedby', note.id);
  return el('div', { class: 'field' }, el('label', { for: control.id }, label), control, note);
}

/** Returns a checkbox with its label beside it. */
export function check(label, attributes = {}) {
  const box = el('input', { type: 'checkbox', id: freshId('check'), ...attributes });
  return [el('div', { class: 'check' }, box, el('label', { for: box.id }, label)), box];
}

/** Returns a select with these choices: texts, or pairs of value and text. */
export function select(choices, attributes = {}) {
  const { value, ...rest } = attributes;
  const options = choices.map((choice) => {
    const [key, text] = Array.isArray(choice) ? choice : [choice, choice];
    return el('option', { value: key }, text);
  });
  const node = el('select', rest, options);
  if (value !== undefined && value !== null) node.value = value;
  return node;
}

/** Returns a list of terms with their values; pairs without a value are left out. */
export function terms(pairs) {
  const shown = pairs.filter(([, value]) => value !== null && value !== undefined && value !== '');
  return el(
    'dl',
    {},
    shown.map(([term, value]) => [el('dt', {}, term), el('dd', {}, value)]),
  );
}
