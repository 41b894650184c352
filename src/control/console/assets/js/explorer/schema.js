// Schemas of an OpenAPI document: references, what a field says about its type, examples made from a schema.

/** Follows references until there is none. */
export function resolve(root, value) {
  let found = value;
  for (let step = 0; found && typeof found === 'object' && typeof found.$ref === 'string' && step < 20; step += 1) {
    const { $ref, ...beside } = found;
    const target = $ref
      .replace(/^#\/?/, '')
      .split('/')
      .filter(Boolean)
      .reduce((node, name) => node?.[name.replace(/~1/g, '/').replace(/~0/g, '~')], root);
    found = target && Object.keys(beside).length ? { ...target, ...beside } : target;
  }
  return found ?? {};
}

/** Returns the types that a schema allows, as names. */
export function typesOf(root, given) {
  const schema = resolve(root, given);
  if (schema.type) return [schema.type].flat();
  const parts = schema.oneOf ?? schema.anyOf;
  if (parts) return [...new Set(parts.flatMap((part) => typesOf(root, part)))];
  if (schema.allOf) return [...new Set(schema.allOf.flatMap((part) => typesOf(root, part)))];
  const values = choicesOf(root, schema);
  if (values) return [...new Set(values.map((value) => (value === null ? 'null' : typeof value)))];
  return schema.properties ? ['object'] : schema.items ? ['array'] : [];
}

/** Returns the values that a schema enumerates, or null. */
export function choicesOf(root, given) {
  const schema = resolve(root, given);
  if (schema.enum) return schema.enum;
  if ('const' in schema) return [schema.const];
  const parts = schema.oneOf ?? schema.anyOf;
  const each = parts?.map((part) => choicesOf(root, part));
  return each?.length && each.every(Boolean) ? each.flat() : null;
}

const LIMITS = [
  ['minimum', 'at least'],
  ['maximum', 'at most'],
  ['exclusiveMinimum', 'more than'],
  ['exclusiveMaximum', 'less than'],
  ['minLength', 'characters at least'],
  ['maxLength', 'characters at most'],
  ['minItems', 'items at least'],
  ['maxItems', 'items at most'],
  ['pattern', 'pattern'],
];

/** Returns what a schema says in one line: `integer, at least 0, default 25`. */
export function typeText(root, given) {
  const schema = resolve(root, given);
  const said = [typesOf(root, schema).join(' or ') || 'any'];
  if (schema.format) said.push(schema.format);
  for (const [name, words] of LIMITS) {
    if (schema[name] !== undefined) said.push(`${words} ${schema[name]}`);
  }
  if (schema.default !== undefined) said.push(`default ${JSON.stringify(schema.default)}`);
  return said.join(', ');
}

/** Returns the example that a parameter or media type gives, or undefined. */
export function exampleOf(root, given) {
  const value = resolve(root, given);
  if (value.example !== undefined) return value.example;
  const first = Array.isArray(value.examples) ? value.examples[0] : Object.values(value.examples ?? {})[0];
  if (first === undefined) return undefined;
  return Array.isArray(value.examples) ? first : resolve(root, first).value;
}

/** Returns a value that a schema allows: its example, its default, or the least that it requires. */
function sample(root, given, depth = 0) {
  const schema = resolve(root, given);
  const example = exampleOf(root, schema);
  if (example !== undefined) return example;
  if (schema.default !== undefined) return schema.default;
  const choices = choicesOf(root, schema);
  if (choices) return choices[0];
  if (depth > 6) return null;
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => sample(root, part, depth + 1)));
  const part = (schema.oneOf ?? schema.anyOf)?.[0];
  if (part) return sample(root, part, depth + 1);
  const type = typesOf(root, schema)[0];
  if (type === 'object') return sampleObject(root, schema, depth);
  if (type === 'array') return (schema.minItems ?? 0) > 0 || depth === 0 ? [sample(root, schema.items ?? {}, depth + 1)] : [];
  return { string: '', integer: schema.minimum ?? 0, number: schema.minimum ?? 0, boolean: false }[type] ?? null;
}

/** Returns what a body can begin with: each example, or each form that its schema allows: `[{title, value}]`. */
export function beginnings(root, media) {
  const examples = Object.entries(media.examples ?? {}).map(([name, given]) => {
    const { summary, value } = resolve(root, given);
    return { title: summary ?? name, value };
  });
  if (media.example !== undefined) examples.unshift({ title: 'example', value: media.example });
  const schema = resolve(root, media.schema ?? {});
  const forms = (schema.oneOf ?? schema.anyOf ?? []).map((part, index) => {
    const { title } = resolve(root, part);
    return { title: title ?? `form ${index + 1}`, value: sample(root, part) };
  });
  const found = [...examples, ...(forms.length > 1 ? forms : [])];
  return found.length ? found : [{ title: 'example', value: sample(root, schema) }];
}

function sampleObject(root, schema, depth) {
  const required = schema.required ?? [];
  const names = required.length ? required : depth ? [] : Object.keys(schema.properties ?? {}).slice(0, 3);
  return Object.fromEntries(names.map((name) => [name, sample(root, schema.properties?.[name] ?? {}, depth + 1)]));
}

/** Returns the properties of an object's schema, those of its parts included: `[name, schema, required]`. */
export function propertiesOf(root, given) {
  const schema = resolve(root, given);
  const parts = [...(schema.allOf ?? []), ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])];
  const own = Object.entries(schema.properties ?? {}).map(([name, value]) => [name, value, (schema.required ?? []).includes(name)]);
  const known = new Set(own.map(([name]) => name));
  for (const found of parts.flatMap((part) => propertiesOf(root, part))) {
    if (!known.has(found[0])) own.push(found);
    known.add(found[0]);
  }
  return own;
}
