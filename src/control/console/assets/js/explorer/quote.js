// Texts and values as a shell and as Python write them.

/** Returns a text as one word of a shell. */
export function shell(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? String(text) : `'${String(text).replaceAll("'", "'\\''")}'`;
}

/** Returns a value as Python writes it. The escapes of JSON's strings are Python's, too. */
export function literal(value, indent = '') {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value !== 'object') return JSON.stringify(value);
  const deeper = `${indent}    `;
  const list = Array.isArray(value);
  const items = list
    ? value.map((item) => literal(item, deeper))
    : Object.entries(value).map(([name, item]) => `${literal(name)}: ${literal(item, deeper)}`);
  const [open, close] = list ? '[]' : '{}';
  return items.length ? `${open}\n${items.map((item) => `${deeper}${item},\n`).join('')}${indent}${close}` : open + close;
}
