// The user who is acted as, everywhere in the console: the choice at the top, and the calls made with it.

import { refusal, own } from './api.js';
import { form } from './ask.js';
import { el, field, fill, select } from './dom.js';
import { ANONYMOUS, described, discover, key } from './identities.js';
import { login } from './login.js';

const STORED = 'lookalike-console-acting';
const state = { identities: [ANONYMOUS], current: ANONYMOUS, cloud: null, logins: new Map() };
const listeners = new Set();

/** Returns what the cloud says about itself: URLs, users, clouds.yaml; null where it says nothing. */
export const cloud = () => state.cloud;

/** Returns the name of a user whom the cloud names, else the id. */
export const userName = (id) => state.cloud?.users?.find((user) => user.id === id)?.name ?? id;

/** Returns the identity that is acted as. */
export const who = () => state.current;

/** Calls a function when another identity is chosen, until the signal ends that. */
export function onActing(signal, listener) {
  listeners.add(listener);
  signal.addEventListener('abort', () => listeners.delete(listener));
}

/** Reads who there is, and draws the choice. */
export async function loadActing() {
  const { cloud: found, identities } = await discover();
  const extra = state.identities.filter((each) => each.extra);
  state.cloud = found;
  state.identities = [...identities.filter((each) => !extra.some((other) => key(other) === key(each))), ...extra];
  const stored = sessionStorage.getItem(STORED);
  const admin = identities.find((each) => each.project && each.password && each.roles.includes('admin'));
  state.current = state.identities.find((each) => key(each) === stored) ?? admin ?? identities[0];
  draw();
}

/** Forgets all tokens: a reset made them invalid. */
export function forgetTokens() {
  state.logins.clear();
}

/** Returns the log-in of the acting identity: `{token, user, project, roles}`. */
export async function account({ own: isOwn = true } = {}) {
  const name = `${isOwn}${key(state.current)}`;
  if (!state.logins.has(name)) {
    const work = login(state.current, { own: isOwn });
    state.logins.set(name, work);
    work.catch(() => state.logins.delete(name));
  }
  return state.logins.get(name);
}

/** Returns the headers that say who asks. */
export async function actingHeaders(options) {
  const { token } = await account(options);
  return token ? { 'X-Auth-Token': token } : {};
}

/** Calls Images or Identity as the acting identity, and returns the answer; a token that expired is renewed once. */
async function asked(path, { json, headers = {}, body, ...rest } = {}) {
  const sent = { ...rest, headers: { Accept: 'application/json', ...headers }, body };
  if (json !== undefined) {
    sent.headers['Content-Type'] ??= 'application/json';
    sent.body = JSON.stringify(json);
  }
  const send = async () => own(path, { ...sent, headers: { ...sent.headers, ...(await actingHeaders()) } });
  let answer = await send();
  if (answer.status === 401 && state.current.kind === 'password') {
    forgetTokens();
    answer = await send();
  }
  if (!answer.ok) throw await refusal(answer);
  return answer;
}

/** Does the same and returns what JSON it answers with, or null. */
export async function ask(path, options) {
  const answer = await asked(path, options);
  const text = await answer.text();
  return text ? JSON.parse(text) : null;
}

function draw() {
  const choices = state.identities.map((each) => [key(each), each.label]);
  choices.push(['user', 'Another user…'], ['token', 'A token of my own…']);
  const node = select(choices, { id: 'acting-as', value: key(state.current) });
  node.addEventListener('change', () => choose(node.value));
  fill(document.getElementById('acting'), el('div', { class: 'acting' }, el('label', { for: 'acting-as' }, 'Acting as'), node));
}

async function choose(value) {
  const asks = { user: askUser, token: askOwnToken }[value];
  let found = asks ? await asks() : state.identities.find((each) => key(each) === value);
  if (found?.kind === 'password' && (found.password === null || found.password === undefined)) found = await askPassword(found);
  if (found) {
    if (asks || found.extra) state.identities = [...state.identities.filter((each) => key(each) !== key(found)), found];
    state.current = found;
    if (found.kind !== 'token') sessionStorage.setItem(STORED, key(found));
  }
  draw();
  if (found) listeners.forEach((listener) => listener());
}

/** The cloud does not know every password: a client may have changed it. */
async function askPassword(identity) {
  const password = el('input', { type: 'password', autocomplete: 'off', required: true });
  return form(`Act as ${identity.name}`, [field('Password', password)], 'Log in', async () => {
    const found = { ...identity, password: password.value };
    await login(found, { own: true });
    return { ...found, extra: true };
  });
}

async function askUser() {
  const inputs = Object.fromEntries(
    ['name', 'password', 'domain', 'project', 'projectDomain'].map((name) => [
      name,
      el('input', { autocomplete: 'off', spellcheck: 'false' }),
    ]),
  );
  inputs.password.type = 'password';
  inputs.domain.value = 'Default';
  inputs.projectDomain.value = 'Default';
  inputs.name.required = true;
  return form(
    'Act as another user',
    [
      field('User', inputs.name),
      field('Password', inputs.password),
      field('Domain of the user', inputs.domain),
      field('Project', inputs.project, 'Empty: a token without a project'),
      field('Domain of the project', inputs.projectDomain),
    ],
    'Log in',
    async () => {
      const values = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.value]));
      const found = { ...values, kind: 'password', extra: true, project: values.project || null, roles: [] };
      const { roles } = await login(found, { own: true });
      return described({ ...found, roles });
    },
  );
}

async function askOwnToken() {
  const input = el('input', { autocomplete: 'off', spellcheck: 'false', required: true });
  return form(
    'Use a token of my own',
    [field('Token', input, 'Sent as X-Auth-Token. With --auth fake: USER:PROJECT:ROLE,ROLE')],
    'Use it',
    async () => {
      const token = input.value.trim();
      const found = { kind: 'token', token, extra: true };
      const { user, project } = await login(found, { own: true });
      if (!user && /^[^:]+:[^:]*:/.test(token)) return { ...found, kind: 'fake', label: `Fake token ${token}` };
      return { ...found, label: user ? `Token of ${user.name}${project ? ` in ${project.name}` : ''}` : 'A token of my own' };
    },
  );
}
