// JSON for people: where a text is broken, and a value as coloured elements.

import { button, el } from './dom.js';

/** Returns the value of a JSON text, or where and why it is none: `{value}` or `{problem: {line, column, message}}`. */
export function parseJson(text) {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { problem: new Reader(text).problem() };
  }
}

/** Reads JSON only to find its first mistake: what browsers say about the place differs. */
class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  problem() {
    try {
      this.value();
      this.space();
      if (this.at < this.text.length) this.fail('there is more text after the end of the value');
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      const before = this.text.slice(0, this.at).split('\n');
      return { line: before.length, column: before.at(-1).length + 1, message: error.message };
    }
    return { line: 1, column: 1, message: 'this is no JSON' };
  }

  fail(message) {
    throw new SyntaxError(message);
  }

  space() {
    while (' \t\r\n'.includes(this.text[this.at] ?? 'x')) this.at += 1;
  }

  value() {
    this.space();
    const next = this.text[this.at];
    if (next === undefined) this.fail('the text ends where a value is expected');
    if (next === '{') this.object();
    else if (next === '[') this.array();
    else if (next === '"') this.string();
    else this.word();
  }

  word() {
    const found = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/.exec(this.text.slice(this.at));
    if (!found) this.fail(`a value is expected here, not ${JSON.stringify(/^[\w.+-]+|^./s.exec(this.text.slice(this.at))[0])}`);
    this.at += found[0].length;
  }

  string() {
    const found = /^"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*/.exec(this.text.slice(this.at));
    if (this.text[this.at + found[0].length] !== '"') {
      this.at += found[0].length;
      this.fail(this.text[this.at] === '\\' ? 'there is no such escape' : 'the closing quote of a string is missing');
    }
    this.at += found[0].length + 1;
  }

  array() {
    this.items('[', ']', () => this.value());
  }

  object() {
    this.items('{', '}', () => {
      this.space();
      if (this.text[this.at] !== '"') this.fail('a name in double quotes is expected here');
      this.string();
      this.space();
      if (this.text[this.at] !== ':') this.fail('a colon is expected here');
      this.at += 1;
      this.value();
    });
  }

  items(open, close, item) {
    this.at += open.length;
    this.space();
    if (this.text[this.at] === close) {
      this.at += 1;
      return;
    }
    for (;;) {
      item();
      this.space();
      const next = this.text[this.at];
      if (next !== ',' && next !== close) this.fail(`a comma or ${close} is expected here`);
      this.at += 1;
      if (next === close) return;
    }
  }
}

/** Returns a value as coloured JSON. `onlink` is called with texts that are paths of the server, which become links. */
export function jsonView(value, { onlink, label = 'JSON' } = {}) {
  const node = el('pre', { class: 'json', tabindex: '0', role: 'region', 'aria-label': label });
  const out = [];
  write(value, '', out, onlink);
  node.append(...out);
  return node;
}

function write(value, indent, out, onlink) {
  if (value === null || typeof value !== 'object') {
    out.push(scalar(value, onlink));
    return;
  }
  const list = Array.isArray(value);
  const entries = list ? value.map((item) => [null, item]) : Object.entries(value);
  if (!entries.length) {
    out.push(list ? '[]' : '{}');
    return;
  }
  out.push(list ? '[' : '{');
  const deeper = `${indent}  `;
  entries.forEach(([name, item], index) => {
    out.push(`\n${deeper}`);
    if (name !== null) out.push(el('span', { class: 'key' }, JSON.stringify(name)), ': ');
    write(item, deeper, out, onlink);
    if (index < entries.length - 1) out.push(',');
  });
  out.push(`\n${indent}${list ? ']' : '}'}`);
}

function scalar(value, onlink) {
  if (typeof value !== 'string') return el('span', { class: typeof value === 'number' ? 'number' : 'literal' }, String(value));
  const text = JSON.stringify(value);
  if (onlink?.(value)) return button(text, onlink(value), { class: 'link', title: 'Send a GET for it' });
  return el('span', { class: 'string' }, text);
}
