// Verify: how many requests like these there should be, and what the journal says.

import { controlAnswer } from '../api.js';
import { button, el, field, fill, select } from '../dom.js';
import { editor } from '../editor.js';
import { counted } from '../format.js';
import { verb } from '../table.js';
import { showRequest } from './detail.js';

/** Returns the form; `filter()` gives the filter that the page shows, as an object. */
export function verifyForm(filter) {
  const kind = select(
    [
      ['exactly', 'exactly'],
      ['at_least', 'at least'],
      ['at_most', 'at most'],
    ],
    { value: 'at_least' },
  );
  const count = el('input', { type: 'text', inputmode: 'numeric', pattern: '[0-9]+', required: true, value: '1' });
  const contains = el('input', { autocomplete: 'off' });
  const body = editor('JSON that the body contains', { text: '', rows: 3 });
  const outcome = el('div', { class: 'stack', role: 'status' });
  const onsubmit = async (event) => {
    event.preventDefault();
    const match = filter();
    if (contains.value) match.body_contains = contains.value;
    if (body.text().trim()) {
      const value = body.check({ focus: true });
      if (value === undefined) return;
      match.body = value;
    }
    fill(outcome, await verdict({ match, [kind.value]: Number(count.value) }));
  };
  return el(
    'details',
    {},
    el('summary', {}, 'Verify'),
    el(
      'form',
      { class: 'stack', onsubmit },
      el('p', { class: 'muted small' }, 'Says whether the journal has so many requests that match the filter above and these conditions.'),
      el('div', { class: 'grid' }, field('How many', kind), field('Count', count), field('Text in the body', contains)),
      body.node,
      el('div', {}, button('Verify', null, { type: 'submit', class: 'main' })),
      outcome,
    ),
  );
}

async function verdict(expectation) {
  const expression = el(
    'details',
    {},
    el('summary', {}, 'The expectation as JSON'),
    el('pre', { tabindex: '0' }, JSON.stringify(expectation, null, 2)),
  );
  try {
    const answer = await controlAnswer('/requests/verify', { method: 'POST', json: expectation, accepted: [417] });
    const found = await answer.json();
    if (answer.ok) return [el('p', { class: 'good' }, `True: ${counted(found.count, 'request')}.`), expression];
    return [
      el('div', { class: 'error' }, found.error.message),
      found.closest.map(({ differs, request }) =>
        el(
          'div',
          { class: 'row' },
          verb(request.method),
          button(request.path, () => showRequest(request), { class: 'link mono' }),
          el('span', { class: 'muted' }, differs.join('; ')),
        ),
      ),
      expression,
    ];
  } catch (error) {
    return [el('div', { class: 'error' }, error.message), expression];
  }
}
