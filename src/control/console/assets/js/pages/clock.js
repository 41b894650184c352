// The clock of the cloud: read, set, frozen, advanced.

import { control } from '../api.js';
import { button, el, field, fill } from '../dom.js';
import { duration } from '../format.js';
import { attempt } from '../notice.js';
import { onReturn } from '../presence.js';
import { repeat } from '../repeat.js';

const STEPS = [
  ['1 minute', 60],
  ['1 hour', 3600],
  ['1 day', 86400],
  ['30 days', 2592000],
];

/** Draws the page. */
export async function show(root, { signal }) {
  const now = el('p', { class: 'clock mono' });
  const state = el('p', { class: 'muted', role: 'status' });
  const freeze = button('', () => change(() => control('/clock', { method: 'PUT', json: { frozen: !frozen } })));
  let frozen = false;
  const draw = (clock) => {
    frozen = clock.frozen;
    now.textContent = clock.now;
    const offset = Math.abs(clock.offset_s);
    const words = offset < 1 ? 'as the system clock' : `${duration(offset)} ${clock.offset_s < 0 ? 'behind' : 'ahead of'} the system clock`;
    state.textContent = `${frozen ? 'Frozen' : 'Running'}, ${words}`;
    freeze.textContent = frozen ? 'Let it run' : 'Freeze';
  };
  const read = async () => draw(await control('/clock', { signal }));
  const change = (work) =>
    attempt(async () => {
      await work();
      await read();
    });
  const advance = (seconds) => change(() => control('/clock/advance', { method: 'POST', json: { seconds } }));
  fill(
    root,
    now,
    state,
    el(
      'div',
      { class: 'row' },
      freeze,
      button('As at the start', () => change(() => control('/clock', { method: 'DELETE' }))),
    ),
    el('h2', {}, 'Advance'),
    el(
      'div',
      { class: 'row' },
      STEPS.map(([title, seconds]) => button(title, () => advance(seconds))),
    ),
    numberForm('Seconds', '-3600 or 0.5', 'Advance', (text) => advance(Number(text))),
    el('h2', {}, 'Set'),
    numberForm('Time', '2030-01-01T00:00:00Z', 'Set', (text) => change(() => control('/clock', { method: 'PUT', json: { now: text } }))),
    el(
      'p',
      { class: 'muted' },
      'Timestamps, tokens and tasks follow this clock. A clock that was set back makes new images older than those there are.',
    ),
  );
  onReturn(signal, () => read().catch(() => {}));
  await read();
  repeat(signal, 1000, read);
}

function numberForm(label, placeholder, action, submit) {
  const input = el('input', { placeholder, required: true, autocomplete: 'off', spellcheck: 'false' });
  return el(
    'form',
    {
      class: 'row end',
      onsubmit: (event) => {
        event.preventDefault();
        submit(input.value.trim());
      },
    },
    field(label, input),
    button(action, null, { type: 'submit' }),
  );
}
