// Seeds: users, projects and images from a file; its mistakes are marked at their lines.

import { loadActing } from '../acting.js';
import { control } from '../api.js';
import { button, el, field, fill } from '../dom.js';
import { editor } from '../editor.js';
import { notify } from '../notice.js';
import { table } from '../table.js';

const EXAMPLE =
  'projects:\n  - {name: team}\nusers:\n  - {name: ann, roles: {team: [member]}}\nimages:\n  - {name: first, owner: team, visibility: public, disk_format: raw, container_format: bare, data: {size: 1MiB}}\n';

/** Draws the page. */
export async function show(root) {
  const text = editor('Seed as YAML or JSON', { json: false, text: EXAMPLE, rows: 16 });
  const outcome = el('div', { class: 'stack', role: 'status' });
  const file = el('input', { type: 'file', accept: '.yaml,.yml,.json' });
  const take = async (found) => {
    if (found) text.setText(await found.text());
  };
  const apply = async (options) => {
    fill(outcome);
    text.mark(null);
    try {
      const counts = await control('/seeds', { method: 'POST', ...options });
      fill(outcome, result(counts));
      loadActing().catch(() => {});
    } catch (error) {
      const line = error.message.match(/\bline (\d+)(?:,? column (\d+))?/);
      if (line && options.body) text.mark({ line: Number(line[1]), column: Number(line[2] ?? 0), message: error.message });
      else notify(error.message, { bad: true });
    }
  };
  file.addEventListener('change', () => take(file.files[0]));
  text.area.addEventListener('dragover', (event) => event.preventDefault());
  text.area.addEventListener('drop', (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
  fill(
    root,
    el(
      'p',
      { class: 'muted' },
      'What a seed names and is not there is made: everything in it, or nothing. Drop a file onto the text, choose one, or write.',
    ),
    el(
      'div',
      { class: 'row' },
      button('Apply the built-in seed “demo”', () => apply({ json: 'demo' })),
    ),
    field('File', file),
    text.node,
    el(
      'div',
      { class: 'row' },
      button('Apply', () => apply({ body: text.text(), headers: { 'Content-Type': 'application/yaml' } }), { class: 'main' }),
    ),
    outcome,
  );
}

function result({ made, kept }) {
  const names = Object.keys(made);
  return table(
    'Result',
    [
      { title: '', cell: (name) => name },
      { title: 'New', cell: (name) => made[name] },
      { title: 'There before', cell: (name) => kept[name] },
    ],
    names,
  );
}
