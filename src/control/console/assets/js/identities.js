// Who can be acted as: the users that the cloud names, those of its role assignments, nobody, and tokens of one's own.

import { control, own } from './api.js';
import { login } from './login.js';

/** The caller without a token. */
export const ANONYMOUS = { kind: 'anonymous', label: 'Anonymous (no token)' };

/** Returns the identities of this cloud, and what the cloud says about itself (or null). */
export async function discover() {
  const cloud = await control('/cloud').catch((error) => {
    if (error.status === 404) return null;
    throw error;
  });
  const named = (cloud?.users ?? []).map(ofCloud);
  const more = await assigned(named).catch(() => []);
  const known = new Set(named.map(key));
  return { cloud, identities: [...named, ...more.filter((each) => !known.has(key(each))), ANONYMOUS] };
}

function ofCloud(user) {
  return described({
    kind: 'password',
    name: user.name,
    password: user.password ?? '',
    domain: user.domain ?? 'Default',
    project: user.project ?? null,
    projectDomain: user.project_domain ?? user.domain ?? 'Default',
    roles: user.roles ?? [],
  });
}

/** Adds the text that a list of identities shows. */
export function described(identity) {
  const where = identity.project ? ` in ${identity.project}` : ' (no project)';
  const roles = identity.roles.length ? `: ${identity.roles.join(', ')}` : '';
  return { ...identity, label: `${identity.name}${where}${roles}` };
}

/** Returns what tells one identity from another. */
export function key(identity) {
  const { kind, name, domain, project, projectDomain, token } = identity;
  return JSON.stringify([kind, name, domain, project, projectDomain, token]);
}

/** Returns users and projects that were added since the start, as an admin of this cloud sees them. */
async function assigned(named) {
  const admin = named.find((each) => each.roles.includes('admin'));
  if (!admin) return [];
  const { token } = await login(admin, { own: true });
  const answer = await own('/identity/v3/role_assignments?include_names=true', { headers: { 'X-Auth-Token': token } });
  if (!answer.ok) return [];
  const found = new Map();
  for (const each of (await answer.json()).role_assignments) {
    const { user, role, scope: { project } } = each;
    if (!user || !project) continue;
    const identity = {
      kind: 'password', name: user.name, password: null, domain: user.domain.name,
      project: project.name, projectDomain: project.domain.name, roles: [],
    };
    const same = found.get(key(identity)) ?? identity;
    same.roles.push(role.name);
    found.set(key(same), same);
  }
  // Seeds give the password of the initial users unless they say another one.
  return [...found.values()].map((each) => described({ ...each, password: admin.password, guessed: true }));
}
