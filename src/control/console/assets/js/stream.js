// The event stream of the journal, read by fetch: EventSource sends no headers.

import { own, refusal } from './api.js';

/** Follows a stream until the signal ends it; begins anew, from the last event on, whenever it breaks off. */
export async function follow(path, { signal, onevent, onstate = () => {} }) {
  let last = null;
  while (!signal.aborted) {
    try {
      const headers = last === null ? {} : { 'Last-Event-ID': last };
      const answer = await own(`/_lookalike${path}`, { headers, signal });
      if (!answer.ok) throw await refusal(answer);
      onstate(true);
      for await (const event of events(answer.body)) {
        if (event.id) last = event.id;
        onevent(event);
      }
      // A stream that ends in order was ended by a reset or the end of the server: its numbers begin anew.
      last = null;
    } catch (error) {
      if (signal.aborted) return;
      if (error.status >= 400 && error.status < 500) throw error;
    }
    if (signal.aborted) return;
    onstate(false);
    await pause(500, signal);
  }
}

/** Splits a body into server-sent events: `{event, data, id}`. */
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const parts = (rest + value).split('\n\n');
      rest = parts.pop();
      for (const part of parts) {
        const event = parse(part);
        if (event) yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function parse(part) {
  const event = { event: 'message', data: '', id: null };
  for (const line of part.split('\n')) {
    const [, name, value] = line.match(/^(\w*): ?(.*)$/) ?? [];
    if (name === 'data') event.data += value;
    else if (name === 'event' || name === 'id') event[name] = value;
  }
  return event.data ? event : null;
}

/** Waits, or less long if the signal comes. */
export function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
