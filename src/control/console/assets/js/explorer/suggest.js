// Suggestions for ids in a form: what the acting user sees.

import { ask } from '../acting.js';
import { el, freshId } from '../dom.js';

/** Where the ids of a path parameter come from: the list, its items, and what is said beside each id. */
const SOURCES = {
  image: ['/v2/images?limit=50', 'images', (image) => [image.id, image.name]],
  task: ['/v2/tasks?limit=50', 'tasks', (task) => [task.id, `${task.type}, ${task.status}`]],
  member: ['/identity/v3/projects', 'projects', (project) => [project.id, project.name]],
  namespace: ['/v2/metadefs/namespaces?limit=50', 'namespaces', (each) => [each.namespace, each.display_name]],
  project: ['/identity/v3/projects', 'projects', (project) => [project.id, project.name]],
  user: ['/identity/v3/users', 'users', (user) => [user.id, user.name]],
};

/** Gives the fields of path parameters lists of ids, as soon as they are read. */
export function suggest(fields, into) {
  for (const { parameter, control } of fields) {
    const source = parameter.in === 'path' && control && SOURCES[parameter.name.replace(/_id$/, '')];
    if (!source) continue;
    const [path, items, describe] = source;
    const list = el('datalist', { id: freshId('suggestions') });
    into.append(list);
    control.addEventListener(
      'focus',
      async () => {
        const found = await ask(path).catch(() => null);
        list.replaceChildren(
          ...(found?.[items] ?? []).map(describe).map(([id, name]) => el('option', { value: id, label: name ? String(name) : null })),
        );
      },
      { once: true },
    );
    control.setAttribute('list', list.id);
  }
}
