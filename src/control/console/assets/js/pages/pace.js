// Pace: how long images and tasks stay in each state, and the work that waits now.

import { control } from '../api.js';
import { button, check, el, field, fill, select } from '../dom.js';
import { time } from '../format.js';
import { attempt } from '../notice.js';
import { onReturn } from '../presence.js';
import { repeat } from '../repeat.js';
import { table } from '../table.js';

const STATES = [
  ['saving', 'Saving'],
  ['pending', 'Pending'],
  ['importing', 'Importing'],
];

/** Draws the page. */
export async function show(root, { signal }) {
  const rulesNode = el('div');
  const heldNode = el('div');
  let rules = [];
  const draw = (found) => {
    rules = found.rules;
    fill(
      rulesNode,
      table(
        'Rules',
        columns(rules, (rest) => put(rest)),
        rules,
        { empty: 'No rules: every change of state happens at once.' },
      ),
    );
    drawHeld(heldNode, found.resting);
  };
  const put = (all) =>
    attempt(async () => draw(all.length ? await control('/pace', { method: 'PUT', json: { rules: all } }) : await clear()));
  const clear = async () => {
    await control('/pace', { method: 'DELETE' });
    return control('/pace');
  };
  const read = async () => draw(await control('/pace', { signal }));
  fill(
    root,
    el('p', { class: 'muted' }, 'The first rule that matches an image is used. Showing an image or its tasks is a poll; a list is none.'),
    el('h2', {}, 'Rules'),
    rulesNode,
    el(
      'div',
      { class: 'row' },
      button('Remove all', () => put([]), { class: 'danger' }),
    ),
    el('h2', {}, 'Waiting now'),
    heldNode,
    el('h2', {}, 'New rule'),
    form((rule) => put([...rules, rule])),
  );
  onReturn(signal, () => read().catch(() => {}));
  await read();
  repeat(signal, 2000, async () => drawHeld(heldNode, (await control('/pace', { signal })).resting));
}

function drawHeld(node, resting) {
  const state = JSON.stringify(resting);
  if (node.dataset.state === state) return;
  node.dataset.state = state;
  fill(
    node,
    table(
      'Waiting now',
      [
        { title: 'Image or task', cell: (held) => held.ids.map((id) => el('div', {}, el('code', {}, id))) },
        { title: 'State', cell: (held) => held.state },
        { title: 'Until', cell: (held) => (held.until ? time(held.until) : `${held.polls_left ?? 0} more polls`) },
      ],
      resting,
      { empty: 'No work waits.' },
    ),
  );
}

const stay = (value) => (value ? (value.polls ? `${value.polls} polls` : `${value.seconds} s`) : '–');

function columns(rules, put) {
  return [
    { title: 'Images', cell: (rule) => el('code', {}, rule.image ?? '*') },
    ...STATES.map(([name, title]) => ({
      title,
      cell: (rule) => stay(rule[name] ?? (name === 'importing' ? rule.processing : undefined)),
    })),
    { title: 'Ends with', cell: (rule) => (rule.outcome?.failure ? `failure: ${rule.outcome.failure}` : 'success') },
    {
      title: '',
      cell: (rule) =>
        button('Remove', () => put(rules.filter((each) => each !== rule)), {
          class: 'plain',
          'aria-label': `Remove the rule of ${rule.image ?? 'all images'}`,
        }),
    },
  ];
}

function form(add) {
  const image = el('input', { placeholder: 'all', autocomplete: 'off', spellcheck: 'false' });
  const stays = STATES.map(([name, title]) => {
    const count = el('input', { inputmode: 'decimal', pattern: '[0-9.]*', placeholder: 'not at all', autocomplete: 'off' });
    const unit = select(
      [
        ['polls', 'polls'],
        ['seconds', 'seconds of the clock'],
      ],
      { 'aria-label': `${title}: unit` },
    );
    return {
      name,
      node: el('div', {}, field(title, count), unit),
      value: () => (count.value ? { [unit.value]: Number(count.value) } : undefined),
    };
  });
  const [row, fails] = check('Ends with a failure');
  const message = el('input', { placeholder: 'its message', 'aria-label': 'Message of the failure' });
  const onsubmit = (event) => {
    event.preventDefault();
    const rule = {};
    if (image.value.trim()) rule.image = image.value.trim();
    for (const each of stays) if (each.value()) rule[each.name] = each.value();
    if (fails.checked) rule.outcome = { failure: message.value };
    add(rule);
  };
  return el(
    'form',
    { onsubmit },
    el(
      'div',
      { class: 'grid' },
      field('Images', image, 'A pattern of names or ids'),
      stays.map((each) => each.node),
    ),
    el('div', { class: 'row' }, row, message),
    button('Add the rule', null, { type: 'submit', class: 'main' }),
  );
}
