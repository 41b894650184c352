// A request as a value: what a form says, before it is sent, shown or written as a snippet.

/**
 * Returns `{method, path, headers, body}`: the path with its query and below that of the cloud, the headers as pairs,
 * the body as `{type, text}`, `{type, file}` or null. Parameters without a value are left out.
 */
export function buildRequest(operation, { parameters, freeQuery, freeHeaders, body }) {
  const query = [];
  const headers = [];
  let path = operation.path;
  for (const { parameter, values } of parameters) {
    const { name } = parameter;
    if (parameter.in === 'path') path = path.replace(`{${name}}`, values.map(encodeURIComponent).join(','));
    else if (parameter.in === 'query') values.forEach((value) => query.push([name, value]));
    else if (parameter.in === 'header') values.forEach((value) => headers.push([name, value]));
  }
  query.push(...freeQuery);
  headers.push(...freeHeaders);
  if (body?.type && !headers.some(([name]) => name.toLowerCase() === 'content-type')) headers.push(['Content-Type', body.type]);
  const text = query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
  return {
    operation,
    method: operation.method,
    path: path + (text ? `?${text}` : ''),
    query,
    headers,
    body: body?.type ? body : null,
  };
}

/** Returns what is missing: the names of required parameters without a value. */
export function missing(parameters) {
  return parameters.filter(({ parameter, values }) => parameter.required && !values.length).map(({ parameter }) => parameter.name);
}
