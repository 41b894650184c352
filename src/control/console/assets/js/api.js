// Calls of the console itself: to the control API, and to Images and Identity as the user who is acted as.

import { base } from './place.js';
import { ownHeaders, renew } from './session.js';
import { answered, lost } from './presence.js';

/** A refusal by the server, in its own words. */
export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }
}

/**
 * Sends a call of the console below the path of a cloud, by default of this one; tells when the server is away. A token
 * that the server does not know any more, as after its restart, is renewed once.
 */
export async function own(path, options = {}) {
  const answer = await send(path, options);
  if (answer.status !== 401 || !(await isAboutConsole(answer))) return answer;
  await renew();
  return send(path, options);
}

async function send(path, { method = 'GET', headers = {}, body, signal, root = base }) {
  let answer;
  try {
    answer = await fetch(root + path, { method, headers: { ...ownHeaders(), ...headers }, body, signal });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    lost();
    throw new ApiError(0, 'The server does not answer.');
  }
  answered();
  return answer;
}

/** Returns whether a 401 is the one of the control API: Images and Identity mean the token of the user. */
async function isAboutConsole(answer) {
  return /X-Lookalike-(?:Console|Token)|token that the server was started with/.test(
    await answer
      .clone()
      .text()
      .catch(() => ''),
  );
}

/** Calls the control API; returns what JSON it answers with, or null. */
export async function control(path, options = {}) {
  const answer = await controlAnswer(path, options);
  const text = await answer.text();
  return text ? JSON.parse(text) : null;
}

/** Calls the control API and returns the whole answer. `json` is sent as JSON; `accepted` are statuses that are no failure. */
export async function controlAnswer(path, { json, headers = {}, body, accepted = [], ...rest } = {}) {
  const sent = { ...rest, headers: { ...headers }, body };
  if (json !== undefined) {
    sent.headers['Content-Type'] = 'application/json';
    sent.body = JSON.stringify(json);
  }
  const answer = await own(`/_lookalike${path}`, sent);
  if (!answer.ok && !accepted.includes(answer.status)) throw await refusal(answer);
  return answer;
}

/** Returns the error of an answer, with the words of the server. */
export async function refusal(answer) {
  const text = await answer.text().catch(() => '');
  return new ApiError(answer.status, said(text) || `The server answered ${answer.status} ${answer.statusText}.`);
}

/** Returns the message in an error body: of the control API, of Keystone, or of Glance as JSON, HTML or text. */
export function said(text) {
  try {
    const value = JSON.parse(text);
    return plain(value.error?.message ?? value.message ?? text);
  } catch {
    return plain(text);
  }
}

function plain(text) {
  if (!/[<&]/.test(text)) return text.trim();
  // A document of its own runs nothing and loads nothing.
  const page = new DOMParser().parseFromString(text, 'text/html');
  page.querySelectorAll('title, h1').forEach((node) => node.remove());
  return page.documentElement.textContent.replace(/\s+/g, ' ').trim();
}
