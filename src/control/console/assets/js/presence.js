// Shows when the server does not answer, and notices when it is back.

import { base } from './place.js';
import { fill } from './dom.js';

const banner = () => document.getElementById('away');
const listeners = new Set();
let away = false;

/** Calls a function whenever the server is back, until the signal ends that. */
export function onReturn(signal, listener) {
  listeners.add(listener);
  signal.addEventListener('abort', () => listeners.delete(listener));
}

/** Returns whether the last call found no server. */
export const isAway = () => away;

/** Notes that a call found no server. */
export function lost() {
  if (away) return;
  away = true;
  fill(banner(), 'The server does not answer. The page continues when it is back.');
  banner().hidden = false;
  setTimeout(look, 500);
}

/** Notes that a call was answered. */
export function answered() {
  if (!away) return;
  away = false;
  banner().hidden = true;
  for (const listener of [...listeners]) listener();
}

async function look() {
  if (!away) return;
  try {
    const answer = await fetch(`${base}/_lookalike/health`, { cache: 'no-store' });
    // A proxy in front of it answers by 502 or so while it is away.
    if (answer.status < 500) {
      answered();
      return;
    }
  } catch {
    /* Not yet. */
  }
  setTimeout(look, 500);
}
