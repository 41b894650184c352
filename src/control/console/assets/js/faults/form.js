// The form of a fault rule: which requests, how often, what happens; or the rule as JSON.

import { button, el, field, fill, select } from '../dom.js';
import { editor } from '../editor.js';
import { tabs } from '../table.js';
import { filled, KINDS, numberOf } from './kinds.js';

const number = (placeholder) => el('input', { inputmode: 'numeric', pattern: '[0-9.]*', placeholder, autocomplete: 'off' });
const text = (placeholder, value) => el('input', { placeholder, value: value ?? '', autocomplete: 'off', spellcheck: 'false' });

/** Returns the form; `given` are method and path to begin with; `add(rule)` adds a rule. */
export function faultForm(given, add) {
  const parts = { fields: () => fields(given), json: () => jsonForm() };
  let current = null;
  const draw = (name, panel) => {
    const rule = name === 'json' ? current?.rule() : undefined;
    current = parts[name]();
    if (rule) current.set?.(rule);
    fill(panel, current.node);
  };
  const { list, panel, pick } = tabs(
    'Form of the rule',
    [
      { name: 'fields', title: 'Form' },
      { name: 'json', title: 'As JSON' },
    ],
    'fields',
    draw,
  );
  pick('fields');
  const onsubmit = async (event) => {
    event.preventDefault();
    const rule = current.rule();
    if (rule !== undefined) await add(rule);
  };
  return {
    node: el(
      'form',
      { class: 'stack', onsubmit, 'aria-label': 'New fault' },
      list,
      panel,
      el('div', {}, button('Add the fault', null, { type: 'submit', class: 'main' })),
    ),
    edit: (rule) => {
      pick('json');
      current.set(rule);
      current.node.scrollIntoView({ block: 'nearest' });
    },
  };
}

function fields(given) {
  const inputs = {
    method: select([['', 'any'], 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'], { value: given.method ?? '' }),
    path: text('/v2/images/*/file', given.path),
    user: text('id or name'),
    project: text('id or name'),
    headerName: text('User-Agent'),
    headerValue: text('gophercloud*'),
    nth: number('each'),
    probability: number('1'),
    after: number('0'),
    times: number('without end'),
  };
  const kind = select(KINDS.map(({ name, title }) => [name, title]));
  const grid = el('div', { class: 'grid' });
  let effect = null;
  const draw = () => {
    const form = KINDS.find(({ name }) => name === kind.value).form();
    effect = form.effect;
    fill(grid, form.nodes);
  };
  kind.addEventListener('change', draw);
  draw();
  const rule = () => {
    const match = filled({
      method: inputs.method.value,
      path: inputs.path.value.trim(),
      user: inputs.user.value.trim(),
      project: inputs.project.value.trim(),
      nth: numberOf(inputs.nth),
      probability: numberOf(inputs.probability),
    });
    if (inputs.headerName.value.trim()) match.header = { [inputs.headerName.value.trim()]: inputs.headerValue.value };
    return filled({
      match: Object.keys(match).length ? match : undefined,
      after: numberOf(inputs.after),
      times: numberOf(inputs.times),
      fault: effect(),
    });
  };
  const node = el(
    'div',
    {},
    el(
      'fieldset',
      {},
      el('legend', {}, 'Which requests'),
      el(
        'div',
        { class: 'grid' },
        field('Method', inputs.method),
        field('Path', inputs.path, '* within a segment, ** any text'),
        field('User', inputs.user),
        field('Project', inputs.project),
        field('Header', inputs.headerName),
        field('Value of the header', inputs.headerValue),
        field('Only the n-th', inputs.nth),
        field('Probability', inputs.probability),
        field('Let pass first', inputs.after),
        field('At most times', inputs.times),
      ),
    ),
    el('fieldset', {}, el('legend', {}, 'What happens'), field('Kind', kind), grid),
  );
  return { node, rule };
}

function jsonForm() {
  const area = editor('Rule as JSON', { text: JSON.stringify({ match: {}, fault: { status: 503 } }, null, 2), rows: 12 });
  return { node: area.node, rule: () => area.check({ focus: true }), set: (rule) => area.setText(JSON.stringify(rule, null, 2)) };
}
