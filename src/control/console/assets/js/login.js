// Logs in at the cloud's Identity API, and says who a token belongs to.

import { base } from './place.js';
import { ApiError, own, refusal } from './api.js';

const TOKENS = '/identity/v3/auth/tokens';

/** Returns the body of a log-in with a password. */
function loginBody({ name, password, domain, project, projectDomain, system }) {
  const user = { name, password: password ?? '', domain: { name: domain } };
  const auth = { identity: { methods: ['password'], password: { user } } };
  if (project) auth.scope = { project: { name: project, domain: { name: projectDomain } } };
  if (system) auth.scope = { system: { all: true } };
  return { auth };
}

/**
 * Logs in and returns `{token, user, project, roles}`, the latter as ids and names. `own` says that the console itself
 * asks; otherwise it is an ordinary call that faults can hit and the journal shows.
 */
export async function login(identity, { own: isOwn = false } = {}) {
  if (identity.kind === 'anonymous') return { token: null, user: null, project: null, roles: [] };
  if (identity.kind === 'fake') return fake(identity.token);
  if (identity.kind === 'token') return owner(identity.token);
  const options = {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(loginBody(identity)),
  };
  const answer = isOwn ? await own(TOKENS, options) : await ordinary(TOKENS, options);
  if (!answer.ok) throw await refusal(answer);
  return described(answer.headers.get('X-Subject-Token'), (await answer.json()).token);
}

async function ordinary(path, options) {
  try {
    return await fetch(base + path, options);
  } catch {
    throw new ApiError(0, 'The log-in got no answer.');
  }
}

async function owner(token) {
  const headers = { 'X-Auth-Token': token, 'X-Subject-Token': token };
  const answer = await own(TOKENS, { headers }).catch(() => null);
  if (!answer?.ok) return { token, user: null, project: null, roles: [] };
  return described(token, (await answer.json()).token);
}

function described(token, { user, project = null, roles = [] }) {
  return { token, user, project, roles: roles.map((role) => role.name) };
}

function fake(token) {
  const [user, project, roles = ''] = token.split(':');
  return { token, user: { id: user, name: user }, project: { id: project, name: project }, roles: roles.split(',') };
}
