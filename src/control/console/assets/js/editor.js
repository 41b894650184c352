// A text field for JSON (or other text) with numbers of lines; a mistake is marked at its line.

import { el, fill, freshId } from './dom.js';
import { parseJson } from './json.js';

/**
 * Returns `{node, text(), setText(text), check(), mark(problem)}`; `check` returns the value, or undefined when the JSON is
 * broken; `mark` shows a problem `{line, column, message}` that somebody else found.
 */
export function editor(label, { text = '', json = true, rows = 10, onchange = () => {} } = {}) {
  const message = el('div', { class: 'error', role: 'alert', id: freshId('problem'), hidden: true });
  const lines = el('div', { class: 'lines', 'aria-hidden': 'true' });
  const area = el('textarea', { rows, spellcheck: 'false', wrap: 'off', 'aria-label': label, 'aria-describedby': message.id });
  area.value = text;
  let problem = null;

  function number() {
    const count = area.value.split('\n').length;
    fill(
      lines,
      Array.from({ length: count }, (_, index) => el('span', { class: problem?.line === index + 1 ? 'wrong' : null }, index + 1)),
    );
    lines.scrollTop = area.scrollTop;
    // Measured only when it is shown; the height is that of the text field.
    lines.style.maxHeight = `${area.offsetHeight || rows * 20}px`;
  }

  function mark(found) {
    problem = found;
    message.hidden = !found;
    fill(message, found ? `Line ${found.line}${found.column ? `, column ${found.column}` : ''}: ${found.message}` : '');
    if (found) area.setAttribute('aria-invalid', 'true');
    else area.removeAttribute('aria-invalid');
    number();
  }

  function check({ focus = false } = {}) {
    if (!json) return area.value;
    const { value, problem: found } = parseJson(area.value);
    mark(found ?? null);
    if (found && focus) {
      area.focus();
      const before = area.value
        .split('\n')
        .slice(0, found.line - 1)
        .join('\n').length;
      const at = before + (found.line > 1 ? 1 : 0) + found.column - 1;
      area.setSelectionRange(at, Math.min(at + 1, area.value.length));
    }
    return found ? undefined : value;
  }

  area.addEventListener('input', () => {
    // While someone types, a mistake that was shown goes as soon as it is mended; new ones are not shouted.
    if (problem && json) check();
    else mark(null);
    onchange();
  });
  area.addEventListener('blur', () => {
    if (area.value.trim()) check();
  });
  area.addEventListener('scroll', () => {
    lines.scrollTop = area.scrollTop;
  });
  const node = el('div', { class: 'stack' }, el('div', { class: 'editor' }, lines, area), message);
  new ResizeObserver(number).observe(area);
  number();
  return {
    node,
    area,
    text: () => area.value,
    setText: (value) => {
      area.value = value;
      mark(null);
    },
    check,
    mark,
  };
}
