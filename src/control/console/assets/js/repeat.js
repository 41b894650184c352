// Reading again and again, while the page is shown.

import { pause } from './stream.js';

/** Calls a function every so many milliseconds until the signal ends it; not while the tab is hidden. Failures pass. */
export async function repeat(signal, ms, work) {
  for (;;) {
    await pause(ms, signal);
    if (signal.aborted) return;
    if (!document.hidden) await work().catch(() => {});
  }
}
