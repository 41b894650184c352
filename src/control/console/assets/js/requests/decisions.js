// Which rules of the policy were asked about a request, and what they said.

import { control } from '../api.js';
import { el } from '../dom.js';

/** Returns the decisions of a request as a list: `[{rule, allowed}]`. */
export function decisions(policy) {
  return el(
    'ul',
    { class: 'plain' },
    policy.map(({ rule, allowed }) =>
      el(
        'li',
        {},
        el('span', { class: allowed ? 'badge good' : 'badge bad' }, allowed ? 'allowed' : 'refused'),
        ' ',
        el('a', { href: `#/policy?${new URLSearchParams({ rule })}`, onclick: (event) => event.target.closest('dialog')?.close() }, rule),
      ),
    ),
  );
}

/** Returns the rules that refused an answer of the explorer, or null: the journal knows the request by its id. */
export async function refusedBy(headers) {
  const id = headers.find(([name]) => name.toLowerCase() === 'x-openstack-request-id')?.[1];
  if (!id) return null;
  const { requests } = await control('/requests?limit=20').catch(() => ({ requests: [] }));
  const found = requests.find((entry) => entry.response_headers['x-openstack-request-id'] === id);
  const refused = found?.policy?.filter(({ allowed }) => !allowed);
  return refused?.length ? refused : null;
}
