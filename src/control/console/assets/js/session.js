// The console's own token: had for a one-time key or for the control token, kept for this tab, sent in a header.

import { base } from './place.js';
import { askForToken } from './ask.js';
import { lost } from './presence.js';

/** The header that marks the console's own calls. */
const HEADER = 'X-Lookalike-Console';

const STORED = 'lookalike-console-token';
let token = sessionStorage.getItem(STORED);
let renewal = null;

/** Returns the headers of a call of the console itself. */
export function ownHeaders() {
  return token ? { [HEADER]: token } : {};
}

/** Takes the one-time key out of the address, if there is one, and sees that there is a token. */
export async function begin() {
  const found = location.hash.match(/^#key=(.+)$/);
  if (found) history.replaceState(null, '', location.pathname + location.search);
  if (found && (await exchange({ key: decodeURIComponent(found[1]) })).ok) return;
  if (!token) await renew();
}

/** Has a new token made; asks for the control token where one is needed. Calls at once share one question. */
export function renew() {
  renewal ??= obtain().finally(() => {
    renewal = null;
  });
  return renewal;
}

async function obtain() {
  keep(null);
  let answer = await exchange({});
  let wrong = false;
  while (answer.status === 401 || answer.status === 403) {
    const said = await words(answer);
    const given = await askForToken(wrong ? said : '', answer.status === 403 ? said : '');
    answer = await exchange({}, { 'X-Lookalike-Token': given });
    wrong = true;
  }
}

async function exchange(body, headers = {}) {
  const options = { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) };
  const answer = await fetch(`${base}/_lookalike/ui/session`, options).catch(() => {
    lost();
    throw new Error('The server does not answer.');
  });
  if (answer.ok) keep((await answer.clone().json()).token ?? null);
  return answer;
}

async function words(answer) {
  try {
    return (await answer.json()).error.message;
  } catch {
    return `The server answered ${answer.status}.`;
  }
}

function keep(value) {
  token = value;
  if (value) sessionStorage.setItem(STORED, value);
  else sessionStorage.removeItem(STORED);
}
