// Who can be acted as: the users that the cloud names, nobody, and tokens of one's own.

import { control } from './api.js';

/** The caller without a token. */
export const ANONYMOUS = { kind: 'anonymous', label: 'Anonymous (no token)' };

/** Tokens that say themselves who they are (`--auth fake`), as Glance's own tests use them. */
const FAKE = ['admin:admin:admin', 'demo:demo:member', 'demo:demo:reader'];

/** Returns the identities of this cloud, and what the cloud says about itself (or null). */
export async function discover() {
  const cloud = await control('/cloud').catch((error) => {
    if (error.status === 404) return null;
    throw error;
  });
  const { auth = [] } = await control('/config');
  const users = auth.includes('keystone') ? (cloud?.users ?? []).flatMap(ofCloud) : [];
  const fake = auth.includes('fake') ? FAKE.map((token) => ({ kind: 'fake', token, label: `Fake token ${token}` })) : [];
  return { cloud, identities: [...users, ...fake, ANONYMOUS] };
}

/** A user is there once for each project, and once more for the system. */
function ofCloud(user) {
  const identity = {
    kind: 'password',
    name: user.name,
    password: user.password,
    domain: user.domain ?? 'Default',
    project: user.project ?? null,
    projectDomain: user.project_domain ?? user.domain ?? 'Default',
    roles: user.roles ?? [],
  };
  const found = [described(identity)];
  if (user.system_roles?.length) found.push(described({ ...identity, project: null, system: true, roles: user.system_roles }));
  return found;
}

/** Adds the text that a list of identities shows. */
export function described(identity) {
  const where = identity.system ? ' on the system' : identity.project ? ` in ${identity.project}` : ' (no project)';
  const roles = identity.roles.length ? `: ${identity.roles.join(', ')}` : '';
  return { ...identity, label: `${identity.name}${where}${roles}` };
}

/** Returns what tells one identity from another. */
export function key(identity) {
  const { kind, name, domain, project, projectDomain, system, token } = identity;
  return JSON.stringify([kind, name, domain, project, projectDomain, Boolean(system), token]);
}
