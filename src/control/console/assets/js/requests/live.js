// Keeps the newest requests of the journal: by its stream, or by reading it once a second while very many come.

import { control } from '../api.js';
import { follow, pause } from '../stream.js';

/** How many requests are kept. */
export const KEPT = 200;

/** More events than this in a second, and the stream is left: each of them costs the server and the page something. */
const BUSY = 100;

/**
 * Calls `onchange(entries, fresh)` with the newest first whenever there are new requests, and `onstate(text)`, until the
 * signal ends it. `query` is that of the journal, without a limit.
 */
export async function watch(query, { signal, onchange, onstate }) {
  const entries = new Map();
  const take = (found) => {
    const fresh = found.filter((entry) => !entries.has(entry.id) || entries.get(entry.id).response_bytes !== entry.response_bytes);
    for (const entry of found) entries.set(entry.id, entry);
    const newest = [...entries.values()].sort((one, other) => other.id - one.id);
    for (const old of newest.splice(KEPT)) entries.delete(old.id);
    if (fresh.length) onchange(newest, new Set(fresh.map((entry) => entry.id)));
    return fresh.length;
  };
  const read = async (limit) => (await control(`/requests?${query}${query && '&'}limit=${limit}`, { signal })).requests;
  let connections = 0;
  const restart = async () => {
    const found = await read(KEPT);
    // Another start of the server, or a reset, begins to count anew.
    if (connections > 0) entries.clear();
    connections += 1;
    if (!take(found) && !found.length) onchange([], new Set());
  };
  // Not only when the stream is there: some proxies hold its head back until the first event.
  take(await read(KEPT));
  while (!signal.aborted) {
    await streamed(query, signal, take, restart, onstate);
    if (signal.aborted) return;
    onstate('busy');
    await polled(signal, () => read(BUSY / 2), take);
  }
}

/** Follows the stream until too many events come. Events are handed over in bunches, a few in a second. */
async function streamed(query, signal, take, restart, onstate) {
  const leave = new AbortController();
  const stop = () => leave.abort();
  signal.addEventListener('abort', stop);
  let bunch = [];
  let timer = null;
  let began = 0;
  let count = 0;
  const flush = () => {
    timer = null;
    take(bunch.splice(0));
  };
  await follow(`/requests/stream${query && '?'}${query}`, {
    signal: leave.signal,
    onstate: (connected) => {
      onstate(connected ? 'live' : 'away');
      if (connected) restart().catch(() => {});
    },
    onevent: ({ event, data }) => {
      if (performance.now() - began > 1000) {
        began = performance.now();
        count = 0;
      }
      count += 1;
      if (count > BUSY) stop();
      if (event !== 'request' || leave.signal.aborted) return;
      bunch.push(JSON.parse(data));
      timer ??= setTimeout(flush, 150);
    },
  });
  clearTimeout(timer);
  signal.removeEventListener('abort', stop);
}

/** Reads the journal once a second until few requests come. */
async function polled(signal, readNewest, take) {
  let calm = 0;
  while (!signal.aborted && calm < 2) {
    await pause(1000, signal);
    if (signal.aborted || document.hidden) continue;
    const fresh = await readNewest()
      .then(take)
      .catch(() => KEPT);
    calm = fresh < BUSY / 2 ? calm + 1 : 0;
  }
}
