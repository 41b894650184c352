// Where this console is: all addresses follow from the page's own, so that a path prefix and a sandbox need no setting.

const HERE = '/_lookalike/ui';
const cut = location.pathname.lastIndexOf(HERE);

/** The path of the cloud, without a slash at its end: empty, a prefix, or that of a sandbox. */
export const base = cut < 0 ? '' : location.pathname.slice(0, cut);

const [, before, id, name] = base.match(/^(.*?)(?:\/sandbox\/([^/]+))?(?:\/region\/([^/]+))?$/);

/** The path of the server's own cloud. */
export const mainBase = before;

/** The id of the sandbox that this console shows, or null for the server's own cloud. */
export const sandbox = id ?? null;

/** The name of the region that this console shows, or null for the first. */
export const region = name ? decodeURIComponent(name) : null;

/** The URL of the cloud, as a client on this machine writes it. */
export const cloudUrl = location.origin + base;

/** Returns the address of the console of a sandbox, or without an id of the server's own cloud. */
export function consoleOf(id) {
  return `${mainBase}${id ? `/sandbox/${encodeURIComponent(id)}` : ''}${HERE}/`;
}

/** Returns the address of the console of a region of this cloud. */
export function consoleOfRegion(region) {
  const cloud = sandbox ? `/sandbox/${encodeURIComponent(sandbox)}` : '';
  return `${mainBase}${cloud}/region/${encodeURIComponent(region)}${HERE}/`;
}
